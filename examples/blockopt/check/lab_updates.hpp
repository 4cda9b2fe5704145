// SPDX-License-Identifier: MIT
// Part of blockopt: steps of the check, as the theorems have them.
#pragma once

#include <cmath>
#include <cstddef>
#include <span>
#include <vector>

#include <blockopt/block/coordinate_blocks.hpp>
#include <blockopt/error.hpp>
#include <blockopt/problem/coordinate_problem.hpp>
#include <blockopt/update/block_update.hpp>

namespace blockopt::program {

/// d <- H^-1 d, H symmetric and positive definite, column-major.
void solve_block(std::span<double> h, std::span<double> d);

/// x_b -= w H_b^-1 g_b with H_b the problem's bound on the block of the Hessian: on quadratics the exact minimizer for w = 1.
struct lab_matrix_step {
  double relaxation = 1;

  template <bounded_curvature P>
  block_step step(P& problem, std::span<const std::size_t> block, std::size_t) const {
    std::vector<double> h(block.size() * block.size()), d(block.size());
    problem.curvature(block, h);
    for (std::size_t k = 0; k < block.size(); ++k) d[k] = -relaxation * problem.derivative(block[k]);
    solve_block(h, d);
    for (std::size_t k = 0; k < block.size(); ++k) problem.move(block[k], d[k]);
    return {};
  }
};

/// Each coordinate of the list by its own prox step of 1/(beta L_i), all from the same point (PCDM).
class lab_parallel_step {
 public:
  explicit lab_parallel_step(double beta) : beta_(beta) {}

  template <coordinate_problem P>
  block_step step(P& problem, std::span<const std::size_t> block, std::size_t) {
    move_.resize(block.size());
    for (std::size_t k = 0; k < block.size(); ++k) {
      const std::size_t i = block[k];
      const double l = beta_ * problem.lipschitz(i), d = -problem.derivative(i) / l;
      if constexpr (separable_composite<P>) move_[k] = problem.prox(i, problem.at(i) + d, l) - problem.at(i);
      else move_[k] = d;
    }
    for (std::size_t k = 0; k < block.size(); ++k) problem.move(block[k], move_[k]);
    return {};
  }
  template <coordinate_problem P>
  block_step step(P& problem, const single_coordinate& block, std::size_t b) {
    return step(problem, std::span<const std::size_t>(block), b);
  }

 private:
  double beta_;
  std::vector<double> move_{};
};

/// ACDM, method (5.1) of Nesterov 2012, with all three points kept in full.
class lab_accelerated_step {
 public:
  explicit lab_accelerated_step(double sigma) : sigma_(sigma) {}

  template <coordinate_problem P, class Blocks>
  void start(const P& problem, const Blocks&) {
    x_.resize(problem.size());
    for (std::size_t i = 0; i < x_.size(); ++i) x_[i] = problem.at(i);
    v_ = x_;
    ratio_ = 1 / (2 * static_cast<double>(x_.size()));  // a_0 / b_0
  }
  template <coordinate_problem P>
  block_step step(P& problem, const single_coordinate& block, std::size_t) {
    const double n = static_cast<double>(x_.size()), square = ratio_ * ratio_;
    // gamma^2 - gamma/n = (1 - gamma sigma/n) a^2/b^2, the larger root
    const double half = (1 - sigma_ * square) / (2 * n), gamma = half + std::sqrt(half * half + square);
    const double alpha = (n - gamma * sigma_) / (gamma * (n * n - sigma_)), beta = 1 - gamma * sigma_ / n;
    y_.resize(x_.size());
    for (std::size_t i = 0; i < x_.size(); ++i) y_[i] = alpha * v_[i] + (1 - alpha) * x_[i];
    problem.set(y_);
    const double d = problem.derivative(block.index) / problem.lipschitz(block.index);
    for (std::size_t i = 0; i < x_.size(); ++i) v_[i] = beta * v_[i] + (1 - beta) * y_[i];
    v_[block.index] -= gamma * d;
    x_ = y_;
    x_[block.index] -= d;
    problem.set(x_);
    ratio_ = gamma;  // a+ / b+
    return {};
  }
  /// Of one coordinate: raises invalid_option for more.
  template <coordinate_problem P>
  block_step step(P& problem, std::span<const std::size_t> block, std::size_t b) {
    if (block.size() != 1) raise<invalid_option>({"check: ", block.size(), " coordinates in a step on one"});
    return step(problem, single_coordinate{block[0]}, b);
  }

