// SPDX-License-Identifier: MIT
// Part of blockopt: a loss of A x and a penalty on x: least squares, ridge, lasso, logistic regression, dual machines.
#pragma once

#include <algorithm>
#include <cmath>
#include <cstddef>
#include <limits>
#include <span>
#include <type_traits>
#include <utility>
#include <vector>

#include <blockopt/error.hpp>
#include <blockopt/problem/columns.hpp>
#include <blockopt/problem/coordinate_problem.hpp>
#include <blockopt/problem/detail/block_factors.hpp>
#include <blockopt/problem/detail/product_row_sums.hpp>
#include <blockopt/problem/detail/symmetric.hpp>
#include <blockopt/problem/loss.hpp>
#include <blockopt/problem/penalty.hpp>

namespace blockopt {

/// f(x) = sum_i phi_i((A x)_i) + sum_j psi(x_j), A of m rows and n columns. It keeps the image z = A x (for the squared
/// loss the residual), so that derivative and move cost the nonzeros of a column. `Design`: sparse_columns or
/// dense_columns.
///
/// | loss, penalty | problem |
/// |---|---|
/// | squared_loss, no_penalty or ridge_penalty | least squares, ridge regression |
/// | squared_loss, l1_penalty | lasso, elastic net |
/// | squared_loss with y = 0, box_penalty | duals of support vector machines, column j being y_j times sample j |
/// | logistic_loss, ridge_penalty or l1_penalty | logistic regression |
///
/// A column without nonzeros has L_j = smallest_lipschitz instead of 0: steps of 1 / L_j then go to the minimum of the
/// penalty, or stay where there is none.
template <class Design, class Loss, class Penalty = no_penalty>
class linear_model {
 public:
  static constexpr double smallest_lipschitz = 1e-100;

  /// Starts at x = 0. Raises invalid_option where loss and matrix have different numbers of rows, and for a column that
  /// is not finite.
  linear_model(Design a, Loss loss, Penalty penalty = {})
      : a_(std::move(a)), loss_(std::move(loss)), penalty_(std::move(penalty)) {
    if (loss_.rows() != a_.rows())
      raise<invalid_option>({"linear_model: the loss has ", loss_.rows(), " rows and the matrix ", a_.rows()});
    point_.assign(a_.columns(), 0.0);
    image_.resize(a_.rows());
    for (std::size_t i = 0; i < image_.size(); ++i) image_[i] = loss_.start(i);
    lipschitz_.resize(a_.columns());
    for (std::size_t j = 0; j < lipschitz_.size(); ++j) {
      lipschitz_[j] = loss_.bound() * a_.squares(j, [](std::size_t) { return 1.0; }) + penalty_.l2;
      if (!std::isfinite(lipschitz_[j]))
        raise<invalid_option>({"linear_model: column ", j, " is not finite, or its squares are not"});
      lipschitz_[j] = std::max(lipschitz_[j], smallest_lipschitz);
    }
  }

  [[nodiscard]] std::size_t size() const noexcept { return point_.size(); }
  [[nodiscard]] double at(std::size_t j) const noexcept { return point_[j]; }
  [[nodiscard]] std::span<const double> point() const noexcept { return point_; }
  [[nodiscard]] std::span<const double> image() const noexcept { return image_; }
  [[nodiscard]] const Design& design() const noexcept { return a_; }
  [[nodiscard]] const Loss& loss() const noexcept { return loss_; }
  [[nodiscard]] const Penalty& penalty() const noexcept { return penalty_; }

