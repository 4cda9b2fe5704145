// SPDX-License-Identifier: MIT
// Part of blockopt: config.json of the Llama family.

#include "train/model_config.hpp"

#include <algorithm>
#include <fstream>
#include <limits>

#include "common/failure.hpp"

namespace blockopt::program {

namespace {

using json = nlohmann::ordered_json;

/// An object of the file, with errors that name the file and the key.
class config_reader {
 public:
  config_reader(const json& object, std::string where) : object_(object), where_(std::move(where)) {}

  [[noreturn]] void wrong(const std::string& key, const std::string& what) const {
    throw run_failure(where_ + key + " " + what);
  }
  /// Null when the key is not there or null.
  [[nodiscard]] const json* find(const char* key) const {
    const auto found = object_.find(key);
    return found == object_.end() || found->is_null() ? nullptr : &*found;
  }
  [[nodiscard]] const json* find(const char* key, bool required) const {
    const json* const value = find(key);
    if (value == nullptr && required) wrong(key, "is missing");
    return value;
  }
  [[nodiscard]] std::size_t size(const char* key, std::size_t fallback, bool required) const {
    const json* const value = find(key, required);
    if (value == nullptr) return fallback;
    if (!value->is_number_unsigned() || *value == 0) wrong(key, "is not a number above 0");
    // Products of four sizes fit into 64 bits.
    if (*value > std::numeric_limits<std::uint32_t>::max()) wrong(key, "is above 2^32 - 1");
    return value->get<std::size_t>();
  }
  [[nodiscard]] double number(const char* key, double fallback, bool required) const {
    const json* const value = find(key, required);
    if (value == nullptr) return fallback;
    if (!value->is_number()) wrong(key, "is not a number");
    return value->get<double>();
  }
  [[nodiscard]] bool boolean(const char* key, bool fallback) const {
    const json* const value = find(key);
    if (value == nullptr) return fallback;
    if (!value->is_boolean()) wrong(key, "is not true or false");
    return *value;
  }
  [[nodiscard]] std::string text(const char* key, const char* fallback) const {
    const json* const value = find(key);
    if (value == nullptr) return fallback;
    if (!value->is_string()) wrong(key, "is not a string");
    return *value;
  }
  [[nodiscard]] config_reader inner(const char* key) const {
    const json* const value = find(key);
    if (!value->is_object()) wrong(key, "is not an object");
    return {*value, where_ + key + "."};
  }

