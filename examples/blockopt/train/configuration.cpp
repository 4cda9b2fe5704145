// SPDX-License-Identifier: MIT
// Part of blockopt: the flags of train, and shapes, as JSON.

#include <fstream>
#include <limits>
#include <utility>

#include <nlohmann/json.hpp>

#include "common/failure.hpp"
#include "train/options.hpp"

namespace blockopt::program {

nlohmann::ordered_json train_options::configuration(const program::text& data, std::uint64_t visit_length) const {
  using json = nlohmann::ordered_json;
  json c;
  c["text"] = data.name;
  c["text_bytes"] = data.bytes.size();
  c["text_hash"] = data.hash();
  c["layers"] = shape.layers;
  c["width"] = shape.width;
  c["heads"] = shape.heads;
  c["kv_heads"] = shape.kv_heads;
  c["hidden"] = shape.hidden_width();
  c["context"] = shape.context;
  c["vocabulary"] = shape.vocabulary;
  c["tied_head"] = shape.tied_head;
  c["rope_base"] = shape.rope_base;
  c["norm_epsilon"] = shape.norm_epsilon;
  c["batch"] = batch;
  c["accumulate"] = accumulate;
  c["init"] = init;
  c["dtype"] = dtype;
  json names = json::array();
  json rates = json::object();
  for (const method& m : methods) {
    names.push_back(m.name);
    rates[std::string(m.name)] = m.learning_rate;
  }
  c["method"] = std::move(names);
  c["learning_rate"] = std::move(rates);
  c["weight_decay"] = weight_decay;
  c["schedule"] = schedule;
  c["warmup"] = warmup;
  c["clip_norm"] = clip_norm ? json(*clip_norm) : json(nullptr);
  if (dtype != "f32") c["write_back"] = write_back;
  c["backend"] = backend;
  if (trains_blocks()) {
    c["partition"] = partition;
    c["order"] = order;
    c["switch_every"] = visit_length;
    c["memory"] = memory;
  }
  c["steps"] = steps ? json(*steps) : json(nullptr);
  c["seconds"] = seconds ? json(*seconds) : json(nullptr);
  c["eval_every"] = eval_every;
  c["eval_tokens"] = eval_tokens;
  c["repeat"] = repeat;
  c["seed"] = common.seed;
  c["threads"] = common.threads;
  return c;
}

transformer_shape read_shape(const std::string& file) {
  std::ifstream in(file, std::ios::binary);
  if (!in) throw run_failure("--shape: '" + file + "' is neither small nor a file that can be read");
  const nlohmann::json config = nlohmann::json::parse(in, nullptr, false);
  if (!config.is_object()) throw run_failure("--shape: '" + file + "' is not a JSON object");
  const auto wrong = [&](const std::string& key, const std::string& what) {
    throw run_failure("--shape: '" + file + "': " + key + " " + what);
  };
  const auto size = [&](const char* key, std::size_t fallback, bool required) {
    if (!config.contains(key)) {
      if (required) wrong(key, "is missing");
      return fallback;
    }
    if (!config[key].is_number_unsigned() || config[key] == 0) wrong(key, "is not a number above 0");
    return config[key].get<std::size_t>();
  };
  const auto number = [&](const char* key, double fallback) {
    if (!config.contains(key)) return fallback;
    if (!config[key].is_number()) wrong(key, "is not a number");
    return config[key].get<double>();
  };
  transformer_shape shape;
  shape.layers = size("num_hidden_layers", 0, true);
  shape.width = size("hidden_size", 0, true);
  shape.heads = size("num_attention_heads", 0, true);
  shape.kv_heads = size("num_key_value_heads", shape.heads, false);
  shape.hidden = size("intermediate_size", 0, false);
  shape.vocabulary = size("vocab_size", 256, false);
  if (shape.vocabulary < 256) wrong("vocab_size", "is below 256; the tokens are bytes");
  shape.rope_base = number("rope_theta", shape.rope_base);
  shape.norm_epsilon = number("rms_norm_eps", shape.norm_epsilon);
  if (config.contains("tie_word_embeddings")) {
    if (!config["tie_word_embeddings"].is_boolean()) wrong("tie_word_embeddings", "is not true or false");
    shape.tied_head = config["tie_word_embeddings"];
  }
  if (size("head_dim", shape.width / shape.heads, false) != shape.width / shape.heads) {
    wrong("head_dim", "is not hidden_size / num_attention_heads");
  }
  return shape;
}

}  // namespace blockopt::program