  [[nodiscard]] double derivative(std::size_t j) const {
    const double* const z = image_.data();
    const double g = a_.dot(j, [&, z](std::size_t i) { return loss_.derivative(i, z[i]); });
    if constexpr (std::is_same_v<Penalty, no_penalty>) return g;
    else return g + smooth(point_[j]);
  }
  void move(std::size_t j, double d) {
    if constexpr (requires { penalty_.moved(d, d); }) point_[j] = penalty_.moved(point_[j], d);
    else point_[j] += d;
    a_.add(j, d, image_);
  }
  /// Raises invalid_option for another size.
  void set(std::span<const double> x) {
    if (x.size() != size())
      raise<invalid_option>({"linear_model: a point of ", x.size(), " numbers; there are ", size()});
    point_.assign(x.begin(), x.end());
    for (std::size_t i = 0; i < image_.size(); ++i) image_[i] = loss_.start(i);
    for (std::size_t j = 0; j < size(); ++j) {
      if (point_[j] != 0) a_.add(j, point_[j], image_);
    }
  }
  void gradient(std::span<double> g) const {
    slope_.resize(image_.size());
    for (std::size_t i = 0; i < slope_.size(); ++i) slope_[i] = loss_.derivative(i, image_[i]);
    for (std::size_t j = 0; j < size(); ++j)
      g[j] = a_.dot(j, [&](std::size_t i) { return slope_[i]; }) + smooth(point_[j]);
  }
  [[nodiscard]] double value() const {
    double sum = 0, parts = 0;
    for (std::size_t i = 0; i < image_.size(); ++i) sum += loss_.value(i, image_[i]);
    for (const double x : point_) {
      parts += (0.5 * penalty_.l2 * x + penalty_.linear) * x;
      if constexpr (Penalty::composite) parts += penalty_.psi(x);
    }
    return sum + parts;
  }
  [[nodiscard]] double lipschitz(std::size_t j) const noexcept { return lipschitz_[j]; }
  [[nodiscard]] double flops(std::size_t j) const noexcept { return 4.0 * static_cast<double>(a_.nonzeros(j)); }
  [[nodiscard]] double gradient_flops() const noexcept { return 2.0 * static_cast<double>(a_.nonzeros()); }

  [[nodiscard]] double prox(std::size_t, double v, double l) const noexcept requires Penalty::composite {
    return penalty_.prox(v, l);
  }
  [[nodiscard]] double subgradient(std::size_t j, double g) const noexcept requires Penalty::composite {
    return penalty_.least(point_[j], g);
  }
  [[nodiscard]] double psi_change(std::size_t j, double d) const noexcept requires Penalty::composite {
    if constexpr (requires { penalty_.moved(d, d); })
      return penalty_.psi(penalty_.moved(point_[j], d)) - penalty_.psi(point_[j]);
    else return penalty_.psi(point_[j] + d) - penalty_.psi(point_[j]);
  }

  /// Closed form, for the squared loss: the prox-linear step with L_j.
  [[nodiscard]] double exact(std::size_t j) const requires Loss::quadratic {
    const double l = lipschitz_[j];
    const double v = -derivative(j) / l;
    if constexpr (Penalty::composite) return penalty_.prox(point_[j] + v, l) - point_[j];
    else return v;
  }

  /// Closed form, for the squared loss: the solution of least norm of (A_b'A_b + l2) d = -g_b.
  void exact_block(std::span<const std::size_t> block, std::span<double> d) const
      requires(Loss::quadratic && !Penalty::composite) {
    std::vector<double> h(block.size() * block.size());
    curvature(block, h);
    for (std::size_t k = 0; k < block.size(); ++k) d[k] = -derivative(block[k]);
    detail::semidefinite_factor(h, block.size()).solve(d);
  }

  /// f(x + d e_j) - f(x), row by row.
  [[nodiscard]] double change(std::size_t j, double d) const {
    const double x = point_[j];
    double sum = d * (penalty_.l2 * (x + 0.5 * d) + penalty_.linear);
    if constexpr (Penalty::composite) sum += psi_change(j, d);
    return sum + a_.sum(j, [&](std::size_t i, double a) {
      const double step = a * d, z = image_[i];
      if constexpr (Loss::quadratic) return step * (loss_.derivative(i, z) + 0.5 * loss_.bound() * step);
      else if constexpr (requires { loss_.change(i, z, step); }) return loss_.change(i, z, step);
      else return loss_.value(i, z + step) - loss_.value(i, z);
    });
  }

  [[nodiscard]] std::size_t image_size() const noexcept { return image_.size(); }
  void start_image(std::span<double> z) const {
    for (std::size_t i = 0; i < z.size(); ++i) z[i] = loss_.start(i);
  }
  void add_image(std::size_t j, double d, std::span<double> z) const { a_.add(j, d, z); }
  [[nodiscard]] double derivative_at(std::size_t j, double c, std::span<const double> u, std::span<const double> w,
                                     double x) const {
    return a_.dot(j, [&](std::size_t i) { return loss_.derivative(i, u[i] + c * w[i]); }) + smooth(x);
  }

