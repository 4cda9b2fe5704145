// SPDX-License-Identifier: MIT
// Part of blockopt: the duality gap of the lasso at a scaled residual.
#pragma once

#include <algorithm>
#include <cmath>
#include <span>

#include <blockopt/problem/detail/sparse_kernels.hpp>

namespace blockopt::detail {

struct lasso_gap {
  double primal = 0;  ///< ||r||^2 / 2 + l1 ||x||_1
  double gap = 0;     ///< primal - dual
};

/// The dual of min ||y - A x||^2 / 2 + l1 ||x||_1 is max y's - ||s||^2 / 2 over |A_j's| <= l1: here at s = c r, with r the
/// residual y - A x and c what makes that largest (Mairal's point, with a scale that may be above 1). `correlation`: the
/// largest |A_j'r|; of a set of columns it gives the gap of the problem with those alone. `norm`: ||x||_1.
[[nodiscard]] inline lasso_gap lasso_gap_at(std::span<const double> y, std::span<const double> r, double norm,
                                            double correlation, double l1) noexcept {
  const double rr = dense_dot(r, r), yr = dense_dot(y, r), primal = 0.5 * rr + l1 * norm;
  if (rr == 0) return {primal, primal};
  double scale = yr / rr;
  if (correlation > 0) scale = std::clamp(scale, -l1 / correlation, l1 / correlation);
  return {primal, std::max(0.0, primal - scale * (yr - 0.5 * scale * rr))};
}

}  // namespace blockopt::detail
