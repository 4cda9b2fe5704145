// SPDX-License-Identifier: MIT
// Part of blockopt: the minimum of a block's quadratic model with a separable part, by coordinate descent.
#pragma once

#include <cstddef>
#include <cstdint>
#include <span>

#include <blockopt/problem/coordinate_problem.hpp>

namespace blockopt::detail {

/// d = argmin of g'd + d'H d / 2 + psi(x_b + d) by at most `passes` of coordinate descent from d = 0, H symmetric, n_b x n_b;
/// ends early when a pass changes nothing. Each step is exact, so the model never rises and is at most psi(x_b) at the end.
/// Coordinates with H_kk <= 0 stay. `product` (n_b) is scratch. Returns the flops.
template <separable_composite P>
double minimize_quadratic_part(const P& problem, std::span<const std::size_t> block, std::span<const double> h,
                               std::span<const double> g, std::uint32_t passes, std::span<double> d,
                               std::span<double> product) {
  const std::size_t n = block.size();
  for (std::size_t k = 0; k < n; ++k) d[k] = product[k] = 0;
  double flops = 0;
  for (std::uint32_t pass = 0; pass < passes; ++pass) {
    bool changed = false;
    for (std::size_t k = 0; k < n; ++k) {
      const double l = h[k * n + k];
      if (!(l > 0)) continue;
      const double x = problem.at(block[k]) + d[k];
      const double step = problem.prox(block[k], x - (g[k] + product[k]) / l, l) - x;
      if (step == 0) continue;
      changed = true;
      d[k] += step;
      for (std::size_t q = 0; q < n; ++q) product[q] += step * h[k * n + q];
      flops += 2.0 * static_cast<double>(n);
    }
    if (!changed) break;
  }
  return flops;
}

}  // namespace blockopt::detail
