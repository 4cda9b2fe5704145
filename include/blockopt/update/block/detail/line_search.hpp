// SPDX-License-Identifier: MIT
// Part of blockopt: Armijo's rule along a direction of a block.
#pragma once

#include <algorithm>
#include <cmath>
#include <cstddef>
#include <cstdint>
#include <limits>
#include <span>

#include <blockopt/problem/coordinate_problem.hpp>
#include <blockopt/update/block_update.hpp>

namespace blockopt::detail {

/// The next trial after f(x + t d) - f(x) = `change` was too large: the minimum of the parabola, or where there was a trial
/// before of the cubic, through what is known; between t / 10 and t / 2. `slope` < 0 is that at 0.
[[nodiscard]] inline double interpolated(double t, double change, double t_before, double change_before, double slope) {
  double next = t / 2;
  if (!std::isfinite(change)) {
    next = t / 10;
  } else if (!(t_before > 0) || !std::isfinite(change_before)) {
    next = -slope * t * t / (2 * (change - slope * t));
  } else {
    const double p = (change - slope * t) / (t * t), q = (change_before - slope * t_before) / (t_before * t_before);
    const double a = (p - q) / (t - t_before), b = (t * q - t_before * p) / (t - t_before);
    const double root = b * b - 3 * a * slope;
    if (a == 0) next = -slope / (2 * b);
    else if (root >= 0) next = b <= 0 ? (std::sqrt(root) - b) / (3 * a) : -slope / (b + std::sqrt(root));
  }
  return std::isfinite(next) ? std::clamp(next, t / 10, t / 2) : t / 2;
}

/// Moves the block by t d, see newton_step; g is its gradient. `bound` is never below the slope, which with a psi may vanish
/// in rounding. Trials are added to `done`.
template <coordinate_problem P>
void line_search(P& problem, std::span<const std::size_t> block, std::span<const double> g, std::span<const double> d,
                 double bound, double decrease, std::uint32_t trials, block_step& done) {
  const auto moved = [&](double by) {
    for (std::size_t k = 0; k < block.size(); ++k) {
      if (d[k] != 0) problem.move(block[k], by * d[k]);
    }
  };
  double smooth = 0, psi = 0;
  for (std::size_t k = 0; k < block.size(); ++k) {
    smooth += g[k] * d[k];
    if constexpr (separable_composite<P>) psi += problem.psi_change(block[k], d[k]);
  }
  const double slope = std::isnan(smooth + psi) ? smooth : std::min(smooth + psi, bound);
  if (!(slope < 0)) return;
  double t = 1, t_before = 0, change_before = 0;
  if constexpr (cheap_change<P>) {
    if (block.size() == 1) {
      for (std::uint32_t trial = 0; trial < trials; ++trial) {
        const double change = problem.change(block[0], t * d[0]);
        ++done.passes;
        if (change <= decrease * t * slope) return moved(t);
        const double next = interpolated(t, change, t_before, change_before, slope);
        t_before = t;
        change_before = change;
        t = next;
      }
      return;
    }
  }
  const double before = problem.value(), noise = 16 * std::numeric_limits<double>::epsilon() * std::fabs(before);
  ++done.values;
  moved(t);
  for (std::uint32_t trial = 0;;) {
    const double change = problem.value() - before;
    ++done.values;
    if (change <= decrease * t * slope) return;
    if (-slope * t <= noise && change <= noise) {  // f cannot tell: the slope must not have grown
      if constexpr (separable_composite<P>) return;
      double end = 0;
      for (std::size_t k = 0; k < block.size(); ++k) end += problem.derivative(block[k]) * d[k];
      ++done.passes;
      if (std::fabs(end) <= std::fabs(slope)) return;
    }
    if (++trial == trials) break;
    const double next = interpolated(t, change, t_before, change_before, slope);
    moved(next - t);
    t_before = t;
    change_before = change;
    t = next;
  }
  moved(-t);
}

}  // namespace blockopt::detail
