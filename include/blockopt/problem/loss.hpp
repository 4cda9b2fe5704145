// SPDX-License-Identifier: MIT
// Part of blockopt: losses of a linear model, one number per row.
#pragma once

#include <algorithm>
#include <cmath>
#include <cstddef>
#include <limits>
#include <string>
#include <utility>
#include <vector>

#include <blockopt/error.hpp>

namespace blockopt {

/// phi_i(z) = (z - y_i)^2 / 2. Every loss has: `rows()`; `start(i)`, the image z at A x = 0; `value`, `derivative` and
/// `curvature` (second derivative) of row i at image z, `bound`, which curvature never exceeds; and the convex conjugate
/// of u -> phi(u) at a derivative, `conjugate(i, u)`, infinite outside of its domain. The squared loss's image is the
/// residual z - y, so that its derivative is the image itself.
struct squared_loss {
  std::vector<double> target;  ///< y

  [[nodiscard]] std::size_t rows() const noexcept { return target.size(); }
  [[nodiscard]] double start(std::size_t i) const noexcept { return -target[i]; }
  [[nodiscard]] static double value(std::size_t, double r) noexcept { return 0.5 * r * r; }
  [[nodiscard]] static double derivative(std::size_t, double r) noexcept { return r; }
  [[nodiscard]] static double curvature(std::size_t, double) noexcept { return 1.0; }
  [[nodiscard]] static constexpr double bound() noexcept { return 1.0; }
  [[nodiscard]] double conjugate(std::size_t i, double u) const noexcept { return 0.5 * u * u + target[i] * u; }
  static constexpr bool quadratic = true;
};

namespace detail {

inline void check_labels(const char* owner, const std::vector<double>& labels, double weight) {
  if (!(weight > 0 && std::isfinite(weight)))
    raise<invalid_option>({owner, ": weight = ", weight, "; it must be positive and finite"});
  for (std::size_t i = 0; i < labels.size(); ++i) {
    if (labels[i] != 1 && labels[i] != -1)
      raise<invalid_option>({owner, ": label ", i, " is ", labels[i], "; labels are -1 and 1"});
  }
}

}  // namespace detail

/// phi_i(z) = weight log(1 + exp(-y_i z)) with labels y_i of -1 and 1. Nothing overflows at any z.
class logistic_loss {
 public:
  logistic_loss() = default;
  /// Raises invalid_option for a label that is neither -1 nor 1 and for a weight that is not positive and finite.
  explicit logistic_loss(std::vector<double> labels, double weight = 1) : label_(std::move(labels)), weight_(weight) {
    detail::check_labels("logistic_loss", label_, weight_);
  }

  [[nodiscard]] std::size_t rows() const noexcept { return label_.size(); }
  [[nodiscard]] static double start(std::size_t) noexcept { return 0.0; }
  [[nodiscard]] double value(std::size_t i, double z) const noexcept {
    const double m = label_[i] * z;
    return weight_ * (m > 0 ? std::log1p(std::exp(-m)) : std::log1p(std::exp(m)) - m);
  }
  [[nodiscard]] double derivative(std::size_t i, double z) const noexcept {
    return -weight_ * label_[i] / (1 + std::exp(label_[i] * z));
  }
  [[nodiscard]] double curvature(std::size_t i, double z) const noexcept {
    const double e = std::exp(-std::fabs(label_[i] * z));
    return weight_ * e / ((1 + e) * (1 + e));
  }
  /// value(i, z + d) - value(i, z), without the rounding of two values.
  [[nodiscard]] double change(std::size_t i, double z, double d) const noexcept {
    const double e = std::expm1(-label_[i] * d), p = 1 / (1 + std::exp(label_[i] * z));
    if (std::isfinite(e)) return weight_ * std::log1p(p * e);
    return value(i, z + d) - value(i, z);
  }
  [[nodiscard]] double bound() const noexcept { return 0.25 * weight_; }
  [[nodiscard]] double conjugate(std::size_t i, double u) const noexcept {
    const double p = -label_[i] * u / weight_;  // in [0, 1]
    if (!(p >= 0 && p <= 1)) return std::numeric_limits<double>::infinity();
    const auto entropy = [](double q) { return q > 0 ? q * std::log(q) : 0.0; };
    return weight_ * (entropy(p) + entropy(1 - p));
  }
  static constexpr bool quadratic = false;

 private:
  std::vector<double> label_;
  double weight_ = 1;
};

/// phi_i(z) = weight max(0, 1 - y_i z)^2, the squared hinge of L2-loss support vector machines.
class squared_hinge_loss {
 public:
  squared_hinge_loss() = default;
  /// Raises invalid_option as logistic_loss does.
  explicit squared_hinge_loss(std::vector<double> labels, double weight = 1)
      : label_(std::move(labels)), weight_(weight) {
    detail::check_labels("squared_hinge_loss", label_, weight_);
  }

  [[nodiscard]] std::size_t rows() const noexcept { return label_.size(); }
  [[nodiscard]] static double start(std::size_t) noexcept { return 0.0; }
  [[nodiscard]] double value(std::size_t i, double z) const noexcept {
    const double h = label_[i] * z >= 1 ? 0.0 : 1 - label_[i] * z;
    return weight_ * h * h;
  }
  [[nodiscard]] double derivative(std::size_t i, double z) const noexcept {
    return label_[i] * z >= 1 ? 0.0 : -2 * weight_ * label_[i] * (1 - label_[i] * z);
  }
  [[nodiscard]] double curvature(std::size_t i, double z) const noexcept {
    return label_[i] * z < 1 ? 2 * weight_ : 0.0;
  }
  [[nodiscard]] double bound() const noexcept { return 2 * weight_; }
  [[nodiscard]] double conjugate(std::size_t i, double u) const noexcept {
    const double a = -label_[i] * u;  // not negative
    return a >= 0 ? a * a / (4 * weight_) - a : std::numeric_limits<double>::infinity();
  }
  static constexpr bool quadratic = false;

 private:
  std::vector<double> label_;
  double weight_ = 1;
};

}  // namespace blockopt
