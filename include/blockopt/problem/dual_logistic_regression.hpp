// SPDX-License-Identifier: MIT
// Part of blockopt: the dual of l2-regularized logistic regression, one coordinate for each sample.
#pragma once

#include <algorithm>
#include <cmath>
#include <cstddef>
#include <limits>
#include <span>
#include <utility>
#include <vector>

#include <blockopt/config.hpp>
#include <blockopt/error.hpp>
#include <blockopt/problem/columns.hpp>
#include <blockopt/problem/coordinate_problem.hpp>
#include <blockopt/problem/detail/sparse_kernels.hpp>
#include <blockopt/problem/loss.hpp>

namespace blockopt {

/// min f(a) = ||w||^2 / 2 + sum of a_i ln(a_i / C) + (C - a_i) ln(1 - a_i / C) over 0 <= a_i <= C, with w = sum of
/// a_i y_i x_i, which it keeps: -f is the dual of min over w of P(w) = ||w||^2 / 2 + C sum of ln(1 + exp(-y_i x_i'w)), and
/// f(a) + P(w) the gap (Yu, Huang & Lin, Mach. Learn. 85, 2011, with the constant n C ln C taken off: f(0) = 0).
///
/// The step is exact_step. Derivatives are infinite at both bounds and no L_i holds up to them. `exact(i)` looks for the
/// sample's new margin t instead, the zero of t - c - C ||x_i||^2 / (1 + e^t), where c is the margin without the sample's
/// own part, concave for t > 0 and convex for t < 0: Newton's steps from any point of the zero's side converge, without
/// bracket. They start at the margin of the sample's last visit and stop after the first that is not longer than
/// `newton_tolerance`; what is left is of the order of that one's square, and goes to 0 with the steps of the run.
class dual_logistic_regression {
 public:
  /// `samples`: d x n, a sample is a column; borrowed. n `labels` of -1 and 1; `weight`: C. Starts at a = 0. Raises invalid_option
  /// for another number of labels, other labels, a weight that is not positive and finite, a sample that is not finite, and
  /// a newton_tolerance that is negative or not a number.
  dual_logistic_regression(const sparse_columns& samples, std::vector<double> labels, double weight,
                           double newton_tolerance = 0.1)
      : x_(&samples), label_(std::move(labels)), c_(weight), newton_tolerance_(newton_tolerance) {
    detail::check_labels("dual_logistic_regression", label_, c_);
    if (label_.size() != x_->columns())
      raise<invalid_option>({"dual_logistic_regression: ", label_.size(), " labels and ", x_->columns(), " samples"});
    if (!(newton_tolerance_ >= 0))
      raise<invalid_option>({"dual_logistic_regression: newton_tolerance = ", newton_tolerance_, "; at least 0"});
    squares_.resize(size());
    for (std::size_t i = 0; i < size(); ++i) {
      squares_[i] = x_->squares(i, [](std::size_t) { return 1.0; });
      if (!std::isfinite(squares_[i] * c_))
        raise<invalid_option>(
            {"dual_logistic_regression: sample ", i, " is not finite, or C times its squares is not"});
    }
    point_.assign(size(), 0.0);
    weights_.assign(x_->rows(), 0.0);
    margin_.assign(size(), std::numeric_limits<double>::infinity());
  }
  dual_logistic_regression(sparse_columns&&, std::vector<double>, double, double = 0.1) = delete;  // it would be gone

  [[nodiscard]] std::size_t size() const noexcept { return label_.size(); }
  [[nodiscard]] double at(std::size_t i) const noexcept { return point_[i]; }
  [[nodiscard]] std::span<const double> weights() const noexcept { return weights_; }  ///< w, d numbers
  [[nodiscard]] double weight() const noexcept { return c_; }
  [[nodiscard]] std::span<const double> labels() const noexcept { return label_; }
  [[nodiscard]] const sparse_columns& samples() const noexcept { return *x_; }

  /// y_i x_i'w + ln(a_i / (C - a_i)): -infinity at 0, infinity at C.
  [[nodiscard]] double derivative(std::size_t i) const noexcept { return margin(i) - stationary_margin(point_[i]); }
  /// a_i stays in [0, C], whatever rounding made of a_i + d.
  void move(std::size_t i, double d) noexcept {
    const double to = std::clamp(point_[i] + d, 0.0, c_);
    detail::sparse_add(x_->rows_of(i), x_->values_of(i), (to - point_[i]) * label_[i], weights_.data());
    point_[i] = to;
  }
  /// Raises invalid_option for another size and for a number outside of [0, C].
  void set(std::span<const double> x) {
    if (x.size() != size())
      raise<invalid_option>({"dual_logistic_regression: a point of ", x.size(), " numbers; there are ", size()});
    for (std::size_t i = 0; i < size(); ++i) {
      if (!(x[i] >= 0 && x[i] <= c_))
        raise<invalid_option>({"dual_logistic_regression: coordinate ", i, " is ", x[i], "; it is 0 to ", c_});
    }
    point_.assign(x.begin(), x.end());
    weights_.assign(weights_.size(), 0.0);
    for (std::size_t i = 0; i < size(); ++i) {
      if (point_[i] != 0) x_->add(i, point_[i] * label_[i], weights_);
      margin_[i] = stationary_margin(point_[i]);
    }
    divergence_ = 0;
  }
  void gradient(std::span<double> g) const noexcept {
    for (std::size_t i = 0; i < size(); ++i) g[i] = derivative(i);
  }
  [[nodiscard]] double value() const noexcept {
    double sum = 0;
    for (const double a : point_) sum += entropy(a);
    return 0.5 * detail::dense_dot(weights_, weights_) + sum;
  }
  /// Not a number: a second derivative, ||x_i||^2 + C / (a_i (C - a_i)), has no bound.
  [[nodiscard]] static double lipschitz(std::size_t) noexcept { return std::numeric_limits<double>::quiet_NaN(); }
  [[nodiscard]] double flops(std::size_t i) const noexcept { return 4.0 * static_cast<double>(x_->nonzeros(i)); }
  [[nodiscard]] double gradient_flops() const noexcept { return 2.0 * static_cast<double>(x_->nonzeros()); }

