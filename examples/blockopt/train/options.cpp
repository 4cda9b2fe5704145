// SPDX-License-Identifier: MIT
// Part of blockopt: the flags of train: what they are called.

#include "train/options.hpp"

#include <CLI/CLI.hpp>

#include "train/backend/backends.hpp"
#include "train/named_shapes.hpp"

namespace blockopt::program {

void train_options::add(CLI::App& app) {
  common.add(app, "blockopt-out/train");
  app.add_option("--text", text, "Text to train on; its bytes are the tokens")
      ->default_str("the C++ headers of Eigen")
      ->group("Data");
  app.add_option("--tokens", tokens, "Or: token ids, little-endian numbers of 16 or 32 bits")->group("Data");
  app.add_option("--token-bits", token_bits, "Bits of a token in --tokens, 16 or 32")
      ->default_str("16 for a vocabulary of at most 65536, else 32")
      ->check(CLI::IsMember({16, 32}))
      ->group("Data");
  app.add_option("--eval-tokens", eval_tokens, "Held-out tokens per evaluation")
      ->default_str("8192, or those of eight steps where these are fewer")
      ->check(CLI::PositiveNumber)
      ->group("Data");

  const auto size = [&](const char* name, std::optional<std::size_t>& value, const char* help, const char* fallback) {
    app.add_option(name, value, help)->default_str(fallback)->check(CLI::PositiveNumber)->group("Model");
  };
  app.add_option("--shape", shape_name, shape_names() + ", or a JSON file with the keys of a Llama's config.json")
      ->capture_default_str()
      ->group("Model");
  size("--layers", layers, "Layers", "6, or that of --shape or --init");
  size("--width", width, "Width of the residual stream", "192, or that of --shape or --init");
  size("--heads", heads, "Query heads", "6, or that of --shape or --init");
  size("--kv-heads", kv_heads, "Key and value heads", "=heads, or that of --shape or --init");
  size("--context", context, "Tokens per sequence", "128");
  app.add_flag("--tied-head", tied_head, "Head and embedding are one matrix")->group("Model");
  app.add_option(
         "--init", init,
         "Start of the values: random, or FILE.safetensors, its index, or a folder with one of them, and a Llama's "
         "config.json beside it")
      ->capture_default_str()
      ->group("Model");
  app.add_option("--dtype", dtype, "Scalar of the values; arithmetic is in f32")
      ->default_str("f32, or that of --init")
      ->check(CLI::IsMember({"f32", "bf16"}))
      ->group("Model");

  app.add_option("--method", method_list, "Methods to compare, of adam, badam, sgd, bsgd, lomo")
      ->capture_default_str()
      ->group("Method");
  app.add_option("--learning-rate", learning_rate, "One for all methods, or name=rate,...")
      ->default_str("by method")
      ->group("Method");
  app.add_option("--weight-decay", weight_decay, "Decoupled weight decay of matrices; vectors have none")
      ->capture_default_str()
      ->check(CLI::NonNegativeNumber)
      ->group("Method");
  app.add_option("--schedule", schedule, "Learning rate over the run")
      ->capture_default_str()
      ->check(CLI::IsMember({"constant", "cosine"}))
      ->group("Method");
  app.add_option("--warmup", warmup, "First steps, in which the learning rate rises")
      ->capture_default_str()
      ->group("Method");
  app.add_option("--clip-norm", clip_norm, "Largest 2-norm of a step's gradient")
      ->default_str("none")
      ->check(CLI::PositiveNumber)
      ->group("Method");
  app.add_option("--batch", batch, "Sequences per batch")
      ->capture_default_str()
      ->check(CLI::PositiveNumber)
      ->group("Method");
  app.add_option("--accumulate", accumulate, "Batches per step")
      ->capture_default_str()
      ->check(CLI::PositiveNumber)
      ->group("Method");
  app.add_option("--write-back", write_back,
                 "Rounding of bf16 values: nearest, stochastic, or kahan, which keeps what is lost in another bf16")
      ->capture_default_str()
      ->check(CLI::IsMember({"nearest", "stochastic", "kahan"}))
      ->group("Method");
  app.add_option("--master", master, "Full-precision copy of the active bf16 values: on or off")
      ->default_str("on; off with --write-back kahan")
      ->check(CLI::IsMember({"on", "off"}))
      ->group("Method");
  app.add_option("--gradients", gradients,
                 "store: the active block's lie in memory until the step; consume: each is applied as soon as it is "
                 "produced, and gone, as lomo always does; reduced: they are summed up in bf16")
      ->capture_default_str()
      ->check(CLI::IsMember({"store", "consume", "reduced"}))
      ->group("Method");
  app.add_option("--backend", backend, "Which code runs the updates: " + backend_names())
      ->capture_default_str()
      ->group("Method");

  app.add_option(
         "--partition", partition,
         "Blocks: layers (embedding and head frozen), layers+ends, either with [n] for n blocks of adjacent layers, "
         "matrices, bytes[n] (n blocks of equal bytes), "
         "ratio[r] or ratio[r;scattered] (a share of every parameter)")
      ->default_str("layers+ends; layers with --init FILE")
      ->group("Blocks");
  app.add_option("--order", order,
                 "reshuffle, ascending, descending, uniform, fixed[b], list[a,b,...] or subset[g] (g blocks at once)")
      ->capture_default_str()
      ->group("Blocks");
  app.add_option("--switch-every", switch_every, "Steps per visit K; auto: sequences / (batch x blocks) in [50, 100]")
      ->capture_default_str()
      ->group("Blocks");
  app.add_option("--device-memory", device_memory,
                 "Chooses the fewest blocks of whole layers with which all fits, like 24GB (10^9) or 24GiB (2^30)")
      ->group("Blocks");
  app.add_option(
         "--reuse", reuse,
         "How often a visit uses each of its batches: K steps see K / reuse of them, again and again in random order")
      ->capture_default_str()
      ->check(CLI::PositiveNumber)
      ->group("Blocks");
  app.add_option("--samples", samples,
                 "visit: each visit has batches of its own; round: all visits of a round use the same ones")
      ->capture_default_str()
      ->check(CLI::IsMember({"visit", "round"}))
      ->group("Blocks");
  app.add_option(
         "--prefix-cache", prefix_cache,
         "Most bytes (2GB, 512MiB) for what the layers below the active block give, kept while batches are reused")
      ->capture_default_str()
      ->group("Blocks");
  app.add_option("--prefix-cache-file", prefix_cache_file, "Folder of a scratch file that holds it, in place of memory")
      ->default_str("none")
      ->group("Blocks");
  app.add_option(
         "--correction", correction,
         "sgd[scale] or sign[scale]: parameters of the blocks above the active one step along the gradient, or its "
         "signs, that the backward pass makes anyway, at scale times the learning rate; sgd[scale;all]: those "
         "below too")
      ->capture_default_str()
      ->group("Blocks");
  app.add_option(
         "--memory", memory,
         "State of a block after its visit: keep, drop, decay (kept, and fades with the steps of others), warm (second "
         "moments are kept), offload or offload[FOLDER] (kept in a file), keep-bf16, keep-8bit, keep-fp8 (kept in "
         "codes)")
      ->capture_default_str()
      ->group("Blocks");

  app.add_option("--steps", steps, "Steps per method")->default_str("800")->check(CLI::PositiveNumber)->group("Run");
  app.add_option("--seconds", seconds, "Or: seconds of training per method, evaluations apart")
      ->check(CLI::PositiveNumber)
      ->group("Run");
  app.add_option("--eval-every", eval_every, "Steps between evaluations")
      ->default_str("a 20th of --steps, only the last of fewer than 20; 50 with --seconds")
      ->check(CLI::PositiveNumber)
      ->group("Run");
  app.add_option("--checkpoint-every", checkpoint_every,
                 "Steps between checkpoints in OUT/checkpoint, from which the same command goes on; 0: none")
      ->capture_default_str()
      ->group("Run");
  app.add_option("--repeat", repeat, "Repeats, each with its own data, start and order")
      ->capture_default_str()
      ->check(CLI::PositiveNumber)
      ->group("Run");
  app.add_flag("--checksums", checksums,
               "Hash the values of each block, and of those in none, before and after: shows what was changed")
      ->group("Run");
  app.add_flag("--save", save,
               "Write each method's values to OUT/METHOD (OUT/METHOD-R for several repeats), for --init")
      ->group("Run");
}

}  // namespace blockopt::program