 private:
  double sigma_, ratio_ = 0;
  std::vector<double> x_, v_, y_{};
};

/// APPROX (Fercoq & Richtarik 2015): tau coordinates at once, prox steps of 1/(beta L_i).
class lab_approx_step {
 public:
  explicit lab_approx_step(double beta) : beta_(beta) {}

  template <coordinate_problem P, class Blocks>
  void start(const P& problem, const Blocks&) {
    x_.resize(problem.size());
    for (std::size_t i = 0; i < x_.size(); ++i) x_[i] = problem.at(i);
    z_ = x_;
    theta_ = 0;
  }
  template <coordinate_problem P>
  block_step step(P& problem, std::span<const std::size_t> block, std::size_t) {
    const double n = static_cast<double>(x_.size()), together = static_cast<double>(block.size());
    if (theta_ == 0) theta_ = together / n;
    for (std::size_t i = 0; i < x_.size(); ++i) x_[i] = (1 - theta_) * x_[i] + theta_ * z_[i];
    problem.set(x_);
    gradient_.clear();
    for (const std::size_t i : block) gradient_.push_back(problem.derivative(i));
    for (std::size_t k = 0; k < block.size(); ++k) {
      const std::size_t i = block[k];
      const double l = n * theta_ * beta_ * problem.lipschitz(i) / together;
      double z = z_[i] - gradient_[k] / l;
      if constexpr (separable_composite<P>) z = problem.prox(i, z, l);
      x_[i] += n / together * theta_ * (z - z_[i]);
      z_[i] = z;
    }
    problem.set(x_);
    const double square = theta_ * theta_;
    theta_ = (std::sqrt(square * square + 4 * square) - square) / 2;
    return {};
  }
  template <coordinate_problem P>
  block_step step(P& problem, const single_coordinate& block, std::size_t b) {
    return step(problem, std::span<const std::size_t>(block), b);
  }

 private:
  double beta_, theta_ = 0;
  std::vector<double> x_, z_, gradient_{};
};

/// RACDM: the estimate of L_i doubles while the derivative changes its sign, and is halved after the step.
class lab_adaptive_step {
 public:
  /// Estimates start at this part of L_i; no power of 2, or the last doubling would meet L_i and the sign be rounding.
  explicit lab_adaptive_step(double part = 0.3) : part_(part) {}

  template <coordinate_problem P, class Blocks>
  void start(const P& problem, const Blocks&) {
    estimate_.resize(problem.size());
    for (std::size_t i = 0; i < estimate_.size(); ++i) estimate_[i] = part_ * problem.lipschitz(i);
  }
  template <coordinate_problem P>
  block_step step(P& problem, const single_coordinate& block, std::size_t) {
    const std::size_t i = block.index;
    const double g = problem.derivative(i);
    double moved = -g / estimate_[i];
    problem.move(i, moved);
    while (g * problem.derivative(i) < -1e-12 * g * g) {
      estimate_[i] *= 2;
      const double shorter = -g / estimate_[i];
      problem.move(i, shorter - moved);
      moved = shorter;
    }
    estimate_[i] /= 2;
    return {.squared_gradient = g * g};
  }
  /// Of one coordinate: raises invalid_option for more.
  template <coordinate_problem P>
  block_step step(P& problem, std::span<const std::size_t> block, std::size_t b) {
    if (block.size() != 1) raise<invalid_option>({"check: ", block.size(), " coordinates in a step on one"});
    return step(problem, single_coordinate{block[0]}, b);
  }

 private:
  double part_;
  std::vector<double> estimate_{};
};

}  // namespace blockopt::program
