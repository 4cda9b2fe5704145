// SPDX-License-Identifier: MIT
// Part of blockopt: coordinates that step at once, each by itself (Jacobi).
#pragma once

#include <algorithm>
#include <cmath>
#include <cstddef>
#include <cstdint>
#include <span>
#include <vector>

#include <blockopt/error.hpp>
#include <blockopt/problem/block_lipschitz.hpp>
#include <blockopt/problem/coordinate_problem.hpp>
#include <blockopt/update/block_update.hpp>

namespace blockopt {

/// The factor beta with E f(x + h_S) <= f(x) + tau / n (<g, h> + beta / 2 sum of L_i h_i^2) for a uniformly random S of tau
/// among n coordinates, where no term of f depends on more than `degree` of them: 1 + (degree - 1)(tau - 1) / max(1, n - 1)
/// (expected separable overapproximation: Richtarik & Takac, Math. Program. 156, 2016, Theorem 14).
[[nodiscard]] constexpr double eso_beta(std::size_t degree, std::size_t tau, std::size_t n) noexcept {
  if (degree == 0 || tau == 0 || n < 2) return 1;
  return 1 + (static_cast<double>(degree) - 1) * (static_cast<double>(tau) - 1) / (static_cast<double>(n) - 1);
}

/// The degree of separability of a loss of A x: the largest number of nonzeros in a row of A. Zeros that are stored do not
/// count. `Columns`: sparse_columns or dense_columns.
template <class Columns>
[[nodiscard]] std::size_t separability_degree(const Columns& a) {
  std::vector<std::size_t> count(a.rows());
  for (std::size_t j = 0; j < a.columns(); ++j) {
    (void)a.sum(j, [&](std::size_t i, double v) {
      count[i] += v != 0;
      return 0.0;
    });
  }
  return count.empty() ? 0 : *std::ranges::max_element(count);
}

/// All derivatives of the block at the same point, then for each of its coordinates
/// x_i <- prox_{psi_i / (beta L_i)}(x_i - g_i / (beta L_i)). With a policy that names several coordinates at once, this is
/// parallel coordinate descent, as processors that do not wait for one another's moves would do it:
///   - tau-nice sampling (uniform_subset over each_coordinate) and beta = eso_beta: the objective falls in expectation, at
///     the rate of uniform coordinate descent with tau / beta updates at once (PCDM, Richtarik & Takac 2016);
///   - beta = 1 is Shotgun (Bradley et al., ICML 2011), which converges for up to about n / rho(A'A) + 1 coordinates (unit
///     columns) and diverges for many more.
struct parallel_step {
  double beta = 1;  ///< positive

  /// Problems that it can step on.
  template <class P>
  static constexpr bool fits = separable_composite<P> || !block_composite<P>;

  /// Raises invalid_option for a beta that is not positive and finite, and for a problem with an L_i that is not known.
  template <coordinate_problem P, class Blocks>
  void start(const P& problem, const Blocks&) const {
    static_assert(
        fits<P>,
        "blockopt: parallel_step moves each coordinate by itself, and this problem has a part that is separable "
        "by blocks only; use gradient_step");
    if (!(beta > 0 && std::isfinite(beta)))
      raise<invalid_option>({"parallel_step: beta = ", beta, "; it must be positive and finite"});
    detail::require_lipschitz("parallel_step", problem);
  }

  template <coordinate_problem P>
  block_step step(P& problem, std::span<const std::size_t> block, std::size_t) {
    block_step done{.squared_gradient = 0};
    step_.resize(block.size());
    for (std::size_t k = 0; k < block.size(); ++k) {
      const std::size_t i = block[k];
      const double g = problem.derivative(i), l = beta * problem.lipschitz(i);
      done.squared_gradient += g * g;
      if constexpr (separable_composite<P>) step_[k] = problem.prox(i, problem.at(i) - g / l, l) - problem.at(i);
      else step_[k] = -g / l;
    }
    for (std::size_t k = 0; k < block.size(); ++k) {
      if (step_[k] != 0) problem.move(block[k], step_[k]);
    }
    return done;
  }

  template <class A>
  void archive(A& a) {
    a.same("beta", beta);
  }

  std::vector<double> step_{};  // scratch, not a setting
};

}  // namespace blockopt