 private:
  const json& object_;
  std::string where_;
};

/// What this transformer cannot do, by name.
void refuse_others(const config_reader& c) {
  if (const std::string type = c.text("model_type", "llama"); type != "llama") {
    c.wrong("model_type", "is '" + type + "'; only llama is supported");
  }
  if (const json* const names = c.find("architectures")) {
    if (!names->is_array() || std::ranges::find(*names, json("LlamaForCausalLM")) == names->end()) {
      c.wrong("architectures", "is " + names->dump() + "; only LlamaForCausalLM is supported");
    }
  }
  if (const std::string act = c.text("hidden_act", "silu"); act != "silu") {
    c.wrong("hidden_act", "is '" + act + "'; only silu is supported");
  }
  for (const char* bias : {"attention_bias", "mlp_bias"}) {
    if (c.boolean(bias, false)) c.wrong(bias, "is true; matrices have no biases here");
  }
  if (c.find("quantization_config") != nullptr)
    c.wrong("quantization_config", "is there; only plain values are supported");
}

/// transformers 5 has rope_parameters; 4 has rope_theta, and rope_scaling where it is not plain.
void read_rotary(const config_reader& c, transformer_shape& shape) {
  shape.rope_base = c.number("rope_theta", 10000, false);
  const char* const key = c.find("rope_parameters") != nullptr ? "rope_parameters" : "rope_scaling";
  if (c.find(key) == nullptr) return;
  const config_reader r = c.inner(key);
  shape.rope_base = r.number("rope_theta", shape.rope_base, false);
  const std::string kind = r.text("rope_type", r.text("type", "default").c_str());
  if (r.number("partial_rotary_factor", 1, false) != 1) r.wrong("partial_rotary_factor", "is not 1");
  if (kind == "default") return;
  rope_scaling& s = shape.rope_scaling;
  s.factor = r.number("factor", 1, true);
  if (kind == "linear") {
    s.kind = rope_scaling_kind::linear;
  } else if (kind == "llama3") {
    s.kind = rope_scaling_kind::llama3;
    s.low_frequency_factor = r.number("low_freq_factor", 1, true);
    s.high_frequency_factor = r.number("high_freq_factor", 4, true);
    s.original_context = r.size("original_max_position_embeddings", 0, true);
  } else {
    r.wrong("rope_type", "is '" + kind + "'; only default, linear and llama3 are supported");
  }
}

}  // namespace

model_config read_model_config(const std::string& flag, const std::filesystem::path& file, bool complete) {
  std::ifstream in(file, std::ios::binary);
  if (!in) throw run_failure(flag + ": '" + file.string() + "' cannot be read");
  model_config result;
  result.keys = json::parse(in, nullptr, false);
  if (!result.keys.is_object()) throw run_failure(flag + ": '" + file.string() + "' is not a JSON object");
  const config_reader c(result.keys, flag + ": '" + file.string() + "': ");
  transformer_shape& shape = result.shape;
  shape.layers = c.size(model_config::layers, 0, true);
  shape.width = c.size(model_config::width, 0, true);
  shape.heads = c.size(model_config::heads, 0, true);
  shape.kv_heads = c.size(model_config::kv_heads, shape.heads, false);
  shape.hidden = c.size("intermediate_size", 0, complete);
  shape.vocabulary = c.size("vocab_size", 256, complete);
  shape.norm_epsilon = c.number("rms_norm_eps", shape.norm_epsilon, complete);
  shape.tied_head = c.boolean("tie_word_embeddings", false);
  const std::size_t head = c.size("head_dim", 0, false);
  if (head != 0 && (shape.width % shape.heads != 0 || head != shape.width / shape.heads)) shape.head_width = head;
  result.max_context = c.size(model_config::context, 0, false);
  refuse_others(c);
  read_rotary(c, shape);
  return result;
}

json make_model_config(const transformer_shape& shape, const std::string& dtype, const json& base) {
  json j = base.is_object() ? base : json::object();
  if (!base.is_object()) {
    j["architectures"] = {"LlamaForCausalLM"};
    j["model_type"] = "llama";
    j["bos_token_id"] = nullptr;  // bytes are the tokens: none begins or ends a text
    j["eos_token_id"] = nullptr;
    j["hidden_act"] = "silu";
    j["attention_bias"] = false;
    j["mlp_bias"] = false;
    j["rope_theta"] = shape.rope_base;
    j["rope_parameters"] = {{"rope_theta", shape.rope_base}, {"rope_type", "default"}};
    const rope_scaling& s = shape.rope_scaling;
    if (s.kind == rope_scaling_kind::linear) {
      j["rope_parameters"].update({{"rope_type", "linear"}, {"factor", s.factor}});
    } else if (s.kind == rope_scaling_kind::llama3) {
      j["rope_parameters"].update({{"rope_type", "llama3"},
                                   {"factor", s.factor},
                                   {"low_freq_factor", s.low_frequency_factor},
                                   {"high_freq_factor", s.high_frequency_factor},
                                   {"original_max_position_embeddings", s.original_context}});
    }
    j["rope_scaling"] = s.kind == rope_scaling_kind::none ? json(nullptr) : j["rope_parameters"];
    j[model_config::context] = shape.context;
  }
  j[model_config::layers] = shape.layers;
  j[model_config::width] = shape.width;
  j[model_config::heads] = shape.heads;
  j[model_config::kv_heads] = shape.kv_heads;
  j["head_dim"] = shape.head_size();
  j["intermediate_size"] = shape.hidden_width();
  j["vocab_size"] = shape.vocabulary;
  j["rms_norm_eps"] = shape.norm_epsilon;
  j["tie_word_embeddings"] = shape.tied_head;
  // Version 4 reads torch_dtype, version 5 dtype.
  const char* const name = dtype == "bf16" ? "bfloat16" : "float32";
  if (!base.is_object() || base.contains("torch_dtype")) j["torch_dtype"] = name;
  if (!base.is_object() || base.contains("dtype") || !base.contains("torch_dtype")) j["dtype"] = name;
  return j;
}

}  // namespace blockopt::program
