// SPDX-License-Identifier: MIT
// Part of blockopt: tests of models that transformers wrote: their logits, and what comes back when they are saved.

#include <algorithm>
#include <cmath>
#include <cstddef>
#include <cstdint>
#include <filesystem>
#include <functional>
#include <span>
#include <string>
#include <utility>
#include <vector>

#include <doctest/doctest.h>

#include <blockopt/file/safetensors_reader.hpp>
#include <blockopt/file/tensor_files.hpp>
#include <blockopt/problem/transformer.hpp>

#include "common/failure.hpp"
#include "run_program.hpp"
#include "train/model_config.hpp"

namespace bo = blockopt;
using blockopt::program::model_config;
using blockopt::program::read_model_config;
using blockopt::program::run_failure;
using namespace program_test;

namespace {

const std::filesystem::path reference = BLOCKOPT_PROGRAM_REFERENCE;
constexpr const char* both[] = {"llama_f32", "llama_bf16_sharded"};

/// The logits of reference/export_llama.py, which are of two sequences of 24 tokens in a vocabulary of 96.
struct expected_logits {
  std::vector<std::int32_t> signed_tokens = std::vector<std::int32_t>(48);
  std::vector<std::uint32_t> tokens;
  std::vector<float> logits = std::vector<float>(48 * 96);
  double loss = 0;

  explicit expected_logits(const std::filesystem::path& folder) {
    bo::safetensors_reader reader(folder / "expected.safetensors");
    reader.read("tokens", bo::tensor_view<std::int32_t>(signed_tokens.data(), {2, 24}));
    reader.read("logits", bo::tensor_view<float>(logits.data(), {2, 24, 96}));
    loss = std::stod(reader.metadata().at("loss"));
    tokens.assign(signed_tokens.begin(), signed_tokens.end());
  }
};

template <class T>
double largest_error(const std::filesystem::path& folder) {
  model_config config = read_model_config("test", folder / "config.json", true);
  config.shape.context = 24;
  bo::transformer<T> model(config.shape, std::nullopt, 2);
  bo::tensor_files files(folder);
  const auto parameters = model.parameters();
  files.read(std::span<const bo::parameter<T>>(parameters), bo::conversion::exact);
  const expected_logits expected(folder);
  std::vector<bo::compute_type_t<T>> logits(expected.logits.size());
  model.logits(expected.tokens, 2, logits);
  double scale = 0;
  double error = 0;
  for (std::size_t i = 0; i < logits.size(); ++i) {
    scale = std::max(scale, std::abs(static_cast<double>(expected.logits[i])));
    error = std::max(error, std::abs(static_cast<double>(logits[i]) - static_cast<double>(expected.logits[i])));
  }
  CHECK(scale > 1);
  return error / scale;
}

/// Every file of a folder of weights, opened, equals that of another: names, types, shapes and bits.
void check_same_values(const std::filesystem::path& a, const std::filesystem::path& b) {
  bo::tensor_files first(a);
  bo::tensor_files second(b);
  REQUIRE(first.names() == second.names());
  for (const std::string& name : first.names()) {
    CAPTURE(name);
    const bo::stored_tensor& x = *first.find(name);
    const bo::stored_tensor& y = *second.find(name);
    REQUIRE(x.dtype == y.dtype);
    REQUIRE(x.shape == y.shape);
    const auto bits = [&](const bo::tensor_files& files) {
      for (const bo::safetensors_reader& reader : files.files()) {
        const bo::stored_tensor* const t = reader.find(name);
        if (t == nullptr) continue;
        const std::string content = read_file(reader.file());
        const std::uint64_t data = content.size() - reader.tensors().back().end;
        return content.substr(data + t->begin, t->bytes());
      }
      return std::string();
    };
    CHECK(bits(first) == bits(second));
  }
}

std::string token_file(const std::vector<std::uint32_t>& tokens, std::size_t bytes) {
  std::string content;
  for (const std::uint32_t t : tokens) {
    for (std::size_t b = 0; b < bytes; ++b) content += static_cast<char>(static_cast<unsigned char>(t >> (8 * b)));
  }
  return content;
}

std::vector<std::uint32_t> some_tokens(std::size_t n, std::uint32_t vocabulary = 96) {
  std::vector<std::uint32_t> tokens;
  for (std::uint32_t i = 0; tokens.size() < n; ++i) tokens.push_back(i * i % 89 * 7919 % vocabulary);
  return tokens;
}

arguments fine_tune(const std::filesystem::path& from, const std::string& tokens, const std::string& out,
                    const arguments& more = {}) {
  arguments all{"train", "--init",        from.string(), "--tokens",  tokens, "--context", "16", "--batch",
                "2",     "--eval-tokens", "64",          "--threads", "1",    "--out",     out};
  all.insert(all.end(), more.begin(), more.end());
  return all;
}

}  // namespace