  /// H_b = bound A_b'A_b + l2, column-major.
  void curvature(std::span<const std::size_t> block, std::span<double> h) const {
    fill(block, h, [&](std::size_t) { return loss_.bound(); });
  }
  /// Costs O(n^2) products of columns.
  void curvature_row_sums(std::span<double> r) const {
    detail::product_row_sums(a_, r);
    for (double& v : r) v = loss_.bound() * v + penalty_.l2;
  }
  void hessian(std::span<const std::size_t> block, std::span<double> h) const {
    fill(block, h, [&](std::size_t i) { return loss_.curvature(i, image_[i]); });
  }
  [[nodiscard]] double quadratic_decrease(std::span<const std::size_t> block, std::span<const double> g) const {
    return factors_.decrease(block, g, [&](std::span<double> h) { curvature(block, h); });
  }
  /// The largest eigenvalue of H_b.
  [[nodiscard]] double block_lipschitz(std::span<const std::size_t> block) const {
    std::vector<double> h(block.size() * block.size());
    curvature(block, h);
    return std::max(detail::largest_eigenvalue(h, block.size()), smallest_lipschitz);
  }

  /// f(x) + f_dual(s u) >= f - f*, with u the derivatives of the loss at x, scaled by s <= 1 into the domain of the
  /// penalty's conjugate (lasso: Mairal's dual point). Infinite where that does not lead into it.
  [[nodiscard]] double duality_gap() const requires(!std::is_same_v<Penalty, no_penalty>) {
    slope_.resize(image_.size());
    correlation_.resize(size());
    for (std::size_t i = 0; i < slope_.size(); ++i) slope_[i] = loss_.derivative(i, image_[i]);
    for (std::size_t j = 0; j < size(); ++j) correlation_[j] = a_.dot(j, [&](std::size_t i) { return slope_[i]; });
    double s = 1;
    for (const double c : correlation_) s = std::min(s, penalty_.scale(-c));
    double dual = 0;
    for (std::size_t i = 0; i < slope_.size(); ++i) dual += loss_.conjugate(i, s * slope_[i]);
    for (std::size_t j = 0; j < size(); ++j) dual += penalty_.conjugate(-s * correlation_[j]);
    return value() + dual;
  }
  /// psi(x_j) + psi*(-A_j'u) + x_j A_j'u, for the unscaled u: not negative, and their sum is a gap, above f - f*. For
  /// l1 without l2, where psi* is infinite beyond l1, of the same problem with |x_j| <= B = (loss at x = 0) / l1 added,
  /// which changes no minimum and makes psi*(v) = B max(0, |v| - l1) ("Lipschitzing", Duenner et al., ICML 2016).
  /// Losses are not negative, so B holds at every point that is not worse than 0.
  [[nodiscard]] double gap_part(std::size_t j) const requires(!std::is_same_v<Penalty, no_penalty>) {
    const double c = a_.dot(j, [&](std::size_t i) { return loss_.derivative(i, image_[i]); });
    const double x = point_[j];
    double conjugate = penalty_.conjugate(-c);
    if constexpr (requires { penalty_.l1; }) {
      if (conjugate == std::numeric_limits<double>::infinity() && penalty_.l1 > 0 && penalty_.linear == 0) {
        if (bound_ < 0) {
          bound_ = 0;
          for (std::size_t i = 0; i < image_.size(); ++i) bound_ += loss_.value(i, loss_.start(i));
          bound_ /= penalty_.l1;
        }
        conjugate = bound_ * (std::fabs(c) - penalty_.l1);
      }
    }
    double sum = (0.5 * penalty_.l2 * x + penalty_.linear) * x + conjugate + x * c;
    if constexpr (Penalty::composite) sum += penalty_.psi(x);
    return sum < 0 ? 0.0 : sum;  // rounding
  }

  template <class A>
  void archive(A& a) {
    a("point", point_);
    a("image", image_);
  }

 private:
  [[nodiscard]] double smooth(double x) const noexcept { return penalty_.l2 * x + penalty_.linear; }

  template <class F>
  void fill(std::span<const std::size_t> block, std::span<double> h, const F& weight) const {
    const std::size_t k = block.size();
    for (std::size_t p = 0; p < k; ++p) {
      for (std::size_t q = p; q < k; ++q) h[p * k + q] = h[q * k + p] = a_.cross(block[p], block[q], weight);
      h[p * k + p] += penalty_.l2;
    }
  }

  Design a_;
  Loss loss_;
  Penalty penalty_;
  std::vector<double> point_, image_, lipschitz_;
  mutable std::vector<double> slope_, correlation_;  // scratch, kept so that greedy policies do not allocate
  mutable detail::block_factors factors_;
  mutable double bound_ = -1;  // B of gap_part
};

}  // namespace blockopt
