// SPDX-License-Identifier: MIT
// Part of blockopt: the shape of a decoder-only transformer of the Llama family, and the numbering of its parameters.
#pragma once

#include <cmath>
#include <cstddef>
#include <string>

#include <blockopt/error.hpp>

namespace blockopt {

/// How rotary frequencies are changed for contexts longer than those of the first training.
enum class rope_scaling_kind {
  none,
  linear,  ///< all divided by the factor (Chen et al., Position Interpolation, arXiv 2306.15595, eq. 4)
  llama3,  ///< slow ones divided, fast ones kept, those between blended (Llama 3.1, as in transformers' rope_type llama3)
};
struct rope_scaling {
  rope_scaling_kind kind = rope_scaling_kind::none;
  double factor = 1;
  double low_frequency_factor = 1;      ///< llama3: slow is below so many turns in the original context
  double high_frequency_factor = 4;     ///< llama3: fast is above so many
  std::size_t original_context = 8192;  ///< llama3: in tokens
  friend bool operator==(const rope_scaling&, const rope_scaling&) = default;
};

/// Sizes of a Llama-like decoder: RMS norm before each half of a layer, rotary positions, grouped-query attention and
/// SwiGLU (Touvron et al., LLaMA, arXiv 2302.13971, section 2.2; Ainslie et al., GQA, arXiv 2305.13245).
struct transformer_shape {
  std::size_t layers = 6;
  std::size_t width = 192;       ///< of the residual stream; a multiple of `heads` unless head_width is given
  std::size_t heads = 6;         ///< query heads; a multiple of `kv_heads`
  std::size_t kv_heads = 6;      ///< key and value heads
  std::size_t head_width = 0;    ///< of one head; 0: width / heads
  std::size_t hidden = 0;        ///< of the feed-forward half; 0: 8/3 of the width, rounded up to a multiple of 32
  std::size_t context = 128;     ///< tokens per sequence
  std::size_t vocabulary = 256;  ///< below 2^32
  bool tied_head = false;        ///< the head uses the embedding's values
  double rope_base = 10000;      ///< theta of the rotary positions (Su et al., RoFormer, arXiv 2104.09864, eq. 15)
  blockopt::rope_scaling rope_scaling{};
  double norm_epsilon = 1e-5;  ///< added to the mean square (Zhang and Sennrich, RMSNorm, arXiv 1910.07467, eq. 4)

  /// Throws invalid_option that names the member at fault.
  void check() const {
    const auto refuse = [](const std::string& what) { raise<invalid_option>({"transformer_shape: ", what}); };
    const auto positive = [&](std::size_t value, const char* name) {
      if (value == 0) refuse(std::string(name) + " is 0");
    };
    positive(layers, "layers");
    positive(width, "width");
    positive(heads, "heads");
    positive(kv_heads, "kv_heads");
    positive(context, "context");
    if (vocabulary < 2 || vocabulary >= std::size_t{1} << 32)
      refuse("vocabulary is " + std::to_string(vocabulary) + ", not in [2, 2^32)");
    const auto divides = [&](std::size_t whole, const char* whole_name, std::size_t part, const char* part_name) {
      if (whole % part != 0) {
        refuse(std::string(whole_name) + " = " + std::to_string(whole) + " is no multiple of " + part_name + " = " +
               std::to_string(part));
      }
    };
    if (head_width == 0) divides(width, "width", heads, "heads");
    divides(heads, "heads", kv_heads, "kv_heads");
    if (head_size() % 2 != 0) {
      refuse((head_width == 0 ? "width / heads = " : "head_width = ") + std::to_string(head_size()) +
             " is odd; rotary positions turn pairs");
    }
    if (!(rope_base > 0) || !std::isfinite(rope_base)) refuse("rope_base is not a positive number");
    if (!(rope_scaling.factor >= 1) || !std::isfinite(rope_scaling.factor)) refuse("rope_scaling.factor is below 1");
    if (!(rope_scaling.low_frequency_factor > 0) || !std::isfinite(rope_scaling.high_frequency_factor) ||
        !(rope_scaling.high_frequency_factor > rope_scaling.low_frequency_factor)) {
      refuse("rope_scaling: not 0 < low_frequency_factor < high_frequency_factor");
    }
    if (rope_scaling.original_context == 0) refuse("rope_scaling.original_context is 0");
    if (!(norm_epsilon >= 0) || !std::isfinite(norm_epsilon)) refuse("norm_epsilon is negative or not finite");
  }

