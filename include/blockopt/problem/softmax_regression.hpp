// SPDX-License-Identifier: MIT
// Part of blockopt: logistic regression of many classes.
#pragma once

#include <algorithm>
#include <cmath>
#include <cstddef>
#include <cstdint>
#include <span>
#include <type_traits>
#include <utility>
#include <vector>

#include <Eigen/Core>

#include <blockopt/error.hpp>
#include <blockopt/problem/columns.hpp>
#include <blockopt/problem/coordinate_problem.hpp>
#include <blockopt/problem/detail/product_row_sums.hpp>
#include <blockopt/problem/detail/symmetric.hpp>

namespace blockopt {

/// f(W) = sum over rows of log sum_c exp(a_i'W_c) - a_i'W_(label of i), + l2/2 ||W||^2, with W of n features and k classes:
/// coordinate j k + c is feature j of class c. f = m ln k at W = 0.
///
/// It keeps the images A W, their exponentials and the sum of those for each row, so that derivative and move cost the
/// nonzeros of a column (and one exponential each), not k times as much. A row is normalized anew after k changes, and when
/// its sum has lost digits. Block bound: H_b = (I - 11'/q) (x) A_b'A_b / 2 (Boehning, Ann. Inst. Stat. Math. 44, 1992) with
/// q - 1 the number of classes in the block and at most k, classes outside of it being one. Natural blocks: the classes of a
/// feature.
template <class Design>
class softmax_regression {
 public:
  static constexpr double smallest_lipschitz = 1e-100;  ///< of columns without nonzeros

  /// Starts at W = 0. Raises invalid_option for less than two classes, labels that are not below `classes` or not one for
  /// each row, a negative l2, and a column that is not finite.
  softmax_regression(Design a, std::vector<std::uint32_t> labels, std::size_t classes, double l2 = 0)
      : a_(std::move(a)), label_(std::move(labels)), k_(classes), l2_(l2) {
    if (k_ < 2) raise<invalid_option>({"softmax_regression: classes = ", k_, "; at least 2 are needed"});
    if (label_.size() != a_.rows())
      raise<invalid_option>({"softmax_regression: ", label_.size(), " labels and ", a_.rows(), " rows"});
    for (std::size_t i = 0; i < label_.size(); ++i) {
      if (label_[i] >= k_)
        raise<invalid_option>({"softmax_regression: label ", i, " is ", label_[i], "; there are ", k_, " classes"});
    }
    if (!(l2_ >= 0 && std::isfinite(l2_)))
      raise<invalid_option>({"softmax_regression: l2 = ", l2_, "; it must not be negative"});
    square_.resize(a_.columns());
    for (std::size_t j = 0; j < square_.size(); ++j) {
      square_[j] = a_.squares(j, [](std::size_t) { return 1.0; });
      if (!std::isfinite(square_[j]))
        raise<invalid_option>({"softmax_regression: column ", j, " is not finite, or its squares are not"});
    }
    point_.resize(a_.columns() * k_);
    image_.resize(a_.rows() * k_);
    power_.resize(image_.size());
    shift_.resize(a_.rows());
    sum_.resize(a_.rows());
    peak_.resize(a_.rows());
    changes_.resize(a_.rows());
    for (std::size_t i = 0; i < a_.rows(); ++i) normalize(i);
  }

  [[nodiscard]] std::size_t size() const noexcept { return point_.size(); }
  [[nodiscard]] std::size_t classes() const noexcept { return k_; }
  [[nodiscard]] double at(std::size_t i) const noexcept { return point_[i]; }
  [[nodiscard]] std::span<const double> point() const noexcept { return point_; }
  [[nodiscard]] const Design& design() const noexcept { return a_; }
  /// Of class c at row i.
  [[nodiscard]] double probability(std::size_t i, std::size_t c) const noexcept { return power_[i * k_ + c] / sum_[i]; }

