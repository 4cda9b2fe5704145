// SPDX-License-Identifier: MIT
// Part of blockopt: exact minimization over a block.
#pragma once

#include <algorithm>
#include <array>
#include <cmath>
#include <cstddef>
#include <cstdint>
#include <limits>
#include <span>
#include <vector>

#include <blockopt/block/coordinate_blocks.hpp>
#include <blockopt/error.hpp>
#include <blockopt/problem/coordinate_problem.hpp>
#include <blockopt/update/block_update.hpp>

namespace blockopt {

/// x_b <- argmin over x_b of the objective: Gauss-Seidel, alternating minimization. No step of a block gains more; but where
/// minimizers are not unique or f is not convex the cyclic order may fail to converge (Powell, Math. Program. 4, 1973).
///
/// By the problem's closed form `exact(i)` or `exact_block(block, d)`. One coordinate without one, where the problem has
/// `hessian`: a zero of the derivative (with a psi: of the subgradient of least norm) by Newton's steps within a bracket,
/// bisected where they leave it, until they are below rounding: a few passes over the column. Where f is not convex along
/// the coordinate that is a stationary point towards which f falls at first; where it has no minimizer there, the step ends
/// after `trials`, far out. For quadratic objectives matrix_step does the same for blocks with factors that it keeps.
struct exact_step {
  std::uint32_t trials = 100;  ///< of a search, at most, at least 2

  /// Problems that it can step on.
  template <class P>
  static constexpr bool fits = exact_coordinates<P> || exact_blocks<P> || twice_differentiable<P>;

  /// Raises invalid_option for a setting out of range, and for blocks of several coordinates where the problem can
  /// minimize single ones only.
  template <coordinate_problem P, class Blocks>
  void start(const P&, const Blocks& blocks) const {
    static_assert(fits<P>,
                  "blockopt: exact_step needs a problem with exact(i), exact_block(block, d) or hessian(block, h)");
    if (trials < 2) raise<invalid_option>({"exact_step: trials = ", trials, "; it takes 2 at least"});
    for (std::size_t b = 0; b < blocks.size(); ++b) check<P>(blocks[b].size());
  }

  template <coordinate_problem P>
  block_step step(P& problem, std::span<const std::size_t> block, std::size_t) {
    const std::size_t n = block.size();
    if (n == 1) return one(problem, block[0]);
    check<P>(n);
    if constexpr (exact_blocks<P>) {
      step_.resize(n);
      problem.exact_block(block, step_);
      for (std::size_t k = 0; k < n; ++k) {
        if (step_[k] != 0) problem.move(block[k], step_[k]);
      }
    }
    return {.flops = static_cast<double>(n) * static_cast<double>(n * n) / 3};
  }

  template <class A>
  void archive(A& a) {
    a.same("trials", trials);
  }

  std::vector<double> step_{};  // scratch, not a setting

 private:
  template <class P>
  static void check(std::size_t size) {
    if (!exact_blocks<P> && size > 1)
      raise<invalid_option>(
          {"exact_step: this problem minimizes over single coordinates only, and a block has ", size, " of them"});
  }

  template <class P>
  block_step one(P& problem, std::size_t i) {
    if constexpr (exact_coordinates<P>) {
      const double d = problem.exact(i);
      if (d != 0) problem.move(i, d);
      return {};
    } else if constexpr (twice_differentiable<P>) {
      return search(problem, i);
    } else {
      const std::array<std::size_t, 1> block{i};
      std::array<double, 1> d{};
      problem.exact_block(block, d);
      if (d[0] != 0) problem.move(i, d[0]);
      return {};
    }
  }

  /// See above; `at` is the way from the start.
  template <class P>
  block_step search(P& problem, std::size_t i) const {
    constexpr double infinite = std::numeric_limits<double>::infinity();
    const std::array<std::size_t, 1> block{i};
    block_step done{.passes = 0};
    double at = 0, low = -infinite, high = infinite, reach = 0, first = 0, least = infinite, before = infinite;
    for (std::uint32_t trial = 0; trial < trials; ++trial) {
      const double x = problem.at(i), g = problem.derivative(i);
      double s = g;
      if constexpr (separable_composite<P>) s = problem.subgradient(i, g);
      if (trial == 0) done.squared_gradient = g * g;
      ++done.passes;
      if (!(s != 0) || std::isnan(s)) return done;
      if (trial == 0) first = std::fabs(s);
      if (std::fabs(s) >= least && std::fabs(s) <= 1e-15 * first) return done;  // what is left is rounding
      least = std::min(least, std::fabs(s));
      (s > 0 ? high : low) = at;
      std::array<double, 1> h{};
      problem.hessian(block, h);
      double next = 0;
      if constexpr (separable_composite<P>) {
        next = h[0] > 0 ? at + (problem.prox(i, x - g / h[0], h[0]) - x) : s > 0 ? -infinite : infinite;
      } else {
        next = h[0] > 0 ? at - s / h[0] : s > 0 ? -infinite : infinite;
      }
      const double correction = next - at;
      if (std::isfinite(before) && std::fabs(correction) <= 1e-9 * (std::fabs(x) + before)) {
        problem.move(i, correction);  // the error that it leaves is of the order of its square
        return done;
      }
      if (std::isinf(low) || std::isinf(high)) {  // no sign change yet: ever longer steps in one direction
        const double l = problem.lipschitz(i);
        reach = trial == 0 ? 16 * std::fabs(s) / (l > 0 && std::isfinite(l) ? l : 1) : 16 * reach;
        next = std::isinf(low) ? std::max(next, at - reach) : std::min(next, at + reach);
      } else if (!(next > low && next < high && std::fabs(correction) <= before / 2)) {
        next = low + (high - low) / 2;
      }
      const double d = next - at, rounding = std::numeric_limits<double>::epsilon() * (std::fabs(x) + std::fabs(d));
      if (!(std::fabs(d) > rounding / 2)) return done;
      problem.move(i, d);
      at = next;
      before = std::fabs(d);
    }
    return done;
  }
};

}  // namespace blockopt
