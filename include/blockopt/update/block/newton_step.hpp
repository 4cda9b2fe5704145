// SPDX-License-Identifier: MIT
// Part of blockopt: the Newton step of a block, with a line search.
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
#include <blockopt/problem/detail/symmetric.hpp>
#include <blockopt/update/block/detail/line_search.hpp>
#include <blockopt/update/block/detail/quadratic_part.hpp>
#include <blockopt/update/block_update.hpp>

namespace blockopt {

/// x_b <- x_b + t d with d = -(Hessian_b)^-1 g_b, and t the first of 1, and of interpolated shorter steps, with
/// f(x + t d) <= f(x) + decrease t <g_b, d> (Armijo; quadratic interpolation, then cubic: Nocedal & Wright, section 3.5).
/// The "LS" update of Nutini, Laradji & Schmidt, JMLR 23(131), 2022. Near a minimum with a positive definite block it
/// converges quadratically in the block. Where the block of the Hessian is not positive definite its eigenvalues count by
/// their absolute value, at least 1e-8 L_b, so that d descends everywhere.
///
/// With a psi: the proximal Newton step, d = argmin <g_b, d> + d'H d / 2 + psi(x_b + d) (closed form for one coordinate,
/// else by `inner` passes of coordinate descent), and <g_b, d> + psi(x_b + d) - psi(x_b) in Armijo's rule (Lee, Sun &
/// Saunders, SIAM J. Optim. 24(3), 2014).
///
/// Costs an objective for each trial, O(m + n), where the problem offers no cheap change of one coordinate; that is counted
/// as a pass. Decreases that vanish in the rounding of f are judged by the slope instead. A step that finds no decrease
/// leaves the block as it was, to rounding.
struct newton_step {
  double decrease = 1e-4;     ///< in (0, 1/2)
  std::uint32_t trials = 30;  ///< at most, at least 1
  std::uint32_t inner = 20;   ///< with a psi: passes over the block, at least 1

  /// Problems that it can step on.
  template <class P>
  static constexpr bool fits = twice_differentiable<P> && (separable_composite<P> || !block_composite<P>);

  /// Raises invalid_option for a setting out of range.
  template <twice_differentiable P, class Blocks>
  void start(const P&, const Blocks&) {
    static_assert(fits<P>,
                  "blockopt: newton_step has no closed form with a part that is separable by blocks only; use "
                  "gradient_step");
    if (!(decrease > 0 && decrease < 0.5))
      raise<invalid_option>({"newton_step: decrease = ", decrease, "; it must lie between 0 and 1/2"});
    if (trials == 0 || inner == 0)
      raise<invalid_option>({"newton_step: trials = ", trials, " and inner = ", inner, "; both must be at least 1"});
  }

  template <twice_differentiable P>
  block_step step(P& problem, std::span<const std::size_t> block, std::size_t) {
    const std::size_t n = block.size();
    block_step done{.squared_gradient = 0};
    matrix_.resize(n * n);
    gradient_.resize(n);
    step_.resize(n);
    problem.hessian(block, matrix_);
    for (std::size_t k = 0; k < n; ++k) {
      gradient_[k] = problem.derivative(block[k]);
      done.squared_gradient += gradient_[k] * gradient_[k];
    }
    if (done.squared_gradient == 0 && !separable_composite<P>) return done;
    const double bound = direct(problem, block, done);
    detail::line_search(problem, block, gradient_, step_, bound, decrease, trials, done);
    return done;
  }

  template <class A>
  void archive(A& a) {
    a.same("decrease", decrease);
    a.same("trials", trials);
    a.same("inner", inner);
  }

  std::vector<double> matrix_{}, gradient_{}, step_{}, product_{};  // scratch, not settings

 private:
  /// Sets the direction. Returns what its slope is never above: with a psi -d'Hd / 2, for d minimizes the model.
  template <class P>
  double direct(const P& problem, std::span<const std::size_t> block, block_step& done) {
    const std::size_t n = block.size();
    const auto floor = [&] {
      const double l = blockopt::block_lipschitz(problem, block);
      return l > 0 && std::isfinite(l) ? 1e-8 * l : 1e-8;
    };
    if constexpr (separable_composite<P>) {
      const double least = floor();
      if (n == 1) {
        const double h = std::max(std::fabs(matrix_[0]), least), x = problem.at(block[0]);
        step_[0] = problem.prox(block[0], x - gradient_[0] / h, h) - x;
        return -0.5 * h * step_[0] * step_[0];
      }
      for (std::size_t k = 0; k < n; ++k) matrix_[k * n + k] = std::max(matrix_[k * n + k], least);
      product_.resize(n);
      done.flops += detail::minimize_quadratic_part(problem, block, matrix_, gradient_, inner, step_, product_);
      double curved = 0;
      for (std::size_t k = 0; k < n; ++k) curved += step_[k] * product_[k];
      return -0.5 * curved;
    } else {
      if (n == 1) {
        const double h = matrix_[0];
        step_[0] = -gradient_[0] / (h > 0 ? h : std::max(std::fabs(h), floor()));
        return 0;
      }
      std::copy(gradient_.begin(), gradient_.end(), step_.begin());
      detail::semidefinite_factor(matrix_, n, floor()).solve(step_);
      for (double& d : step_) d = -d;
      done.flops += static_cast<double>(n) * static_cast<double>(n * n) / 3 + 2.0 * static_cast<double>(n * n);
      return 0;
    }
  }
};

}  // namespace blockopt