  [[nodiscard]] double derivative(std::size_t i) const {
    const std::size_t c = i % k_;
    return a_.dot(i / k_, [&](std::size_t r) { return residual(r, c); }) + l2_ * point_[i];
  }
  void move(std::size_t i, double d) {
    const std::size_t c = i % k_;
    point_[i] += d;
    a_.each(i / k_, [&](std::size_t r, double a) {
      if (a == 0) return;
      const double z = (image_[r * k_ + c] += d * a) - shift_[r], before = power_[r * k_ + c];
      sum_[r] += (power_[r * k_ + c] = std::exp(z)) - before;
      peak_[r] = std::max(peak_[r], sum_[r]);
      // Digits are lost where terms much larger than the sum have left it; before exponentials overflow they are rescaled.
      if (++changes_[r] >= k_ || !(z < 100) || sum_[r] < 0.25 * peak_[r]) normalize(r);
    });
  }
  /// Raises invalid_option for another size.
  void set(std::span<const double> x) {
    if (x.size() != size())
      raise<invalid_option>({"softmax_regression: a point of ", x.size(), " numbers; there are ", size()});
    point_.assign(x.begin(), x.end());
    image_.assign(image_.size(), 0.0);
    for (std::size_t j = 0; j < a_.columns(); ++j) {
      a_.each(j, [&](std::size_t r, double a) {
        for (std::size_t c = 0; c < k_; ++c) image_[r * k_ + c] += a * point_[j * k_ + c];
      });
    }
    for (std::size_t r = 0; r < a_.rows(); ++r) normalize(r);
  }
  void gradient(std::span<double> g) const {
    residual_.resize(image_.size());
    for (std::size_t r = 0; r < a_.rows(); ++r) {
      const double inverse = 1 / sum_[r];
      for (std::size_t c = 0; c < k_; ++c) residual_[r * k_ + c] = power_[r * k_ + c] * inverse;
      residual_[r * k_ + label_[r]] -= 1;
    }
    transposed_product(g);
    for (std::size_t i = 0; i < size(); ++i) g[i] += l2_ * point_[i];
  }
  [[nodiscard]] double value() const {
    double loss = 0, squares = 0;
    for (std::size_t r = 0; r < a_.rows(); ++r) loss += std::log(sum_[r]) + (shift_[r] - image_[r * k_ + label_[r]]);
    for (const double x : point_) squares += x * x;
    return loss + 0.5 * l2_ * squares;
  }

  /// ||a_j||^2 / 4 + l2: p (1 - p) is never above 1/4.
  [[nodiscard]] double lipschitz(std::size_t i) const noexcept {
    return std::max(0.25 * square_[i / k_] + l2_, smallest_lipschitz);
  }
  [[nodiscard]] double flops(std::size_t i) const noexcept { return 8.0 * static_cast<double>(a_.nonzeros(i / k_)); }
  [[nodiscard]] double gradient_flops() const noexcept {
    return static_cast<double>(k_) * (2.0 * static_cast<double>(a_.nonzeros()) + 2.0 * static_cast<double>(a_.rows()));
  }

  void curvature(std::span<const std::size_t> block, std::span<double> h) const {
    const double apart = 1 / static_cast<double>(parts(block));
    fill(block, h, [&](std::size_t, std::size_t c, std::size_t d) { return 0.5 * ((c == d ? 1.0 : 0.0) - apart); });
  }
  void hessian(std::span<const std::size_t> block, std::span<double> h) const {
    fill(block, h, [&](std::size_t r, std::size_t c, std::size_t d) {
      return probability(r, c) * ((c == d ? 1.0 : 0.0) - probability(r, d));
    });
  }
  /// The largest eigenvalue of H_b, as published steps have it. The sum of L_i is a bound too and may be less, half at least.
  [[nodiscard]] double block_lipschitz(std::span<const std::size_t> block) const {
    std::vector<double> h(block.size() * block.size());
    curvature(block, h);
    return std::max(detail::largest_eigenvalue(h, block.size()), smallest_lipschitz);
  }
  /// Costs O(n^2) products of columns.
  void curvature_row_sums(std::span<double> r) const {
    std::vector<double> feature(a_.columns());
    detail::product_row_sums(a_, feature);
    const double share = 1 - 1 / static_cast<double>(k_);  // half of 1 - 1/k and of k - 1 times 1/k
    for (std::size_t i = 0; i < size(); ++i) r[i] = share * feature[i / k_] + l2_;
  }