TEST_CASE("logits equal those of transformers") {
  // Relative to the largest logit; float has 6e-8, and sums of 32 to 48 products follow each other in two layers.
  CHECK(largest_error<float>(reference / "llama_f32") <= 2e-6);
  CHECK(largest_error<double>(reference / "llama_f32") <= 2e-6);  // their float's error
  CHECK(largest_error<bo::bfloat16>(reference / "llama_bf16_sharded") <= 2e-6);
  CHECK(largest_error<float>(reference / "llama_bf16_sharded") <= 2e-6);
}

TEST_CASE("the held-out loss before the first step is that of transformers") {
  // A text whose held-out tenth is the reference's first sequence: 24 tokens make one sequence of 23.
  const temporary_folder folder;
  for (const char* name : both) {
    CAPTURE(name);
    const expected_logits expected(reference / name);
    std::vector<std::uint32_t> tokens = some_tokens(216);
    tokens.insert(tokens.end(), expected.tokens.begin(), expected.tokens.begin() + 24);
    write_file(folder / "tokens", token_file(tokens, 2));
    const outcome result =
        run_program({"train", "--init", (reference / name).string(), "--tokens", folder / "tokens", "--context", "23",
                     "--batch", "1", "--steps", "1", "--method", "badam", "--out", folder / name, "--threads", "1"});
    CAPTURE(result.err);
    REQUIRE(result.status == 0);
    double loss = 0;
    for (std::size_t t = 0; t < 23; ++t) {
      double sum = 0;
      for (std::size_t v = 0; v < 96; ++v) sum += std::exp(static_cast<double>(expected.logits[t * 96 + v]));
      loss += std::log(sum) - static_cast<double>(expected.logits[t * 96 + expected.tokens[t + 1]]);
    }
    const auto summary = read_summary_of(folder / name);
    CHECK(summary["methods"]["badam"]["eval_loss_at_start"].get<double>() == doctest::Approx(loss / 23).epsilon(1e-6));
    CHECK(summary["configuration"]["partition"] == "layers");
    CHECK(summary["configuration"]["dtype"] == (name == both[0] ? "f32" : "bf16"));
    CHECK(summary["configuration"]["token_bits"] == 16);
    CHECK(result.out.find("nats per token") != std::string::npos);
    CHECK(result.out.find("held-out loss before the first step: ") != std::string::npos);
  }
}

TEST_CASE("what is loaded and saved without a change has the same bits") {
  const temporary_folder folder;
  write_file(folder / "tokens", token_file(some_tokens(800), 2));
  for (const char* name : both) {
    // A learning rate that moves no value of a float: the smallest is far above.
    const outcome result =
        run_program(fine_tune(reference / name, folder / "tokens", folder / name,
                              {"--save", "--steps", "2", "--method", "sgd", "--learning-rate", "1e-30"}));
    CAPTURE(result.err);
    REQUIRE(result.status == 0);
    CHECK(result.out.find("saved: " + (folder / name).string() + "/sgd") != std::string::npos);
    check_same_values(reference / name, folder / name / "sgd");
    // All keys of the configuration are kept.
    const auto before = nlohmann::json::parse(read_file(reference / name / "config.json"));
    CHECK(nlohmann::json::parse(read_file(folder / name / "sgd/config.json")) == before);
  }
}

TEST_CASE("a block method leaves the embedding and the head of a loaded model as they are") {
  const temporary_folder folder;
  write_file(folder / "tokens", token_file(some_tokens(800), 4));
  REQUIRE(run_program(fine_tune(reference / "llama_f32/model.safetensors", folder / "tokens", folder / "out",
                                {"--save", "--steps", "6", "--switch-every", "1", "--method", "adam,badam",
                                 "--token-bits", "32", "--repeat", "2"}))
              .status == 0);
  bo::tensor_files before(reference / "llama_f32");
  const auto moved = [&](const char* method, const std::string& tensor) {
    bo::safetensors_reader after(folder.path() / "out" / method / "model.safetensors");
    const auto extents = std::vector<std::size_t>(after.find(tensor)->shape.begin(), after.find(tensor)->shape.end());
    const std::size_t n = after.find(tensor)->bytes() / 4;
    std::vector<float> a(n);
    std::vector<float> b(n);
    after.read(tensor, bo::tensor_view<float>(a.data(), extents));
    bo::safetensors_reader reader(reference / "llama_f32/model.safetensors");
    reader.read(tensor, bo::tensor_view<float>(b.data(), extents));
    return a != b;
  };
  for (const char* method : {"badam-0", "badam-1"}) {
    CHECK_FALSE(moved(method, "model.embed_tokens.weight"));
    CHECK_FALSE(moved(method, "lm_head.weight"));
    CHECK(moved(method, "model.layers.0.self_attn.q_proj.weight"));
    CHECK(moved(method, "model.layers.1.mlp.down_proj.weight"));
  }
  CHECK(moved("adam-0", "model.embed_tokens.weight"));
  CHECK(moved("adam-0", "lm_head.weight"));
  CHECK(read_summary_of(folder / "out")["configuration"]["token_bits"] == 32);
}

