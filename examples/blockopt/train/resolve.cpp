// SPDX-License-Identifier: MIT
// Part of blockopt: the flags of train: what they mean together.

#include <algorithm>
#include <cmath>
#include <filesystem>
#include <limits>
#include <sstream>
#include <string_view>

#include <CLI/CLI.hpp>

#include <blockopt/error.hpp>
#include <blockopt/select/random_stream.hpp>

#include "common/bytes.hpp"
#include "common/failure.hpp"
#include "common/format.hpp"
#include "common/read_number.hpp"
#include "train/backend/backends.hpp"
#include "train/fewest_blocks.hpp"
#include "train/model_config.hpp"
#include "train/named_shapes.hpp"
#include "train/options.hpp"

namespace blockopt::program {

namespace {

constexpr std::uint64_t default_steps = 800;

std::vector<std::string> split(const std::string& list) {
  std::vector<std::string> parts;
  std::istringstream in(list);
  for (std::string part; std::getline(in, part, ',');) parts.push_back(part);
  if (list.empty() || list.back() == ',') parts.emplace_back();
  return parts;
}

double read_rate(const std::string& text) {
  double rate = 0;
  if (!read_number(text, rate) || !(rate > 0) || !std::isfinite(rate)) {
    throw usage_error("--learning-rate: '" + text + "' is not a positive number");
  }
  return rate;
}

std::vector<method> chosen_methods(const std::string& list) {
  std::vector<method> chosen;
  for (const std::string& name : split(list)) {
    const method* const found = find_method(name);
    if (found == nullptr) throw usage_error("--method: '" + name + "' is none of adam, badam, sgd, bsgd, lomo");
    if (std::ranges::find(chosen, name, &method::name) != chosen.end()) {
      throw usage_error("--method: '" + name + "' is named twice");
    }
    chosen.push_back(*found);
  }
  return chosen;
}

void set_rates(std::vector<method>& methods, const std::string& rates) {
  if (rates.empty()) return;
  if (rates.find('=') == std::string::npos) {
    for (method& m : methods) m.learning_rate = read_rate(rates);
    return;
  }
  std::vector<std::string> seen;
  for (const std::string& part : split(rates)) {
    const std::string name = part.substr(0, part.find('='));
    const auto m = std::ranges::find(methods, name, &method::name);
    if (part.find('=') == std::string::npos || m == methods.end()) {
      throw usage_error("--learning-rate: '" + part + "' names no method of --method");
    }
    if (std::ranges::find(seen, name) != seen.end()) {
      throw usage_error("--learning-rate: '" + name + "' is named twice");
    }
    seen.push_back(name);
    m->learning_rate = read_rate(part.substr(name.size() + 1));
  }
}

std::size_t cache_limit(const std::string& text) {
  return text == "0" ? 0 : static_cast<std::size_t>(read_bytes("--prefix-cache", text));
}

/// sgd[scale], sign[scale], with ;all behind the scale, or none.
void read_correction(const std::string& text, trainer_settings& s) {
  if (text == "none") return;
  std::string scale;
  for (const auto& [kind, name] :
       {std::pair{correction_kind::gradient, "sgd["}, std::pair{correction_kind::sign, "sign["}}) {
    if (!text.starts_with(name) || !text.ends_with(']')) continue;
    s.correction = kind;
    scale = text.substr(std::string_view(name).size(), text.size() - std::string_view(name).size() - 1);
  }
  if (s.correct_all = scale.ends_with(";all"); s.correct_all) scale.resize(scale.size() - 4);
  if (read_number(scale, s.correction_scale) && s.correction_scale > 0 && std::isfinite(s.correction_scale)) return;
  throw usage_error("--correction: '" + text +
                    "' is none of none, sgd[scale], sign[scale], sgd[scale;all], "
                    "sign[scale;all] with a scale above 0");
}

}  // namespace

bool train_options::trains_blocks() const { return std::ranges::any_of(methods, &method::by_block); }

void train_options::resolve(const CLI::App& app) {
  const auto given = [&](const char* flag) { return app.count(flag) > 0; };
  const named_backend& chosen_backend = find_backend(backend);
  methods = chosen_methods(method_list);
  set_rates(methods, learning_rate);
  for (const char* flag : {"--partition", "--order", "--switch-every", "--memory", "--device-memory", "--reuse",
                           "--samples", "--prefix-cache", "--prefix-cache-file", "--correction"}) {
    if (given(flag) && !trains_blocks()) {
      throw usage_error(std::string(flag) + " needs a block method (badam, bsgd) in --method");
    }
  }
  (void)parse_order(order);
  (void)parse_blocks(partition);
  if (parse_memory(memory).format != stored_state::full && backend != "eigen")
    throw usage_error("--memory " + memory + " needs --backend eigen");
  std::uint64_t visit = 0;
  if (switch_every != "auto" && (!read_number(switch_every, visit) || visit == 0)) {
    throw usage_error("--switch-every: '" + switch_every + "' is neither auto nor a number of steps above 0");
  }
  if (given("--steps") && given("--seconds")) throw usage_error("--steps and --seconds contradict each other");
  if (!seconds && !steps) steps = default_steps;
  if (seconds && schedule == "cosine") {
    throw usage_error("--schedule cosine needs --steps: with --seconds the last step is not known before");
  }
  if (steps && warmup >= *steps && warmup > 0) {
    throw usage_error("--warmup " + std::to_string(warmup) + " is not below --steps " + std::to_string(*steps));
  }
  if (eval_every == 0) eval_every = !steps ? 50 : *steps < 20 ? *steps : *steps / 20;
  const bool consumes = gradients == "consume" || std::ranges::any_of(methods, &method::consumes);
  for (const char* flag : {"--clip-norm", "--accumulate"}) {
    if (consumes && given(flag)) {
      throw usage_error(std::string(flag) + " needs the whole gradient before the first update; it contradicts " +
                        (gradients == "consume" ? "--gradients consume" : "the method lomo"));
    }
  }

  trainer_settings corrected;
  read_correction(correction, corrected);
  if (!given("--prefix-cache") && given("--prefix-cache-file"))
    throw usage_error("--prefix-cache-file needs --prefix-cache");
  (void)cache_limit(prefix_cache);
  if (corrected.correction != correction_kind::none) {
    const block_kind kind = parse_blocks(partition).kind;
    if (kind == block_kind::bytes || kind == block_kind::ratio)
      throw usage_error("--correction needs blocks of whole parameters; --partition " + partition + " cuts them");
    if (given("--accumulate"))
      throw usage_error("--correction takes a step with every batch; --accumulate contradicts it");
  }

  if (given("--text") && given("--tokens")) throw usage_error("--text and --tokens contradict each other");
  if (given("--token-bits") && !given("--tokens")) throw usage_error("--token-bits needs --tokens");
  if (init != "random") {
    resolve_init(app);
  } else {
    shape = read_shape("--shape", shape_name);
    if (layers) shape.layers = *layers;
    if (width) {
      shape.width = *width;
      shape.hidden = 0;
    }
    if (heads) shape.heads = *heads;
    if (width || heads) shape.head_width = 0;
    if (kv_heads) shape.kv_heads = *kv_heads;
    else if (heads || shape_name == "small") shape.kv_heads = shape.heads;
    shape.context = context.value_or(128);
    if (tied_head) shape.tied_head = true;
    if (tokens.empty() && shape.vocabulary < 256) {
      throw run_failure("--shape: '" + shape_name +
                        "': vocab_size is below 256; the tokens are bytes unless --tokens is given");
    }
  }
  try {
    shape.check();
  } catch (const error& e) {
    throw usage_error(e.what());
  }
  if (corrected.correction != correction_kind::none && write_back == "kahan") {
    throw usage_error("--correction has no state, so no sums of what rounding lost; --write-back kahan contradicts it");
  }
  if (corrected.correction != correction_kind::none && dtype != "f32" && memory != "drop" && memory != "warm") {
    throw usage_error("--correction would be lost: --memory " + memory +
                      " keeps full-precision copies of the blocks between visits; it needs --memory drop or warm");
  }
  if (eval_tokens == 0) eval_tokens = std::min<std::size_t>(8192, 8 * tokens_per_step());
  if (gradients == "reduced" && dtype == "f32") throw usage_error("--gradients reduced needs --dtype bf16");
  if (gradients == "reduced" && corrected.correction != correction_kind::none) {
    throw usage_error("--correction takes a step with every batch; --gradients reduced sums them up");
  }
  if (given("--write-back") && dtype == "f32") {
    throw usage_error("--write-back rounds 16-bit values; it needs --dtype bf16");
  }
  if (given("--master") && dtype == "f32") {
    throw usage_error("--master is about copies of 16-bit values; it needs --dtype bf16");
  }
  if (master == "on" && write_back == "kahan") {
    throw usage_error("--write-back kahan takes the place of a full-precision copy; it needs --master off");
  }
  if (master.empty()) master = write_back == "kahan" ? "off" : "on";
  common.use_threads();
  if (chosen_backend.use_threads != nullptr) chosen_backend.use_threads(common.threads);
  if (!device_memory.empty()) fit_into_memory();
}

void train_options::fit_into_memory() {
  const double limit = read_bytes("--device-memory", device_memory);
  const named_backend& on = find_backend(backend);
  const auto refuse = [&](const method& m, const planned_run& p, const std::string& how) {
    throw usage_error("--device-memory " + device_memory + ": " + std::string(m.name) + how + " takes " +
                      with_commas(p.bytes.total()) + " bytes");
  };
  block_choice chosen = parse_blocks(partition);
  chosen.blocks = 0;
  try {
    for (const method& m : methods) {
      if (!m.by_block) {
        const planned_run p = plan_run(dtype, on, settings(m, 0, 1));
        if (static_cast<double>(p.bytes.total()) > limit) refuse(m, p, "");
        continue;
      }
      const block_fit fit = fewest_blocks(dtype, on, settings(m, 0, 1), limit);
      if (!fit.fits) refuse(m, fit.plan, " in " + std::to_string(fit.plan.blocks) + " blocks");
      chosen.blocks = std::max(chosen.blocks, fit.blocks.blocks);
    }
  } catch (const error& e) {
    throw usage_error(e.what());
  }
  partition = layers_text(chosen);
}

void train_options::resolve_init(const CLI::App& app) {
  const auto given = [&](const char* flag) { return app.count(flag) > 0; };
  namespace fs = std::filesystem;
  if (given("--shape")) throw usage_error("--shape and --init contradict each other: the shape comes with the values");
  initial = std::make_shared<initial_values>(initial_values{tensor_files(init)});
  const fs::path file = (fs::is_directory(init) ? fs::path(init) : fs::path(init).parent_path()) / "config.json";
  model_config config = read_model_config("--init", file, true);
  shape = config.shape;
  const auto same = [&](const char* flag, const std::optional<std::size_t>& wanted, std::size_t has, const char* key) {
    if (!wanted || *wanted == has) return;
    throw usage_error(std::string(flag) + " " + std::to_string(*wanted) + " contradicts '" + file.string() +
                      "', where " + key + " is " + std::to_string(has));
  };
  same("--layers", layers, shape.layers, model_config::layers);
  same("--width", width, shape.width, model_config::width);
  same("--heads", heads, shape.heads, model_config::heads);
  same("--kv-heads", kv_heads, shape.kv_heads, model_config::kv_heads);
  if (tied_head && !shape.tied_head) {
    throw usage_error("--tied-head contradicts '" + file.string() + "', where tie_word_embeddings is not true");
  }
  if (config.max_context != 0 && context.value_or(0) > config.max_context) {
    throw usage_error("--context " + std::to_string(*context) + " contradicts '" + file.string() + "', where " +
                      model_config::context + " is " + std::to_string(config.max_context));
  }
  shape.context = context.value_or(config.max_context != 0 ? std::min<std::size_t>(128, config.max_context) : 128);
  if (tokens.empty() && shape.vocabulary != 256) {
    throw usage_error("'" + file.string() + "' has a vocabulary of " + std::to_string(shape.vocabulary) +
                      "; only with one of 256 are bytes the tokens: give token ids with --tokens FILE");
  }
  if (!given("--partition")) partition = "layers";

  bool all_bf16 = true;
  for (const std::string& name : initial->files.names()) {
    const std::string& stored = initial->files.find(name)->dtype;
    all_bf16 = all_bf16 && stored == "BF16";
    if (stored == "F64" && !given("--dtype")) {
      throw usage_error("'" + init + "': tensor '" + name + "' is F64; say --dtype f32 or bf16 to round it");
    }
  }
  if (given("--dtype")) initial->allowed = conversion::rounding;
  else if (all_bf16) dtype = "bf16";
  initial_hash = hash_of(initial->files);
  initial_config = std::move(config.keys);
}

program::text train_options::load_data() const {
  return tokens.empty() ? load_text(text) : load_tokens(tokens, token_bits, shape.vocabulary);
}

trainer_settings train_options::settings(const method& m, std::size_t repetition, std::size_t sequences) const {
  const std::uint64_t stream = random_stream::derive(common.seed, repetition);
  trainer_settings s;
  s.shape = shape;
  s.initial = initial;
  s.batch = batch;
  s.start_seed = random_stream::derive(stream, 1);
  s.policy_seed = random_stream::derive(stream, 2);
  s.rule = m.rule;
  s.by_block = m.by_block;
  s.blocks = m.by_block ? parse_blocks(partition) : block_choice{.kind = block_kind::one};
  s.memory = m.by_block ? parse_memory(memory) : memory_setting{};
  if (m.rule == rule_kind::sgd && s.memory.format != stored_state::full) s.memory = {};  // it has no state
  s.order = parse_order(order);
  if (switch_every != "auto") (void)read_number(switch_every, s.switch_every);
  s.training_sequences = sequences;
  s.learning_rate = m.learning_rate;
  s.weight_decay = weight_decay;
  if (m.by_block) {
    s.reuse = reuse;
    s.same_for_round = samples == "round";
    s.prefix_bytes = cache_limit(prefix_cache);
    s.prefix_folder = prefix_cache_file;
    read_correction(correction, s);
  }
  s.consume = m.consumes || gradients == "consume";
  s.master = master == "on" && !m.consumes;  // LOMO has none
  s.reduced_gradients = gradients == "reduced" && !m.consumes;
  s.clip_norm = clip_norm.value_or(std::numeric_limits<double>::infinity());
  s.accumulate = accumulate;
  s.write_back = write_back == "stochastic" ? rounding::stochastic
                 : write_back == "kahan"    ? rounding::compensated
                                            : rounding::nearest;
  if (schedule == "cosine") s.schedule = cosine{.steps = *steps, .warmup = warmup};
  else if (warmup > 0) s.schedule = blockopt::warmup{.steps = warmup};
  return s;
}

std::uint64_t train_options::data_seed(std::size_t repetition) const {
  return random_stream::derive(random_stream::derive(common.seed, repetition), 0);
}

}  // namespace blockopt::program
