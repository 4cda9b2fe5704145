// SPDX-License-Identifier: MIT
// Part of blockopt: config.json of the Llama family.
#pragma once

#include <cstddef>
#include <filesystem>
#include <string>

#include <nlohmann/json.hpp>

#include <blockopt/problem/transformer/shape.hpp>

namespace blockopt::program {

/// A model as its config.json describes it.
struct model_config {
  transformer_shape shape;      ///< but for `context`, which is how long sequences are here
  std::size_t max_context = 0;  ///< max_position_embeddings; 0: not said
  nlohmann::ordered_json keys;  ///< all that the file says

  /// The key of a size, for messages.
  static constexpr const char* layers = "num_hidden_layers";
  static constexpr const char* width = "hidden_size";
  static constexpr const char* heads = "num_attention_heads";
  static constexpr const char* kv_heads = "num_key_value_heads";
  static constexpr const char* context = "max_position_embeddings";
};

/// Reads LlamaForCausalLM's config.json as transformers 4 and 5 write it. Raises run_failure that begins with `flag` and
/// names the file and the key, for what cannot be read and for what transformer_shape cannot express: another family,
/// another activation, biases, other rotary positions than plain, linear and llama3. `complete`: all sizes must be
/// there; else vocab_size is 256, intermediate_size 8/3 of the width, and so on.
[[nodiscard]] model_config read_model_config(const std::string& flag, const std::filesystem::path& file, bool complete);

/// The config.json of a model that was trained here, for transformers 4 and 5. `dtype` is f32 or bf16. `base`: the
/// config.json that the model came from, whose other keys are kept; null: none.
[[nodiscard]] nlohmann::ordered_json make_model_config(const transformer_shape& shape, const std::string& dtype,
                                                       const nlohmann::ordered_json& base);

}  // namespace blockopt::program