TEST_CASE("what this program pretrains it fine-tunes") {
  const temporary_folder folder;
  write_file(folder / "a.txt", sample_text(6000));
  write_file(folder / "b.txt", sample_text(9000).substr(4000));
  for (const char* dtype : {"f32", "bf16"}) {
    CAPTURE(dtype);
    const std::string first = folder / (std::string("first-") + dtype);
    const std::string second = folder / (std::string("second-") + dtype);
    const outcome pretrained = run_program(tiny_train(
        folder / "a.txt", first, {"--save", "--steps", "12", "--method", "adam", "--dtype", dtype, "--kv-heads", "1"}));
    REQUIRE(pretrained.status == 0);
    CHECK(std::filesystem::exists(first + "/adam/config.json"));
    const arguments again{"train",
                          "--init",
                          first + "/adam",
                          "--text",
                          folder / "b.txt",
                          "--context",
                          "16",
                          "--batch",
                          "2",
                          "--eval-tokens",
                          "64",
                          "--threads",
                          "1",
                          "--steps",
                          "4",
                          "--method",
                          "badam,bsgd",
                          "--switch-every",
                          "1",
                          "--out",
                          second};
    const outcome tuned = run_program(again);
    CAPTURE(tuned.err);
    REQUIRE(tuned.status == 0);
    const auto summary = read_summary_of(second);
    CHECK(summary["configuration"]["kv_heads"] == 1);
    CHECK(summary["configuration"]["dtype"] == dtype);
    CHECK(summary["methods"]["badam"]["planned_bytes"] == summary["methods"]["badam"]["measured_bytes"]);
    CHECK(summary["methods"]["badam"]["blocks"] == 2);
    CHECK(run_program(again).out.find("skipped: ") != std::string::npos);
  }
  // With the text of the first run its held-out loss goes on where that run ended.
  const std::string first = folder / "first-f32";
  const outcome more =
      run_program(tiny_train(folder / "a.txt", folder / "third",
                             {"--init", first + "/adam", "--steps", "1", "--method", "badam", "--kv-heads", "1"}));
  REQUIRE(more.status == 0);
  CHECK(read_summary_of(folder / "third")["methods"]["badam"]["eval_loss_at_start"] ==
        read_summary_of(first)["methods"]["adam"]["eval_loss"]);
}

TEST_CASE("flags that contradict the files of a model end with status 2 and name both") {
  const temporary_folder folder;
  write_file(folder / "tokens", token_file(some_tokens(800), 2));
  write_file(folder / "text.txt", sample_text(4000));
  const auto refuse = [&](const arguments& more, const std::vector<std::string>& culprits) {
    const outcome result = run_program(fine_tune(reference / "llama_f32", folder / "tokens", folder / "out", more));
    CAPTURE(result.err);
    CHECK(result.status == 2);
    CHECK(std::ranges::count(result.err, '\n') == 1);
    for (const std::string& culprit : culprits) CHECK(result.err.find(culprit) != std::string::npos);
    CHECK_FALSE(std::filesystem::exists(folder / "out"));
  };
  refuse({"--layers", "3"}, {"--layers 3", "config.json", "num_hidden_layers is 2"});
  refuse({"--width", "64"}, {"--width 64", "hidden_size is 32"});
  refuse({"--heads", "8"}, {"--heads 8", "num_attention_heads is 4"});
  refuse({"--kv-heads", "4"}, {"--kv-heads 4", "num_key_value_heads is 2"});
  refuse({"--tied-head"}, {"--tied-head", "tie_word_embeddings"});
  refuse({"--shape", "small"}, {"--shape", "--init"});
  refuse({"--text", folder / "text.txt"}, {"--text", "--tokens"});
  const outcome long_context = run_program({"train", "--init", (reference / "llama_f32").string(), "--tokens",
                                            folder / "tokens", "--context", "65", "--out", folder / "out"});
  CHECK(long_context.status == 2);
  CHECK(long_context.err.find("--context 65") != std::string::npos);
  CHECK(long_context.err.find("max_position_embeddings is 64") != std::string::npos);
  const outcome bytes = run_program({"train", "--init", (reference / "llama_f32").string(), "--out", folder / "out"});
  CHECK(bytes.status == 2);
  CHECK(bytes.err.find("vocabulary of 96") != std::string::npos);
  // What agrees is no contradiction.
  CHECK(run_program(fine_tune(reference / "llama_f32", folder / "tokens", folder / "out",
                              {"--layers", "2", "--width", "32", "--heads", "4", "--kv-heads", "2", "--steps", "1"}))
            .status == 0);
}

