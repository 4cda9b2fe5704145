// SPDX-License-Identifier: MIT
// Part of blockopt: what the backward pass must compute, and the forward pass keep, for a set of wanted gradients.
#pragma once

#include <cstddef>
#include <span>

#include <blockopt/problem/transformer/shape.hpp>

namespace blockopt::detail {

/// What one layer's backward pass computes. Each gradient needs the ones above it; below the lowest wanted parameter
/// nothing is computed, and what nothing needs is not kept in the forward pass.
struct layer_needs {
  bool any = false;               ///< the layer takes part in the backward pass: keep the gate's inputs
  bool gate_up = false;           ///< the gradient of the gate's inputs: keep the stream between the halves
  bool middle = false;            ///< ... of the stream between the halves
  bool qkv = false;               ///< ... of queries, keys, values: keep them, their log-sum-exps and the layer's input
  bool input = false;             ///< ... of the layer's input: something below is wanted
  bool attention_output = false;  ///< keep what attention gives: the weight that it is multiplied by is wanted
};

/// `wanted`: one flag per parameter of the model; empty or all 0 for a forward pass alone.
class activity {
 public:
  activity(const transformer_shape& shape, std::span<const unsigned char> wanted)
      : shape_(&shape), wanted_(wanted), lowest_(shape.stages()) {
    for (std::size_t i = 0; i < wanted.size(); ++i) {
      if (wanted[i] != 0 && shape.stage_of(i) < lowest_) lowest_ = shape.stage_of(i);
    }
  }

  [[nodiscard]] bool wants(std::size_t parameter) const {
    return parameter < wanted_.size() && wanted_[parameter] != 0;
  }
  [[nodiscard]] bool wants(std::size_t layer, layer_part part) const { return wants(parameter_number(layer, part)); }

  /// The number of stages where no gradient is wanted.
  [[nodiscard]] std::size_t lowest_stage() const { return lowest_; }
  /// Some gradient is wanted.
  [[nodiscard]] bool backward() const { return lowest_ < shape_->stages(); }
  /// The gradient of the last layer's output is needed.
  [[nodiscard]] bool below_head() const { return lowest_ <= shape_->layers; }
  /// The gradient of the head's input is needed.
  [[nodiscard]] bool normed_output() const { return below_head() || wants(final_norm_number(*shape_)); }

  /// Layers count from 0.
  [[nodiscard]] layer_needs layer(std::size_t l) const {
    const auto want = [&](layer_part part) { return wants(l, part); };
    const bool projection = want(layer_part::query) || want(layer_part::key) || want(layer_part::value);
    const bool gates = want(layer_part::gate) || want(layer_part::up);
    layer_needs n;
    n.any = lowest_ <= l + 1;
    n.input = lowest_ < l + 1;
    n.qkv = n.input || want(layer_part::attention_norm) || projection;
    n.middle = n.qkv || want(layer_part::output);
    n.gate_up = n.middle || want(layer_part::mlp_norm) || gates;
    n.attention_output = want(layer_part::output);
    return n;
  }

 private:
  const transformer_shape* shape_;
  std::span<const unsigned char> wanted_;
  std::size_t lowest_;  // stage with a wanted gradient; stages() when there is none
};

}  // namespace blockopt::detail