  BLOCKOPT_NOINLINE [[nodiscard]] double exact(std::size_t i) const noexcept {
    if (squares_[i] == 0) {  // nothing of it in w: the entropy alone
      margin_[i] = 0;
      return 0.5 * c_ - point_[i];
    }
    const double now = margin(i), reach = squares_[i] * c_, without = now - squares_[i] * point_[i];
    const bool positive = without + 0.5 * reach > 0;  // the zero's side
    const double before = std::isfinite(margin_[i]) ? margin_[i] : now;
    double t = positive == (before > 0) ? before : 0.0, to = 0;
    t = positive ? std::max(t, without) : std::min(t, without + reach);
    for (int step = 0; step < most_newton_steps; ++step) {
      const double p = 1 / (1 + std::exp(t)), h = p * (1 - p);
      if (step == 0) divergence_ += 0.5 * c_ * h * (now - before) * (now - before);
      double next = t - (t - without - reach * p) / (1 + reach * h);
      if (positive != (next > 0)) next = 0;
      const double length = t - next;
      to = c_ * (p + h * length);  // (next - without) / ||x_i||^2, without that difference's rounding
      t = next;
      if (!(std::fabs(length) > newton_tolerance_)) break;
    }
    margin_[i] = t;
    return std::clamp(to, 0.0, c_) - point_[i];
  }

  BLOCKOPT_FN void prefetch(std::size_t i) const noexcept { detail::prefetch_column(x_->rows_of(i), x_->values_of(i)); }

  struct certified_value {
    double primal = 0;  ///< P(w)
    double gap = 0;     ///< f(a) + P(w) = P(w) - (the dual's value), at least P(w) - P* and f(a) - f*
  };
  /// Both in one pass over the samples.
  [[nodiscard]] certified_value certify() const noexcept {
    certified_value sum{.primal = 0.5 * detail::dense_dot(weights_, weights_)};
    for (std::size_t i = 0; i < size(); ++i) {
      const double m = margin(i), loss = c_ * softplus(-m);
      sum.primal += loss;
      sum.gap += gap_part(i, m, loss);
    }
    return sum;
  }
  [[nodiscard]] double primal_value() const noexcept { return certify().primal; }
  [[nodiscard]] double duality_gap() const noexcept { return certify().gap; }
  [[nodiscard]] double gap_part(std::size_t i) const noexcept {
    const double m = margin(i);
    return gap_part(i, m, c_ * softplus(-m));
  }

  /// What the calls of exact since the last call of this found missing, to second order: the sum of the parts of the gap at
  /// the times of the visits. After an epoch it lies between the gap at its begin and at its end, as far as gaps fall, and
  /// has cost nothing. A sample's first visit adds nothing.
  [[nodiscard]] double take_divergence() noexcept { return std::exchange(divergence_, 0.0); }
  /// P(w) by the margins that the samples had after their last visits, without a look at the samples.
  [[nodiscard]] double predicted_primal() const noexcept {
    double sum = 0;
    for (const double t : margin_) sum += softplus(-t);
    return 0.5 * detail::dense_dot(weights_, weights_) + c_ * sum;
  }

  template <class A>
  void archive(A& a) {
    a("point", point_);
    a("weights", weights_);
    a("margins", margin_);
    a("divergence", divergence_);
    a.same("newton tolerance", newton_tolerance_);
  }

 private:
  static constexpr int most_newton_steps = 1000;  ///< more than ln C ||x_i||^2 can be, the steps of a far start

  [[nodiscard]] double margin(std::size_t i) const noexcept {
    return label_[i] * detail::sparse_dot(x_->rows_of(i), x_->values_of(i), weights_.data());
  }
  /// The loss at the margin, its conjugate at a_i, and a_i times the margin.
  [[nodiscard]] double gap_part(std::size_t i, double m, double loss) const noexcept {
    return std::max(0.0, loss + entropy(point_[i]) + point_[i] * m);
  }
  [[nodiscard]] static double softplus(double z) noexcept {
    return z > 0 ? z + std::log1p(std::exp(-z)) : std::log1p(std::exp(z));
  }
  [[nodiscard]] double entropy(double a) const noexcept {
    return (a > 0 ? a * std::log(a / c_) : 0.0) + (a < c_ ? (c_ - a) * std::log1p(-a / c_) : 0.0);
  }
  /// The margin at which a would be the coordinate's optimum.
  [[nodiscard]] double stationary_margin(double a) const noexcept { return std::log1p(-a / c_) - std::log(a / c_); }

  const sparse_columns* x_;
  std::vector<double> label_;
  double c_ = 1, newton_tolerance_ = 0.1;
  std::vector<double> squares_, point_, weights_;
  mutable std::vector<double> margin_;  // of the last visit, where Newton's steps start
  mutable double divergence_ = 0;
};

}  // namespace blockopt