TEST_CASE("files of tokens are refused with the place of what is wrong") {
  const temporary_folder folder;
  const auto refuse = [&](const std::string& content, const arguments& more, const std::string& culprit) {
    write_file(folder / "tokens", content);
    const outcome result = run_program(fine_tune(reference / "llama_f32", folder / "tokens", folder / "out", more));
    CAPTURE(result.err);
    CHECK(result.status == 1);
    CHECK(result.err.find("tokens'") != std::string::npos);
    CHECK(result.err.find(culprit) != std::string::npos);
    CHECK_FALSE(std::filesystem::exists(folder / "out"));
  };
  auto tokens = some_tokens(801);
  tokens[333] = 96;
  refuse(token_file(tokens, 2), {}, "token 333 is 96, out of the vocabulary of 96");
  refuse(token_file(tokens, 4), {"--token-bits", "32"}, "token 333 is 96");
  refuse(token_file(some_tokens(801), 4), {}, "32-bit");
  refuse(token_file(some_tokens(801), 2), {"--token-bits", "32"}, "no whole tokens");
  refuse(token_file(some_tokens(800), 2).substr(1), {}, "1599 bytes");
  refuse(token_file(some_tokens(20), 2), {}, "20 tokens");
  refuse("", {}, "0 tokens");
}

TEST_CASE("a model that is not whole is refused with status 1 and the name of the tensor") {
  const temporary_folder folder;
  write_file(folder / "tokens", token_file(some_tokens(800), 2));
  const auto refuse = [&](const std::function<void()>& damage, const std::vector<std::string>& culprits) {
    std::filesystem::remove_all(folder / "model");
    std::filesystem::copy(reference / "llama_bf16_sharded", folder / "model");
    damage();
    const outcome result = run_program(fine_tune(folder / "model", folder / "tokens", folder / "out"));
    CAPTURE(result.err);
    CHECK(result.status == 1);
    CHECK(std::ranges::count(result.err, '\n') == 1);
    for (const std::string& culprit : culprits) CHECK(result.err.find(culprit) != std::string::npos);
    CHECK_FALSE(std::filesystem::exists(folder / "out"));
  };
  const std::filesystem::path model = folder / "model";
  const auto change = [&](const char* file, const std::string& from, const std::string& to) {
    std::string content = read_file(model / file);
    const std::size_t at = content.find(from);
    REQUIRE(at != std::string::npos);
    write_file(model / file, content.replace(at, from.size(), to));
  };
  const auto config = [&](const std::string& from, const std::string& to, const std::string& culprit) {
    refuse([&] { change("config.json", from, to); }, {"config.json", culprit});
  };
  refuse([&] { std::filesystem::remove(model / "config.json"); }, {"config.json"});
  refuse([&] { std::filesystem::remove(model / "model-00002-of-00003.safetensors"); }, {"model-00002-of-00003"});
  refuse([&] { std::filesystem::resize_file(model / "model-00003-of-00003.safetensors", 3000); },
         {"model-00003-of-00003", "tensor '", "truncated"});
  refuse([&] { change("config.json", "\"num_hidden_layers\": 2", "\"num_hidden_layers\": 3"); },
         {"no tensor 'model.layers.2.input_layernorm.weight'"});
  refuse([&] { change("config.json", "\"num_hidden_layers\": 2", "\"num_hidden_layers\": 1"); },
         {"tensor 'model.layers.1.", "no parameter"});
  refuse([&] { change("config.json", "\"intermediate_size\": 48", "\"intermediate_size\": 47"); },
         {"gate_proj.weight' is 48 x 32, not 47 x 32"});
  refuse([&] { change("config.json", "\"tie_word_embeddings\": true", "\"tie_word_embeddings\": false"); },
         {"no tensor 'lm_head.weight'"});
  config("\"silu\"", "\"gelu\"", "hidden_act is 'gelu'");
  config("\"llama\"", "\"mistral\"", "model_type is 'mistral'");
  config("LlamaForCausalLM", "LlamaModel", "architectures");
  config("\"attention_bias\": false", "\"attention_bias\": true", "attention_bias");
  config("\"mlp_bias\": false", "\"mlp_bias\": true", "mlp_bias");
  config("\"mlp_bias\": false", "\"quantization_config\": {}", "quantization_config");
  config("\"rope_type\": \"llama3\"", "\"rope_type\": \"yarn\"", "rope_parameters.rope_type is 'yarn'");
  config("\"low_freq_factor\": 1.0,", "", "rope_parameters.low_freq_factor is missing");
  config("\"rms_norm_eps\": 1e-06,", "", "rms_norm_eps is missing");
  config("\"hidden_size\": 32", "\"hidden_size\": -32", "hidden_size");
  config("\"hidden_size\": 32", "\"hidden_size\": 18446744073709551615", "hidden_size");
  config("\"vocab_size\": 96", "\"vocab_size\": \"96\"", "vocab_size");
  config("\"hidden_size\": 32", "\"hidden_size\": 32,,", "not a JSON object");
}

