// SPDX-License-Identifier: MIT
// Part of blockopt: the gate of the feed-forward half, forward and backward.
#pragma once

#include <cstddef>

#include <blockopt/problem/transformer/tile.hpp>

namespace blockopt::detail {

/// m = g sigmoid(g) u for one row of n elements (Shazeer, arXiv 2002.05202, eq. 6, without biases). m may be g.
template <class C>
inline void swiglu(std::size_t n, const C* g, const C* u, C* m) {
  transform_tiles<C>(
      n,
      [](const auto& gate, const auto& up, auto& out) {  // in the order of the backward pass, for the same bits
        const register_tile<C> s = C(1) / (C(1) + (-gate).exp());
        const register_tile<C> silu = gate * s;
        out = silu * up;
      },
      g, u, m);
}

/// In place, with dm the gradient of m: dm becomes m, g becomes dg and u becomes du.
/// s = sigmoid(g): du = dm g s, dg = dm u s (1 + g (1 - s)).
template <class C>
inline void swiglu_backward(std::size_t n, C* g, C* u, C* dm) {
  transform_tiles<C>(
      n,
      [](auto& gate, auto& up, auto& m) {
        const register_tile<C> s = C(1) / (C(1) + (-gate).exp());
        const register_tile<C> silu = gate * s;
        const register_tile<C> dgate = m * up * (s + silu * (C(1) - s));
        const register_tile<C> dup = m * silu;
        m = silu * up;
        gate = dgate;
        up = dup;
      },
      g, u, dm);
}

}  // namespace blockopt::detail