  [[nodiscard]] std::size_t head_size() const { return head_width != 0 ? head_width : width / heads; }
  [[nodiscard]] std::size_t query_width() const { return heads * head_size(); }
  [[nodiscard]] std::size_t kv_width() const { return kv_heads * head_size(); }
  [[nodiscard]] std::size_t qkv_width() const { return query_width() + 2 * kv_width(); }
  [[nodiscard]] std::size_t hidden_width() const { return hidden != 0 ? hidden : ((8 * width + 2) / 3 + 31) / 32 * 32; }

  /// Parameters are numbered: embedding, then nine per layer, the final norm, and the head unless it is tied.
  [[nodiscard]] std::size_t parameters() const { return 2 + 9 * layers + (tied_head ? 0 : 1); }
  [[nodiscard]] std::size_t stages() const { return layers + 2; }

  /// 0: the embedding; 1 to `layers`: the layers; `layers` + 1: the final norm and the head.
  [[nodiscard]] std::size_t stage_of(std::size_t parameter) const {
    if (parameter >= parameters()) {
      raise<invalid_option>({"transformer: no parameter ", parameter, "; there are ", parameters()});
    }
    return parameter == 0 ? 0 : parameter > 9 * layers ? layers + 1 : (parameter - 1) / 9 + 1;
  }
};

namespace detail {

/// The parameters of one layer, in order.
enum class layer_part : std::size_t { attention_norm, query, key, value, output, mlp_norm, gate, up, down };
inline constexpr std::size_t layer_parts = 9;

/// The number of a layer's parameter; layers count from 0.
[[nodiscard]] inline std::size_t parameter_number(std::size_t layer, layer_part part) {
  return 1 + layer_parts * layer + static_cast<std::size_t>(part);
}
[[nodiscard]] inline std::size_t final_norm_number(const transformer_shape& shape) {
  return 1 + layer_parts * shape.layers;
}
[[nodiscard]] inline std::size_t head_number(const transformer_shape& shape) {
  return shape.tied_head ? 0 : 2 + layer_parts * shape.layers;
}

/// Rows and columns of a parameter as Hugging Face stores it, [out, in]; columns 0 for the vectors of the norms.
struct parameter_extents {
  std::size_t rows = 0, columns = 0;
  [[nodiscard]] std::size_t size() const { return columns == 0 ? rows : rows * columns; }
};

[[nodiscard]] inline parameter_extents extents_of(const transformer_shape& s, std::size_t parameter) {
  if (parameter == 0) return {s.vocabulary, s.width};
  if (parameter == final_norm_number(s)) return {s.width, 0};
  if (parameter > final_norm_number(s)) return {s.vocabulary, s.width};
  switch (static_cast<layer_part>((parameter - 1) % layer_parts)) {
    case layer_part::query:
      return {s.query_width(), s.width};
    case layer_part::output:
      return {s.width, s.query_width()};
    case layer_part::key:
    case layer_part::value:
      return {s.kv_width(), s.width};
    case layer_part::gate:
    case layer_part::up:
      return {s.hidden_width(), s.width};
    case layer_part::down:
      return {s.width, s.hidden_width()};
    case layer_part::attention_norm:
    case layer_part::mlp_norm:
      break;
  }
  return {s.width, 0};
}

/// Hugging Face's name of a parameter.
[[nodiscard]] inline std::string name_of(const transformer_shape& s, std::size_t parameter) {
  if (parameter == 0) return "model.embed_tokens.weight";
  if (parameter == final_norm_number(s)) return "model.norm.weight";
  if (parameter > final_norm_number(s)) return "lm_head.weight";
  static constexpr const char* parts[layer_parts] = {"input_layernorm",  "self_attn.q_proj", "self_attn.k_proj",
                                                     "self_attn.v_proj", "self_attn.o_proj", "post_attention_layernorm",
                                                     "mlp.gate_proj",    "mlp.up_proj",      "mlp.down_proj"};
  return "model.layers." + std::to_string((parameter - 1) / layer_parts) + "." + parts[(parameter - 1) % layer_parts] +
         ".weight";
}

}  // namespace detail
}  // namespace blockopt