TEST_CASE("both spellings of rotary positions mean the same") {
  const temporary_folder folder;
  const std::string sizes = R"("num_hidden_layers": 1, "hidden_size": 32, "num_attention_heads": 4)";
  const auto shape = [&](const std::string& rotary) {
    write_file(folder / "config.json", "{" + sizes + rotary + "}");
    return read_model_config("test", folder / "config.json", false).shape;
  };
  CHECK(shape("").rope_base == 10000);
  CHECK(shape(R"(, "rope_theta": 500, "rope_scaling": null)").rope_base == 500);
  CHECK(shape(R"(, "rope_parameters": {"rope_theta": 500, "rope_type": "default"})").rope_base == 500);
  const bo::rope_scaling linear{.kind = bo::rope_scaling_kind::linear, .factor = 2};
  CHECK(shape(R"(, "rope_scaling": {"type": "linear", "factor": 2})").rope_scaling == linear);
  CHECK(shape(R"(, "rope_parameters": {"rope_theta": 5e5, "rope_type": "linear", "factor": 2})").rope_scaling ==
        linear);
  const bo::rope_scaling llama3{bo::rope_scaling_kind::llama3, 8, 1, 4, 4096};
  const std::string keys =
      R"({"rope_type": "llama3", "factor": 8, "low_freq_factor": 1, "high_freq_factor": 4,
          "original_max_position_embeddings": 4096, "rope_theta": 7})";
  for (const char* key : {"rope_scaling", "rope_parameters"}) {
    const bo::transformer_shape s = shape(", \"" + std::string(key) + "\": " + keys);
    CHECK(s.rope_scaling == llama3);
    CHECK(s.rope_base == 7);
    // And what is written for a shape is read as that shape.
    const auto written = blockopt::program::make_model_config(s, "f32", nullptr);
    write_file(folder / "again.json", written.dump());
    const bo::transformer_shape again = read_model_config("test", folder / "again.json", true).shape;
    CHECK(again.rope_scaling == llama3);
    CHECK(again.rope_base == 7);
    CHECK(again.hidden == s.hidden_width());
  }
  CHECK(shape(R"(, "head_dim": 8)").head_width == 0);
  CHECK(shape(R"(, "head_dim": 10)").head_width == 10);
  CHECK(shape(R"(, "head_dim": null)").head_width == 0);
}

TEST_CASE("a full disk while values are saved ends a run with status 1 and the name of the file") {
  if (!std::filesystem::exists("/dev/full")) return;
  const temporary_folder folder;
  write_file(folder / "text.txt", sample_text(4000));
  std::filesystem::create_directories(folder / "out/adam");
  std::filesystem::create_symlink("/dev/full", folder / "out/adam/model.safetensors.part");
  const outcome result = run_program(tiny_train(folder / "text.txt", folder / "out", {"--steps", "4", "--save"}));
  CAPTURE(result.err);
  CHECK(result.status == 1);
  CHECK(std::ranges::count(result.err, '\n') == 1);
  CHECK(result.err.find("adam/model.safetensors': No space left") != std::string::npos);
  CHECK(read_summary_of(folder / "out")["status"] == "failed");
  CHECK_FALSE(std::filesystem::exists(folder / "out/adam/model.safetensors"));
}
