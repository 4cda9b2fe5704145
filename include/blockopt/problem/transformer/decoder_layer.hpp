// SPDX-License-Identifier: MIT
// Part of blockopt: one layer of the transformer, forward and backward.
#pragma once

#include <algorithm>
#include <cstddef>

#include <blockopt/problem/transformer/activity.hpp>
#include <blockopt/problem/transformer/attention.hpp>
#include <blockopt/problem/transformer/pass.hpp>
#include <blockopt/problem/transformer/rms_norm.hpp>
#include <blockopt/problem/transformer/swiglu.hpp>
#include <blockopt/problem/transformer/workspace.hpp>

namespace blockopt::detail {

/// y = x + attention(norm(x)), z = y + down(swiglu(gate_up(norm(y)))); layers count from 0.
template <scalar T>
class decoder_layer {
  using C = compute_type_t<T>;

 public:
  decoder_layer(const transformer_pass<T>& pass, std::size_t number)
      : pass_(pass),
        shape_(pass.shape),
        number_(number),
        places_(pass.layout.layers[number]),
        tokens_(pass.tokens),
        width_(shape_.width),
        query_width_(shape_.query_width()),
        hidden_(shape_.hidden_width()),
        qkv_width_(shape_.qkv_width()) {}

  void forward(double& flops) const {
    C* const x = pass_.at(places_.input);
    C* const y = pass_.at(places_.middle);
    C* const z = pass_.at(places_.output);
    C* const normed = pass_.at(pass_.layout.narrow);
    C* const qkv = pass_.at(places_.qkv);
    C* const gate_up = pass_.at(places_.gate_up);
    C* const attended = pass_.at(places_.attention);

    pass_.normalize(x, number(layer_part::attention_norm), pass_.at(places_.attention_scale), normed);
    pass_.products().template assign<as::transposed>(tokens_, qkv_width_, width_, {normed, width_},
                                                     matrix(layer_part::query, width_), {qkv, qkv_width_}, flops);
    attend([&](const attention_group<C>& group, std::size_t g, std::size_t sequence) {
      C* const lse = places_.lse == workspace_layout<T>::nowhere ? nullptr : lse_of(sequence);
      group.forward(g, qkv + sequence * shape_.context * qkv_width_,
                    attended + sequence * shape_.context * query_width_, lse);
    });
    flops += static_cast<double>(tokens_ / shape_.context) * attention_forward_flops(shape_);
    if (y != x) std::copy_n(x, tokens_ * width_, y);
    pass_.products().template add<as::transposed>(tokens_, width_, query_width_, {attended, query_width_},
                                                  matrix(layer_part::output, query_width_), {y, width_}, flops);

    pass_.normalize(y, number(layer_part::mlp_norm), pass_.at(places_.mlp_scale), normed);
    pass_.products().template assign<as::transposed>(tokens_, 2 * hidden_, width_, {normed, width_},
                                                     matrix(layer_part::gate, width_), {gate_up, 2 * hidden_}, flops);
    // The product of the gate takes its own rows, or the gate's place where that is not kept.
    const bool in_place = !pass_.active.layer(number_).any;
    C* const m = in_place ? gate_up : pass_.at(pass_.layout.hidden);
    const std::size_t m_stride = in_place ? 2 * hidden_ : hidden_;
    pass_.for_tokens([&](std::size_t t) {
      swiglu(hidden_, gate_up + t * 2 * hidden_, gate_up + t * 2 * hidden_ + hidden_, m + t * m_stride);
    });
    if (z != y) std::copy_n(y, tokens_ * width_, z);
    pass_.products().template add<as::transposed>(tokens_, width_, hidden_, {m, m_stride},
                                                  matrix(layer_part::down, hidden_), {z, width_}, flops);
  }

