// SPDX-License-Identifier: MIT
// Part of blockopt: parameters and work of a transformer that does not exist yet, for plans.
#pragma once

#include <cstddef>
#include <cstdint>
#include <initializer_list>
#include <span>
#include <vector>

#include <blockopt/block/parameter.hpp>
#include <blockopt/problem/transformer/activity.hpp>
#include <blockopt/problem/transformer/attention.hpp>
#include <blockopt/problem/transformer/shape.hpp>
#include <blockopt/problem/transformer/values.hpp>
#include <blockopt/problem/transformer/work.hpp>
#include <blockopt/view/scalar.hpp>

namespace blockopt {

/// The parameters that a transformer of this shape would have, for partitions and plans: names, extents and distances are
/// its own, and the addresses are none that may be read. Allocates no values.
template <scalar T>
[[nodiscard]] std::vector<parameter<T>> planned_parameters(const transformer_shape& shape) {
  shape.check();
  std::vector<std::size_t> places(shape.parameters());
  detail::place_values<T>(shape, places);
  std::vector<parameter<T>> list;
  list.reserve(places.size());
  constexpr std::uintptr_t base = 1 << 20;  // not null, and on a cache line
  for (std::size_t i = 0; i < places.size(); ++i)
    list.push_back(detail::parameter_at(shape, i, reinterpret_cast<T*>(base + places[i] * sizeof(T))));
  return list;
}

/// The flops that transformer::last_work() will count for one call of gradient() on so many sequences, exactly;
/// `active`: one flag per parameter, none for loss(). No times. The forward pass begins at layer `first_layer` (from 0),
/// 0 when nothing below is kept from an earlier pass.
[[nodiscard]] inline transformer_work planned_work(const transformer_shape& shape, std::size_t sequences,
                                                   std::span<const unsigned char> active = {},
                                                   std::size_t first_layer = 0) {
  using detail::layer_part;
  const detail::activity needs_of(shape, active);
  transformer_work work;
  const std::size_t tokens = sequences * shape.context, width = shape.width, hidden = shape.hidden_width();
  const std::size_t query_width = shape.query_width(), qkv_width = shape.qkv_width();
  const auto product = [&](std::size_t rows, std::size_t columns) {
    return 2.0 * static_cast<double>(tokens) * static_cast<double>(rows) * static_cast<double>(columns);
  };
  const auto batch = static_cast<double>(sequences);

  for (std::size_t l = first_layer; l < shape.layers; ++l) {
    work.forward_flops += product(qkv_width, width) + batch * detail::attention_forward_flops(shape) +
                          product(width, query_width) + product(2 * hidden, width) + product(width, hidden);
  }
  work.forward_flops += product(shape.vocabulary, width);
  if (!needs_of.backward()) return work;
  if (needs_of.wants(detail::head_number(shape))) work.weight_gradient_flops += product(shape.vocabulary, width);
  if (needs_of.normed_output()) work.input_gradient_flops += product(width, shape.vocabulary);
  if (!needs_of.below_head()) return work;

  for (std::size_t l = shape.layers; l-- > 0 && needs_of.layer(l).any;) {
    const detail::layer_needs needs = needs_of.layer(l);
    // Matrices behind a norm are needed for the gradient of the norm's weight too.
    const auto behind_norm = [&](layer_part norm, std::initializer_list<layer_part> matrices) {
      for (const layer_part part : matrices) {
        if (!needs_of.wants(l, norm) && !needs_of.wants(l, part)) continue;
        work.weight_gradient_flops += product(detail::extents_of(shape, detail::parameter_number(l, part)).rows, width);
      }
    };
    if (needs.gate_up) work.input_gradient_flops += product(hidden, width);
    if (needs_of.wants(l, layer_part::down)) work.weight_gradient_flops += product(width, hidden);
    if (!needs.gate_up) continue;
    behind_norm(layer_part::mlp_norm, {layer_part::gate, layer_part::up});
    if (!needs.middle) continue;
    work.input_gradient_flops += product(width, 2 * hidden);
    if (needs_of.wants(l, layer_part::output)) work.weight_gradient_flops += product(width, query_width);
    if (!needs.qkv) continue;
    work.input_gradient_flops += product(query_width, width) + batch * detail::attention_backward_flops(shape);
    behind_norm(layer_part::attention_norm, {layer_part::query, layer_part::key, layer_part::value});
    if (needs.input) work.input_gradient_flops += product(width, qkv_width);
  }
  return work;
}

}  // namespace blockopt
