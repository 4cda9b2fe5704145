// SPDX-License-Identifier: MIT
// Part of blockopt: the root-mean-square norm of rows, forward and backward.
#pragma once

#include <cmath>
#include <cstddef>

#include <blockopt/problem/transformer/tile.hpp>

namespace blockopt::detail {

/// y = r x w for one row of n elements, r = 1 / sqrt(mean(x^2) + epsilon) (Zhang and Sennrich, arXiv 1910.07467, eq. 4).
/// Returns r.
template <class C>
inline C rms_norm(std::size_t n, const C* x, const C* weight, C epsilon, C* y) {
  const C r = C(1) / std::sqrt(row_of(x, n).square().sum() / static_cast<C>(n) + epsilon);
  row_of(y, n) = row_of(x, n) * r * row_of(weight, n);
  return r;
}

/// With dy the gradient of y: dx += r (w dy - x r^2 mean(w dy x)).
template <class C>
inline void rms_norm_backward(std::size_t n, const C* x, const C* weight, C r, const C* dy, C* dx) {
  const auto wdy = row_of(weight, n) * row_of(dy, n);
  const C along = (wdy * row_of(x, n)).sum() * r * r * r / static_cast<C>(n);
  row_of(dx, n) += r * wdy - along * row_of(x, n);
}

/// dw += dy x r.
template <class C>
inline void rms_norm_weight_gradient(std::size_t n, const C* x, C r, const C* dy, C* dw) {
  row_of(dw, n) += row_of(dy, n) * row_of(x, n) * r;
}

}  // namespace blockopt::detail
