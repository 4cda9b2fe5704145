// SPDX-License-Identifier: MIT
// Part of blockopt: where activations and scratch lie in the transformer's workspace, and how large it is.
#pragma once

#include <algorithm>
#include <cstddef>
#include <vector>

#include <blockopt/problem/transformer/activity.hpp>
#include <blockopt/problem/transformer/attention.hpp>
#include <blockopt/problem/transformer/cross_entropy.hpp>
#include <blockopt/problem/transformer/gradient_sink.hpp>
#include <blockopt/problem/transformer/parallel.hpp>
#include <blockopt/problem/transformer/product.hpp>
#include <blockopt/problem/transformer/shape.hpp>
#include <blockopt/view/scalar.hpp>

namespace blockopt::detail {

/// Rowwise work is cut into pieces of this many tokens; sums over tokens are made piece by piece, so that they do not
/// depend on the number of threads.
inline constexpr std::size_t token_piece = 64;
[[nodiscard]] inline std::size_t token_pieces(std::size_t tokens) { return (tokens + token_piece - 1) / token_piece; }

/// Rows of a matrix behind a norm whose gradient is made at a time, in scratch: a multiple of 16.
inline constexpr std::size_t behind_norm_rows = 256;

/// Offsets of one layer's activations, in elements. What the backward pass does not need shares scratch with the other
/// layers: equal offsets mean that a later activation overwrites an earlier one.
struct layer_places {
  std::size_t input, middle, output;  ///< the residual stream before, between and after the halves: [tokens, width]
  std::size_t qkv;                    ///< [tokens, qkv_width]
  std::size_t lse;                    ///< [tokens, heads]
  std::size_t attention;              ///< [tokens, query_width]
  std::size_t gate_up;                ///< [tokens, 2 hidden]
  std::size_t attention_scale, mlp_scale;  ///< [tokens], 1 / root mean square
};

/// The layout of a workspace of elements of compute_type_t<T> for `batch` sequences and a set of wanted gradients.
template <scalar T>
class workspace_layout {
  using C = compute_type_t<T>;

 public:
  explicit workspace_layout(const transformer_shape& shape) : layers(shape.layers) {}

  /// Allocates nothing.
  void plan(const transformer_shape& s, std::size_t batch, const activity& active, std::size_t threads,
            gradient_use use = gradient_use::stored) {
    total = 0;
    const std::size_t tokens = batch * s.context, stream = tokens * s.width;
    bool any_layer = false;
    std::size_t wide_elements = 0;
    scales = take(tokens);
    narrow = take(tokens * std::max(s.width, s.query_width()));
    std::size_t current = take(stream);
    for (std::size_t l = 0; l < s.layers; ++l) {
      const layer_needs needs = active.layer(l);
      layer_places& p = layers[l];
      p.input = current;
      p.middle = needs.qkv ? take(stream) : p.input;
      p.output = needs.gate_up ? take(stream) : p.middle;
      current = p.output;
      p.qkv = needs.qkv ? take(tokens * s.qkv_width()) : nowhere;
      p.lse = needs.qkv ? take(tokens * s.heads) : nowhere;
      p.attention = needs.attention_output ? take(tokens * s.query_width()) : narrow;
      p.gate_up = needs.any ? take(tokens * 2 * s.hidden_width()) : nowhere;
      p.attention_scale = needs.qkv ? take(tokens) : scales;
      p.mlp_scale = needs.gate_up ? take(tokens) : scales;
      if (!needs.qkv) wide_elements = std::max(wide_elements, tokens * s.qkv_width());
      if (!needs.any) wide_elements = std::max(wide_elements, tokens * 2 * s.hidden_width());
      any_layer = any_layer || needs.any;
    }
    const std::size_t wide = take(wide_elements);
    for (layer_places& p : layers) {
      if (p.qkv == nowhere) p.qkv = wide;
      if (p.gate_up == nowhere) p.gate_up = wide;
    }
    output = current;
    hidden = any_layer ? take(tokens * s.hidden_width()) : nowhere;
    stream_gradient = active.below_head() ? take(stream) : nowhere;
    const std::size_t chunk = std::min(head_chunk, tokens);
    logits = take(chunk * s.vocabulary);
    losses = take(chunk);
    norm_sums = active.backward() ? take(token_pieces(tokens) * s.width) : nowhere;
    weight_gradient =
        any_layer ? take(s.width * std::min(behind_norm_rows, std::max(s.query_width(), s.hidden_width()))) : nowhere;
    const bool hands = use == gradient_use::handed_out && active.backward();
    handed_matrix = hands ? take(largest_wanted(s, active)) : nowhere;
    handed_tied = hands && s.tied_head && active.wants(0) ? take(extents_of(s, 0).size()) : nowhere;
    handed_norm = hands ? take(s.width) : nowhere;
    inner = hands && any_layer ? take(stream) : narrow;
    converted_norm = is_reduced_precision<T> ? take(s.width) : nowhere;
    const std::size_t side = std::max({tokens, s.vocabulary, 2 * s.hidden_width(), s.qkv_width(), s.width});
    pack = packing_size(side, side);
    packing = take(threads * pack.total());
    attention_stride = attention_scratch<C>(s).total;
    attention = take(threads * attention_stride);
  }

  /// Where a layer's input lies; that of the final norm for the number of layers.
  [[nodiscard]] std::size_t input_of(std::size_t layer) const {
    return layer < layers.size() ? layers[layer].input : output;
  }

  static constexpr std::size_t nowhere = static_cast<std::size_t>(-1);  ///< no place of its own

  std::vector<layer_places> layers;
  std::size_t output = 0;              ///< the residual stream after the last layer
  std::size_t narrow = 0;              ///< scratch, [tokens, max(width, query_width)]
  std::size_t hidden = 0;              ///< scratch, [tokens, hidden]
  std::size_t stream_gradient = 0;     ///< of the residual stream, [tokens, width]
  std::size_t scales = 0;              ///< scratch, of the rows of one norm, [tokens]
  std::size_t logits = 0, losses = 0;  ///< of one chunk of tokens
  std::size_t norm_sums = 0;           ///< gradients of the final norm, one row per piece of tokens
  std::size_t weight_gradient = 0;     ///< scratch, of some rows of a matrix behind a norm
  std::size_t handed_matrix = 0, handed_tied = 0, handed_norm = 0;  ///< gradients that are handed out
  std::size_t inner = 0;           ///< gradient of a norm's output: narrow, or apart where gradients are handed out
  std::size_t converted_norm = 0;  ///< 16-bit values, converted just before use
  std::size_t packing = 0, attention = 0, attention_stride = 0;  ///< per thread
  packing_size pack;
  std::size_t total = 0;  ///< elements

 private:
  std::size_t take(std::size_t elements) {
    const std::size_t place = total;
    total += round_up_to_tile<C>(elements);
    return place;
  }

  // But for a tied head, whose gradient waits until the end in a place of its own, and for norms.
  [[nodiscard]] static std::size_t largest_wanted(const transformer_shape& s, const activity& active) {
    std::size_t largest = 0;
    for (std::size_t i = s.tied_head ? 1 : 0; i < s.parameters(); ++i) {
      const parameter_extents e = extents_of(s, i);
      if (active.wants(i) && e.columns != 0) largest = std::max(largest, e.size());
    }
    return largest;
  }
};

}  // namespace blockopt::detail