  template <class A>
  void archive(A& a) {
    a.same("classes", k_);
    a("point", point_);
    a("image", image_);
    a("power", power_);
    a("shift", shift_);
    a("sum", sum_);
    a("peak", peak_);
    a("changes", changes_);
  }

 private:
  [[nodiscard]] double residual(std::size_t r, std::size_t c) const noexcept {
    return probability(r, c) - (label_[r] == c ? 1.0 : 0.0);
  }

  /// Row i from its images, the largest exponential being 1.
  void normalize(std::size_t i) {
    const auto z = image_.begin() + static_cast<std::ptrdiff_t>(i * k_);
    shift_[i] = *std::max_element(z, z + static_cast<std::ptrdiff_t>(k_));
    sum_[i] = 0;
    for (std::size_t c = 0; c < k_; ++c) sum_[i] += power_[i * k_ + c] = std::exp(image_[i * k_ + c] - shift_[i]);
    peak_[i] = sum_[i];
    changes_[i] = 0;
  }

  /// g = A' residual.
  void transposed_product(std::span<double> g) const {
    if constexpr (std::is_same_v<Design, dense_columns>) {
      // Only products of matrices: Eigen's vector products sum from where memory is aligned, with other bits elsewhere.
      if (a_.columns() > 1 && a_.nonzeros() * k_ > 4096) {
        using row_major = Eigen::Matrix<double, Eigen::Dynamic, Eigen::Dynamic, Eigen::RowMajor>;
        const auto m = static_cast<Eigen::Index>(a_.rows()), n = static_cast<Eigen::Index>(a_.columns());
        const auto k = static_cast<Eigen::Index>(k_);
        const Eigen::Map<const Eigen::MatrixXd> a(a_.values_of(0).data(), m, n);
        const Eigen::Map<const row_major> from(residual_.data(), m, k);
        Eigen::Map<row_major>(g.data(), n, k).noalias() = a.transpose() * from;
        return;
      }
    }
    std::fill(g.begin(), g.end(), 0.0);
    for (std::size_t j = 0; j < a_.columns(); ++j) {
      double* const to = g.data() + j * k_;
      a_.each(j, [&](std::size_t r, double a) {
        const double* const from = residual_.data() + r * k_;
        for (std::size_t c = 0; c < k_; ++c) to[c] += a * from[c];
      });
    }
  }

  /// Classes that the block tells apart, all others being one.
  [[nodiscard]] std::size_t parts(std::span<const std::size_t> block) const {
    std::vector<std::size_t> present(block.size());
    for (std::size_t p = 0; p < block.size(); ++p) present[p] = block[p] % k_;
    std::sort(present.begin(), present.end());
    const auto last = std::unique(present.begin(), present.end());
    return std::min(k_, static_cast<std::size_t>(last - present.begin()) + 1);
  }

  template <class F>
  void fill(std::span<const std::size_t> block, std::span<double> h, const F& weight) const {
    const std::size_t size = block.size();
    for (std::size_t p = 0; p < size; ++p) {
      for (std::size_t q = p; q < size; ++q) {
        const std::size_t c = block[p] % k_, d = block[q] % k_;
        h[p * size + q] = h[q * size + p] =
            a_.cross(block[p] / k_, block[q] / k_, [&](std::size_t r) { return weight(r, c, d); });
      }
      h[p * size + p] += l2_;
    }
  }

  Design a_;
  std::vector<std::uint32_t> label_;
  std::size_t k_;
  double l2_;
  std::vector<double> square_, point_;
  std::vector<double> image_, power_;       ///< m x k, a row after the other: z, and exp(z - shift)
  std::vector<double> shift_, sum_, peak_;  ///< of each row; the largest sum since it was normalized
  std::vector<std::uint32_t> changes_;      ///< since then
  mutable std::vector<double> residual_;    ///< scratch
};

}  // namespace blockopt
