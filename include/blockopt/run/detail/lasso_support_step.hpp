// SPDX-License-Identifier: MIT
// Part of blockopt: a Newton step on the coefficients of the lasso that are not zero.
#pragma once

#include <cmath>
#include <cstddef>
#include <vector>

#include <blockopt/problem/detail/sparse_kernels.hpp>
#include <blockopt/run/detail/lasso_set.hpp>

namespace blockopt::detail {

/// While the signs of the nonzero coefficients stay, the lasso is a quadratic in them, along whose valleys sweeps are slow.
/// A few conjugate gradient steps towards its minimum, preconditioned by ||A_j||^2, without forming a matrix; then as far
/// along that way as the objective is below what it was, coefficients that would change sign being 0.
class lasso_support_step {
 public:
  static constexpr int most_products = 30;  ///< of conjugate gradients
  static constexpr double accuracy = 0.1;   ///< and their end: the gradient in parts of the first
  static constexpr int trials = 4;          ///< of the line search, each 0.3 times as far

  void take(lasso_set& set, double l1) {
    direction(set, l1);
    const double before = objective(set, l1);
    start_ = set.coefficient;
    start_residual_ = set.residual;
    double step = 1;
    for (int trial = 0; trial < trials; ++trial, step *= 0.3) {
      for (std::size_t i = 0; i < residual_.size(); ++i) set.residual[i] = start_residual_[i] + step * residual_[i];
      for (std::size_t k = 0; k < support_.size(); ++k) {
        const std::size_t q = support_[k];
        double to = start_[q] + step * way_[k];
        if (!(to * start_[q] > 0)) {
          set.add(q, to, set.residual);
          to = 0;
        }
        set.coefficient[q] = to;
      }
      if (objective(set, l1) < before) return;
    }
    set.coefficient = start_;
    set.residual = start_residual_;
  }

 private:
  [[nodiscard]] static double objective(const lasso_set& set, double l1) noexcept {
    return 0.5 * dense_dot(set.residual, set.residual) + l1 * set.norm();
  }

  /// way_, and residual_ = -A way_.
  void direction(const lasso_set& set, double l1) {
    support_.clear();
    for (std::size_t q = 0; q < set.size(); ++q) {
      if (set.coefficient[q] != 0) support_.push_back(q);
    }
    const std::size_t s = support_.size();
    way_.assign(s, 0.0);
    residual_.assign(set.residual.size(), 0.0);
    gradient_.resize(s);
    search_.resize(s);
    double rho = 0;
    for (std::size_t k = 0; k < s; ++k) {
      const std::size_t q = support_[k];
      gradient_[k] = set.dot(q, set.residual) - std::copysign(l1, set.coefficient[q]);
      search_[k] = gradient_[k] / set.squares(q);
      rho += gradient_[k] * search_[k];
    }
    const double enough = accuracy * accuracy * rho;
    for (int product = 0; product < most_products && rho > enough; ++product) {
      image_.assign(set.residual.size(), 0.0);
      for (std::size_t k = 0; k < s; ++k) set.add(support_[k], search_[k], image_);
      const double curvature = dense_dot(image_, image_);
      if (!(curvature > 0)) return;  // columns that cancel
      const double length = rho / curvature;
      for (std::size_t k = 0; k < s; ++k) way_[k] += length * search_[k];
      for (std::size_t i = 0; i < image_.size(); ++i) residual_[i] -= length * image_[i];
      double next = 0;
      for (std::size_t k = 0; k < s; ++k) {
        gradient_[k] -= length * set.dot(support_[k], image_);
        next += gradient_[k] * (gradient_[k] / set.squares(support_[k]));
      }
      for (std::size_t k = 0; k < s; ++k)
        search_[k] = gradient_[k] / set.squares(support_[k]) + next / rho * search_[k];
      rho = next;
    }
  }

  std::vector<std::size_t> support_{};
  std::vector<double> way_{}, residual_{}, gradient_{}, search_{}, image_{}, start_{}, start_residual_{};
};

}  // namespace blockopt::detail
