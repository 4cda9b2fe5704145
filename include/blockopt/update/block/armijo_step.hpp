// SPDX-License-Identifier: MIT
// Part of blockopt: the gradient step with an estimate of L_b that adapts by the decrease of the objective.
#pragma once

#include <algorithm>
#include <cmath>
#include <cstddef>
#include <cstdint>
#include <limits>
#include <span>
#include <vector>

#include <blockopt/error.hpp>
#include <blockopt/problem/block_lipschitz.hpp>
#include <blockopt/problem/coordinate_problem.hpp>
#include <blockopt/update/block_update.hpp>

namespace blockopt {

/// x_b+ = prox_{psi_b / Lh_b}(x_b - g_b / Lh_b), Lh_b doubled until the model was right about it,
/// f(x+) - f(x) <= <g_b, d> + Lh_b / 2 ||d||^2 + psi_b(x_b+) - psi_b(x_b) with d = x_b+ - x_b, which without psi is a decrease
/// of ||g_b||^2 / (2 Lh_b); after a success Lh_b falls by `decrease` (the "LA" update of Nutini, Laradji & Schmidt, JMLR
/// 23(131), 2022; Tseng & Yun, Math. Program. 117, 2009). Any f with Lipschitz block gradients; the objective never rises
/// beyond rounding. Lh_b is not doubled where it is at L_b already, and at most `trials` times in a visit: then the block
/// stays.
///
/// Each trial costs an objective, O(m + n), where the problem offers no cheap change of one coordinate; that is counted as
/// a pass.
struct armijo_step {
  double first = 1;           ///< Lh_b at the start, positive
  double decrease = 0.8;      ///< factor of Lh_b after a success, in (0, 1]
  std::uint32_t trials = 60;  ///< at most, at least 1

  /// Problems that it can step on.
  template <class P>
  static constexpr bool fits = separable_composite<P> || !block_composite<P>;

  /// Raises invalid_option for a setting out of range.
  template <coordinate_problem P, class Blocks>
  void start(const P&, const Blocks& blocks) {
    static_assert(
        fits<P>,
        "blockopt: armijo_step needs psi_change(i, d) of a part without derivative, and this problem has a part "
        "that is separable by blocks only; use gradient_step");
    if (!(first > 0 && std::isfinite(first)))
      raise<invalid_option>({"armijo_step: first = ", first, "; it must be positive and finite"});
    if (!(decrease > 0 && decrease <= 1))
      raise<invalid_option>({"armijo_step: decrease = ", decrease, "; it must lie in (0, 1]"});
    if (trials == 0) raise<invalid_option>("armijo_step: trials = 0; it takes one at least");
    estimates.assign(blocks.size(), first);
  }

  /// Raises invalid_option for a block that is not among those of start.
  template <coordinate_problem P>
  block_step step(P& problem, std::span<const std::size_t> block, std::size_t b) {
    if (b >= estimates.size())
      raise<invalid_option>("armijo_step: the block is not one of the run's, so that it has no estimate of its own");
    const std::size_t n = block.size();
    block_step done{.squared_gradient = 0};
    gradient_.resize(n);
    step_.resize(n);
    for (std::size_t k = 0; k < n; ++k) {
      gradient_[k] = problem.derivative(block[k]);
      done.squared_gradient += gradient_[k] * gradient_[k];
    }
    const double l = blockopt::block_lipschitz(problem, block);
    double& estimate = estimates[b];
    double before = 0, noise = 0;
    const bool cheap = cheap_change<P> && n == 1;
    for (std::uint32_t trial = 0; trial < trials; ++trial) {
      const double model = direct(problem, block, estimate);
      if (std::ranges::all_of(step_, [](double d) { return d == 0; })) return done;
      double change = 0;
      if (cheap) {
        if constexpr (cheap_change<P>) change = problem.change(block[0], step_[0]);
        ++done.passes;
      } else {
        if (trial == 0) {
          before = problem.value();
          noise = 16 * std::numeric_limits<double>::epsilon() * std::fabs(before);
          ++done.values;
        }
        moved(problem, block, 1);
        change = problem.value() - before;
        ++done.values;
      }
      // Rounding of the order of the model, and where values are subtracted of their order, is no reason to double.
      if (change <= model + 1e-12 * std::fabs(model) + noise || (estimate >= l && change <= noise)) {
        if (cheap) moved(problem, block, 1);
        estimate *= decrease;
        return done;
      }
      if (!cheap) moved(problem, block, -1);
      estimate *= 2;
    }
    return done;
  }

  [[nodiscard]] std::size_t state_bytes() const noexcept { return estimates.size() * sizeof(double); }
  template <class A>
  void archive(A& a) {
    a.same("first", first);
    a.same("decrease", decrease);
    a.same("trials", trials);
    a("estimates", estimates);
  }

  std::vector<double> estimates{};           ///< Lh_b for the next visit; state, not a setting
  std::vector<double> gradient_{}, step_{};  // scratch

 private:
  /// Sets the step for an estimate and returns the model's change, never positive.
  template <class P>
  double direct(const P& problem, std::span<const std::size_t> block, double estimate) {
    double model = 0;
    for (std::size_t k = 0; k < block.size(); ++k) {
      double d = -gradient_[k] / estimate;
      if constexpr (separable_composite<P>) {
        const double x = problem.at(block[k]);
        d = problem.prox(block[k], x + d, estimate) - x;
        model += problem.psi_change(block[k], d);
      }
      model += d * (gradient_[k] + 0.5 * estimate * d);
      step_[k] = d;
    }
    return model;
  }
  template <class P>
  void moved(P& problem, std::span<const std::size_t> block, double by) const {
    for (std::size_t k = 0; k < block.size(); ++k) {
      if (step_[k] != 0) problem.move(block[k], by * step_[k]);
    }
  }
};

}  // namespace blockopt
