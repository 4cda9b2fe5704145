// SPDX-License-Identifier: MIT
// Part of blockopt: the loss of one token and its gradient.
#pragma once

#include <cmath>
#include <cstddef>

#include <blockopt/problem/transformer/tile.hpp>

namespace blockopt::detail {

/// Logits are made for this many tokens at a time, and never exist whole (Luo et al., StreamBP, arXiv 2506.03077).
inline constexpr std::size_t head_chunk = 128;

/// -log softmax(logits)[target] in nats. Replaces the n logits by scale times its gradient, softmax(logits) - e_target.
template <class C>
inline C cross_entropy(std::size_t n, C* logits, std::size_t target, C scale) {
  auto row = row_of(logits, n);
  const C largest = row.maxCoeff();
  const C chosen = logits[target] - largest;
  transform_tiles<C>(
      n, [&](auto& x) { x = (x - largest).exp(); }, logits);
  const C sum = row.sum();
  row *= scale / sum;
  logits[target] -= scale;
  return std::log(sum) - chosen;
}

}  // namespace blockopt::detail
