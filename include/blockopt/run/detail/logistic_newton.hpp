// SPDX-License-Identifier: MIT
// Part of blockopt: Newton steps on l2-regularized logistic regression.
#pragma once

#include <algorithm>
#include <cmath>
#include <cstddef>
#include <cstdint>
#include <span>
#include <utility>
#include <vector>

#include <blockopt/problem/columns.hpp>
#include <blockopt/problem/detail/sparse_kernels.hpp>

namespace blockopt::detail {

/// P(w) = ||w||^2 / 2 + C sum of ln(1 + exp(-m_i)), m_i = y_i x_i'w, by inexact Newton steps (Dembo, Eisenstat & Steihaug,
/// SIAM J. Numer. Anal. 19, 1982): conjugate gradients, whose products take one pass over the samples, and a line search
/// along the margins. Their number grows with the square root of the condition, that of coordinate steps with itself.
///
/// At a_i = C / (1 + exp(m_i)) loss and conjugate add up to -a_i m_i; the gap there is ||w - sum of a_i y_i x_i||^2 / 2, half
/// the squared norm of P's gradient.
class logistic_newton {
 public:
  static constexpr std::uint64_t most_products = 30;  ///< of conjugate gradients in a step
  static constexpr double accuracy = 0.1;             ///< and their end: what is left of the gradient, in parts of it

  /// From w; samples and labels are borrowed.
  logistic_newton(const sparse_columns& samples, std::span<const double> labels, double weight, std::vector<double> w)
      : x_(samples), label_(labels), c_(weight), w_(std::move(w)), margin_(labels.size()), curvature_(labels.size()) {
    for (std::size_t i = 0; i < margin_.size(); ++i) margin_[i] = label_[i] * dot(i, w_);
  }

  [[nodiscard]] const std::vector<double>& weights() const noexcept { return w_; }
  [[nodiscard]] double primal() const noexcept { return primal_; }
  [[nodiscard]] double gap() const noexcept { return 0.5 * squares_; }

  /// Primal, gap, gradient and second derivatives at w, in one pass over the samples.
  void evaluate() {
    primal_ = 0.5 * dense_dot(w_, w_);
    gradient_ = w_;
    for (std::size_t i = 0; i < margin_.size(); ++i) {
      const double e = std::exp(-std::fabs(margin_[i])), larger = 1 / (1 + e), smaller = e / (1 + e);
      primal_ += c_ * (std::max(0.0, -margin_[i]) + std::log1p(e));
      curvature_[i] = c_ * larger * smaller;
      add(i, -c_ * label_[i] * (margin_[i] > 0 ? smaller : larger), gradient_);
    }
    squares_ = dense_dot(gradient_, gradient_);
  }

  /// A step from where it was evaluated, of `budget` products at most and one at least. `allowed`: the gap that is enough.
  /// Returns the passes over the samples, one more than products.
  std::uint64_t step(double allowed, std::uint64_t budget) {
    const double enough = std::max(accuracy * accuracy * squares_, 0.2 * allowed);  // 0.2: a tenth of that gap
    const std::uint64_t products = direction(enough, std::min(budget, most_products));
    for (std::size_t i = 0; i < margin_.size(); ++i) change_[i] = label_[i] * dot(i, way_);
    const double slope = dense_dot(gradient_, way_), mixed = dense_dot(w_, way_), length = dense_dot(way_, way_);
    const double start = dense_dot(w_, w_), rounding = 1e-14 * primal_;
    double t = 1;
    for (int trial = 0; trial < most_trials; ++trial, t *= 0.5) {
      double value = 0.5 * (start + t * (2 * mixed + t * length));
      for (std::size_t i = 0; i < margin_.size(); ++i) {
        const double m = margin_[i] + t * change_[i];
        value += c_ * (std::max(0.0, -m) + std::log1p(std::exp(-std::fabs(m))));
      }
      if (value <= primal_ + 1e-4 * t * slope + rounding) break;
    }
    for (std::size_t j = 0; j < w_.size(); ++j) w_[j] += t * way_[j];
    for (std::size_t i = 0; i < margin_.size(); ++i) margin_[i] += t * change_[i];
    return products + 1;
  }

 private:
  static constexpr int most_trials = 50;

  [[nodiscard]] double dot(std::size_t i, const std::vector<double>& v) const noexcept {
    return sparse_dot(x_.rows_of(i), x_.values_of(i), v.data());
  }
  void add(std::size_t i, double s, std::vector<double>& v) const noexcept {
    sparse_add(x_.rows_of(i), x_.values_of(i), s, v.data());
  }

  /// way_ ~ -H^-1 gradient, until the squared norm of what is left is at most `enough`. No preconditioner: the norm that
  /// the gap asks for is this one, and the diagonal was slower on texts.
  std::uint64_t direction(double enough, std::uint64_t most) {
    way_.assign(w_.size(), 0.0);
    change_.resize(margin_.size());
    rest_.resize(w_.size());
    for (std::size_t j = 0; j < w_.size(); ++j) rest_[j] = -gradient_[j];
    search_ = rest_;
    double rho = squares_;
    std::uint64_t products = 0;
    while (products == 0 || (rho > enough && products < most)) {
      image_ = search_;
      for (std::size_t i = 0; i < margin_.size(); ++i) add(i, curvature_[i] * dot(i, search_), image_);
      ++products;
      const double alpha = rho / dense_dot(search_, image_);  // of H >= 1: positive
      if (!(alpha > 0)) break;                                // but for underflow
      for (std::size_t j = 0; j < w_.size(); ++j) {
        way_[j] += alpha * search_[j];
        rest_[j] -= alpha * image_[j];
      }
      const double next = dense_dot(rest_, rest_);
      for (std::size_t j = 0; j < w_.size(); ++j) search_[j] = rest_[j] + next / rho * search_[j];
      rho = next;
    }
    return products;
  }

  const sparse_columns& x_;
  std::span<const double> label_;
  double c_, primal_ = 0, squares_ = 0;
  std::vector<double> w_, margin_, curvature_;
  std::vector<double> gradient_{}, way_{}, change_{}, rest_{}, search_{}, image_{};
};

}  // namespace blockopt::detail