  /// `dz`, the gradient of the layer's output, becomes the gradient of its input where something below needs it. A
  /// parameter's gradient is finished when its value is no longer needed.
  void backward(C* dz, double& input_flops, double& weight_flops) const {
    const layer_needs needs = pass_.active.layer(number_);
    C* const narrow = pass_.at(pass_.layout.narrow);
    C* const gate_up = pass_.at(places_.gate_up);
    C* const m = pass_.at(pass_.layout.hidden);
    C* const inner = pass_.at(pass_.layout.inner);
    const bool hands_out = static_cast<bool>(pass_.sink);
    // Of a matrix whose outputs are added to the stream; `in` are its inputs.
    const auto weight_gradient = [&](layer_part part, const C* in, std::size_t columns) {
      const row_major<C> gradient = pass_.gradient(number(part));
      if (gradient.data == nullptr) return;
      pass_.engine.template add<as::transposed, as::stored>(width_, columns, tokens_, {dz, width_}, {in, columns},
                                                            gradient, weight_flops);
      pass_.finish(number(part));
    };

    // The feed-forward half.
    if (needs.gate_up) {
      pass_.products().template assign<as::stored>(tokens_, hidden_, width_, {dz, width_},
                                                   matrix(layer_part::down, hidden_), {m, hidden_}, input_flops);
      pass_.for_tokens([&](std::size_t t) {
        C* const gate = gate_up + t * 2 * hidden_;
        swiglu_backward(hidden_, gate, gate + hidden_, m + t * hidden_);
      });
    } else {
      pass_.for_tokens([&](std::size_t t) {
        const C* const gate = gate_up + t * 2 * hidden_;
        swiglu(hidden_, gate, gate + hidden_, m + t * hidden_);
      });
    }
    weight_gradient(layer_part::down, m, hidden_);
    if (!needs.gate_up) return;
    const C* const y = pass_.at(places_.middle);
    // Where gradients are handed out, what passes through the matrices comes before their own gradients.
    const auto through_gates = [&] {
      pass_.products().template assign<as::stored>(tokens_, width_, 2 * hidden_, {gate_up, 2 * hidden_},
                                                   matrix(layer_part::gate, width_), {inner, width_}, input_flops);
    };
    if (hands_out && needs.middle) through_gates();
    pass_.behind_norm(y, number(layer_part::mlp_norm), pass_.at(places_.mlp_scale),
                      {number(layer_part::gate), number(layer_part::up)}, {gate_up, 2 * hidden_}, weight_flops);
    if (needs.middle) {
      if (!hands_out) through_gates();
      pass_.normalize_backward(y, number(layer_part::mlp_norm), pass_.at(places_.mlp_scale), inner, dz);
    }
    pass_.finish(number(layer_part::mlp_norm));
    if (!needs.middle) return;

    // The attention half.
    if (needs.qkv) {
      pass_.products().template assign<as::stored>(tokens_, query_width_, width_, {dz, width_},
                                                   matrix(layer_part::output, query_width_), {narrow, query_width_},
                                                   input_flops);
    }
    weight_gradient(layer_part::output, pass_.at(places_.attention), query_width_);
    if (!needs.qkv) return;
    C* const qkv = pass_.at(places_.qkv);
    attend([&](const attention_group<C>& group, std::size_t g, std::size_t sequence) {
      group.backward(g, qkv + sequence * shape_.context * qkv_width_, narrow + sequence * shape_.context * query_width_,
                     lse_of(sequence));
    });
    input_flops += static_cast<double>(tokens_ / shape_.context) * attention_backward_flops(shape_);
    const C* const x = pass_.at(places_.input);
    const auto through_projections = [&] {
      pass_.products().template assign<as::stored>(tokens_, width_, qkv_width_, {qkv, qkv_width_},
                                                   matrix(layer_part::query, width_), {inner, width_}, input_flops);
    };
    if (hands_out && needs.input) through_projections();
    pass_.behind_norm(x, number(layer_part::attention_norm), pass_.at(places_.attention_scale),
                      {number(layer_part::query), number(layer_part::key), number(layer_part::value)},
                      {qkv, qkv_width_}, weight_flops);
    if (needs.input) {
      if (!hands_out) through_projections();
      pass_.normalize_backward(x, number(layer_part::attention_norm), pass_.at(places_.attention_scale), inner, dz);
    }
    pass_.finish(number(layer_part::attention_norm));
  }

 private:
  [[nodiscard]] std::size_t number(layer_part part) const { return parameter_number(number_, part); }
  // One or several parameters that lie together, as one matrix.
  [[nodiscard]] row_major<const T> matrix(layer_part first, std::size_t columns) const {
    return pass_.matrix(number(first), columns);
  }
  [[nodiscard]] C* lse_of(std::size_t sequence) const {
    return pass_.at(places_.lse) + sequence * shape_.heads * shape_.context;
  }

  template <class F>
  void attend(const F& f) const {
    const std::size_t groups = shape_.kv_heads;
    const double work = static_cast<double>(tokens_ / shape_.context) * attention_forward_flops(shape_);
    for_each_piece(
        tokens_ / shape_.context * groups, pass_.engine.threads(), work, [&](std::size_t piece, std::size_t thread) {
          const attention_group<C> group(shape_, pass_.rotary,
                                         pass_.at(pass_.layout.attention) + thread * pass_.layout.attention_stride,
                                         pass_.engine.packing(thread), pass_.engine.size());
          f(group, piece % groups, piece / groups);
        });
  }

  const transformer_pass<T>& pass_;
  const transformer_shape& shape_;
  std::size_t number_;
  const layer_places& places_;
  std::size_t tokens_, width_, query_width_, hidden_, qkv_width_;
};

}  // namespace blockopt::detail
