// SPDX-License-Identifier: MIT
// Part of blockopt: the step of a block with a matrix that bounds its Hessian.
#pragma once

#include <cstddef>
#include <cstdint>
#include <span>
#include <vector>

#include <blockopt/error.hpp>
#include <blockopt/problem/coordinate_problem.hpp>
#include <blockopt/problem/detail/symmetric.hpp>
#include <blockopt/update/block/detail/quadratic_part.hpp>
#include <blockopt/update/block_update.hpp>

namespace blockopt {

/// x_b <- x_b - H_b^-1 g_b with the problem's bound H_b on the block of the Hessian: the objective falls by
/// g_b'H_b^-1 g_b / 2 at least, which is never less than the ||g_b||^2 / (2 L_b) of a gradient step, and exactly to the
/// minimum over the block where the objective is quadratic (Qu, Richtarik, Takac & Fercoq, SDNA, ICML 2016; the "Hb" update
/// of Nutini, Laradji & Schmidt, JMLR 23(131), 2022). Where H_b is singular the step is the one of least norm. With a psi
/// it is argmin <g_b, d> + d'H_b d / 2 + psi(x_b + d), by `inner` passes of coordinate descent on the model: the objective
/// never rises.
///
/// H_b of the run's blocks is computed and factorized at the start, n_b^2 numbers for each block, except where bounds
/// change; other blocks cost theirs at each step.
struct matrix_step {
  std::uint32_t inner = 20;  ///< with a psi: passes over the block, at least 1

  /// Problems that it can step on.
  template <class P>
  static constexpr bool fits = bounded_curvature<P> && (separable_composite<P> || !block_composite<P>);

  /// Raises invalid_option for inner = 0.
  template <bounded_curvature P, class Blocks>
  void start(const P& problem, const Blocks& blocks) {
    static_assert(fits<P>,
                  "blockopt: matrix_step has no closed form with a part that is separable by blocks only; use "
                  "gradient_step");
    if (inner == 0) raise<invalid_option>("matrix_step: inner = 0; it takes a pass at least");
    if constexpr (!changing_lipschitz<P>) {
      bounds_.resize(blocks.size());
      for (std::size_t b = 0; b < blocks.size(); ++b) prepare(problem, blocks[b], bounds_[b]);
    }
  }

  template <bounded_curvature P>
  block_step step(P& problem, std::span<const std::size_t> block, std::size_t b) {
    const std::size_t n = block.size();
    block_step done{.squared_gradient = 0};
    if (b >= bounds_.size()) {
      prepare(problem, block, own_);
      done.flops += static_cast<double>(n) * static_cast<double>(n * n) / 3;
    }
    const bound& h = b < bounds_.size() ? bounds_[b] : own_;
    gradient_.resize(n);
    for (std::size_t k = 0; k < n; ++k) {
      gradient_[k] = problem.derivative(block[k]);
      done.squared_gradient += gradient_[k] * gradient_[k];
    }
    if constexpr (separable_composite<P>) {
      step_.resize(n);
      product_.resize(n);
      done.flops += detail::minimize_quadratic_part(problem, block, h.matrix, gradient_, inner, step_, product_);
    } else {
      step_ = gradient_;
      h.factor.solve(step_);
      for (double& d : step_) d = -d;
      done.flops += 2.0 * static_cast<double>(n * n);
    }
    for (std::size_t k = 0; k < n; ++k) {
      if (step_[k] != 0) problem.move(block[k], step_[k]);
    }
    return done;
  }

  [[nodiscard]] std::size_t state_bytes() const {
    std::size_t sum = 0;
    for (const bound& h : bounds_) sum += h.factor.bytes() + h.matrix.size() * sizeof(double);
    return sum;
  }
  template <class A>
  void archive(A& a) {
    a.same("inner", inner);
  }

  // not settings: what start computes, and scratch
  struct bound {
    std::vector<double> matrix{};          // kept with a psi
    detail::semidefinite_factor factor{};  // kept without
  };
  std::vector<bound> bounds_{};
  bound own_{};
  std::vector<double> gradient_{}, step_{}, product_{};

 private:
  template <class P>
  static void prepare(const P& problem, std::span<const std::size_t> block, bound& to) {
    to.matrix.resize(block.size() * block.size());
    problem.curvature(block, to.matrix);
    if constexpr (!separable_composite<P>) {
      to.factor = detail::semidefinite_factor(to.matrix, block.size());
      to.matrix = {};
    }
  }
};

}  // namespace blockopt
