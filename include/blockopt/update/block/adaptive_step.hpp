// SPDX-License-Identifier: MIT
// Part of blockopt: the gradient step with an estimate of L_b that adapts by the sign of the gradient.
#pragma once

#include <cmath>
#include <cstddef>
#include <span>
#include <vector>

#include <blockopt/error.hpp>
#include <blockopt/problem/block_lipschitz.hpp>
#include <blockopt/problem/coordinate_problem.hpp>
#include <blockopt/update/block_update.hpp>

namespace blockopt {

/// x_b+ = x_b - g_b / Lh_b; as long as the step went too far, <g_b(x), g_b(x+)> < 0, Lh_b doubles and the step is made
/// anew; then Lh_b halves for the next visit (RACDM: Nesterov, SIAM J. Optim. 22(2), 2012, section 6.1). For convex f,
/// single coordinates, uniform sampling and Lh_i <= L_i at the start, E f - f* <= 8 n R_1^2 / (16 + 3 k) (Theorem 7), with
/// about two derivatives for each step; no theorem covers larger blocks, for which this is the same rule.
///
/// Where Lh_b hits L_b of a quadratic exactly, g_b(x+) is 0 but for rounding, whose sign would double Lh_b without end. So
/// a product above -`tolerance` ||g_b||^2 does not count, and Lh_b >= L_b, from which no step goes too far, is never
/// doubled: Lh_b < 2 L_b always. A problem that does not know L_b has the first guard only. Steps that go too far are made
/// and taken back: a first estimate of 1e-9 L_b costs nine digits of what the problem keeps.
struct adaptive_step {
  double first = 0.25;       ///< Lh_b / L_b at the start, positive; absolute where L_b is not known
  double tolerance = 1e-10;  ///< not negative, below 1

  /// Problems that it can step on.
  template <class P>
  static constexpr bool fits = !separable_composite<P> && !block_composite<P>;

  /// Raises invalid_option for a setting out of range.
  template <coordinate_problem P, class Blocks>
  void start(const P& problem, const Blocks& blocks) {
    static_assert(
        fits<P>,
        "blockopt: adaptive_step judges a step by the sign of the gradient, which says nothing of a part without "
        "derivative; use armijo_step");
    if (!(first > 0 && std::isfinite(first)))
      raise<invalid_option>({"adaptive_step: first = ", first, "; it must be positive and finite"});
    if (!(tolerance >= 0 && tolerance < 1))
      raise<invalid_option>({"adaptive_step: tolerance = ", tolerance, "; it must lie in [0, 1)"});
    estimates.resize(blocks.size());
    for (std::size_t b = 0; b < blocks.size(); ++b) {
      const double l = blockopt::block_lipschitz(problem, blocks[b]);
      estimates[b] = l > 0 ? first * l : first;
    }
  }

  /// Raises invalid_option for a block that is not among those of start.
  template <coordinate_problem P>
  block_step step(P& problem, std::span<const std::size_t> block, std::size_t b) {
    if (b >= estimates.size())
      raise<invalid_option>("adaptive_step: the block is not one of the run's, so that it has no estimate of its own");
    const std::size_t n = block.size();
    block_step done{.squared_gradient = 0, .passes = 0};
    gradient_.resize(n);
    for (std::size_t k = 0; k < n; ++k) {
      gradient_[k] = problem.derivative(block[k]);
      done.squared_gradient += gradient_[k] * gradient_[k];
    }
    ++done.passes;
    if (done.squared_gradient == 0) return done;
    double l = -1;  // L_b, not asked for unless it is needed
    for (double &estimate = estimates[b], made = 0;;) {
      const double wanted = -1 / estimate;
      for (std::size_t k = 0; k < n; ++k) problem.move(block[k], (wanted - made) * gradient_[k]);
      made = wanted;
      double product = 0;
      for (std::size_t k = 0; k < n; ++k) product += gradient_[k] * problem.derivative(block[k]);
      ++done.passes;
      if (product < -tolerance * done.squared_gradient) {
        if (l < 0) l = blockopt::block_lipschitz(problem, block);
        if (!(estimate >= l)) {
          estimate *= 2;
          continue;
        }
      }
      estimate /= 2;
      return done;
    }
  }

  [[nodiscard]] std::size_t state_bytes() const noexcept { return estimates.size() * sizeof(double); }
  template <class A>
  void archive(A& a) {
    a.same("first", first);
    a.same("tolerance", tolerance);
    a("estimates", estimates);
  }

  std::vector<double> estimates{};  ///< Lh_b for the next visit; state, not a setting
  std::vector<double> gradient_{};  // scratch
};

}  // namespace blockopt
