// SPDX-License-Identifier: MIT
// Part of blockopt: quadratics in coordinates, dense or sparse, that keep their gradient.
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
#include <Eigen/SparseCore>

#include <blockopt/error.hpp>
#include <blockopt/problem/columns.hpp>
#include <blockopt/problem/coordinate_problem.hpp>
#include <blockopt/problem/detail/block_factors.hpp>
#include <blockopt/problem/detail/decompositions.hpp>
#include <blockopt/problem/detail/symmetric.hpp>

namespace blockopt {

/// f(x) = x'Ax/2 - b'x with A symmetric and positive definite. It keeps the gradient g = A x - b: a derivative costs
/// nothing, a move the nonzeros of a column. `Matrix`: dense_columns or sparse_columns.
template <class Matrix>
class quadratic_model {
 public:
  static constexpr bool sparse = std::is_same_v<Matrix, sparse_columns>;

  /// Starts at x = 0. Finds x* by a Cholesky factorization with refinement. Raises invalid_option for a matrix that is
  /// not square, not symmetric or not positive definite, and for a b of another size or with what is not finite.
  quadratic_model(Matrix a, std::vector<double> linear) : a_(std::move(a)), linear_(std::move(linear)) {
    const std::size_t n = a_.columns();
    if (a_.rows() != n || linear_.size() != n || n == 0)
      raise<invalid_option>(
          {"quadratic_model: a matrix of ", a_.rows(), " x ", n, " and a linear part of ", linear_.size(), " numbers"});
    for (std::size_t i = 0; i < n; ++i) {
      if (!std::isfinite(linear_[i])) raise<invalid_option>({"quadratic_model: element ", i, " of b is ", linear_[i]});
    }
    set_diagonal();
    point_.assign(n, 0.0);
    gradient_.resize(n);
    for (std::size_t i = 0; i < n; ++i) gradient_[i] = -linear_[i];
    solve();
  }

  [[nodiscard]] std::size_t size() const noexcept { return point_.size(); }
  [[nodiscard]] double at(std::size_t i) const noexcept { return point_[i]; }
  [[nodiscard]] std::span<const double> point() const noexcept { return point_; }
  [[nodiscard]] const Matrix& matrix() const noexcept { return a_; }
  [[nodiscard]] std::span<const double> linear() const noexcept { return linear_; }

  [[nodiscard]] double derivative(std::size_t i) const noexcept { return gradient_[i]; }
  void gradient(std::span<double> g) const noexcept { std::copy(gradient_.begin(), gradient_.end(), g.begin()); }
  void move(std::size_t i, double d) {
    point_[i] += d;
    a_.add(i, d, gradient_);
  }
  /// Raises invalid_option for another size.
  void set(std::span<const double> x) {
    if (x.size() != size())
      raise<invalid_option>({"quadratic_model: a point of ", x.size(), " numbers; there are ", size()});
    point_.assign(x.begin(), x.end());
    for (std::size_t i = 0; i < size(); ++i) gradient_[i] = -linear_[i];
    for (std::size_t i = 0; i < size(); ++i) {
      if (point_[i] != 0) a_.add(i, point_[i], gradient_);
    }
  }
  [[nodiscard]] double value() const noexcept {  // x'(g - b)/2
    double sum = 0;
    for (std::size_t i = 0; i < size(); ++i) sum += point_[i] * (gradient_[i] - linear_[i]);
    return 0.5 * sum;
  }
  [[nodiscard]] double optimum() const noexcept { return optimum_; }                       ///< f* = -b'x*/2
  [[nodiscard]] std::span<const double> minimizer() const noexcept { return minimizer_; }  ///< x* = A^-1 b
  /// (x - x*)'A(x - x*)/2: accurate far below the rounding of f.
  [[nodiscard]] double suboptimality() const {
    std::vector<double> error(size()), product(size());
    for (std::size_t i = 0; i < size(); ++i) error[i] = point_[i] - minimizer_[i];
    for (std::size_t i = 0; i < size(); ++i) a_.add(i, error[i], product);
    double sum = 0;
    for (std::size_t i = 0; i < size(); ++i) sum += error[i] * product[i];
    return 0.5 * sum;
  }

  [[nodiscard]] double lipschitz(std::size_t i) const noexcept { return diagonal_[i]; }  ///< A_ii
  [[nodiscard]] double exact(std::size_t i) const noexcept { return -gradient_[i] / diagonal_[i]; }
  /// The solution of A_bb d = -g_b.
  void exact_block(std::span<const std::size_t> block, std::span<double> d) const {
    std::vector<double> h(block.size() * block.size());
    curvature(block, h);
    for (std::size_t k = 0; k < block.size(); ++k) d[k] = -gradient_[block[k]];
    detail::semidefinite_factor(h, block.size()).solve(d);
  }
  [[nodiscard]] double change(std::size_t i, double d) const noexcept {
    return d * (gradient_[i] + 0.5 * diagonal_[i] * d);
  }

  /// The image is the gradient, A x - b.
  [[nodiscard]] std::size_t image_size() const noexcept { return size(); }
  void start_image(std::span<double> z) const noexcept {
    for (std::size_t i = 0; i < z.size(); ++i) z[i] = -linear_[i];
  }
  void add_image(std::size_t i, double d, std::span<double> z) const noexcept { a_.add(i, d, z); }
  [[nodiscard]] double derivative_at(std::size_t i, double c, std::span<const double> u, std::span<const double> w,
                                     double) const noexcept {
    return u[i] + c * w[i];
  }

  [[nodiscard]] double flops(std::size_t i) const noexcept { return 2.0 * static_cast<double>(a_.nonzeros(i)); }
  /// Of a gradient that is computed anew. Runs are charged with this, although it is kept here, so that a policy costs
  /// the same wherever it is used.
  [[nodiscard]] double gradient_flops() const noexcept { return 2.0 * static_cast<double>(a_.nonzeros()); }
  [[nodiscard]] std::span<const std::uint32_t> neighbours(std::size_t i) const noexcept requires sparse {
    return a_.rows_of(i);
  }

  void curvature(std::span<const std::size_t> block, std::span<double> h) const {
    const std::size_t k = block.size();
    for (std::size_t p = 0; p < k; ++p) {
      for (std::size_t q = 0; q < k; ++q) h[p * k + q] = element(block[q], block[p]);
    }
  }
  void curvature_row_sums(std::span<double> r) const {
    for (std::size_t j = 0; j < size(); ++j) {
      r[j] = 0;
      for (const double v : a_.values_of(j)) r[j] += std::fabs(v);
    }
  }
  void hessian(std::span<const std::size_t> block, std::span<double> h) const { curvature(block, h); }
  [[nodiscard]] double quadratic_decrease(std::span<const std::size_t> block, std::span<const double> g) const {
    return factors_.decrease(block, g, [&](std::span<double> h) { curvature(block, h); });
  }
  [[nodiscard]] double block_lipschitz(std::span<const std::size_t> block) const {
    std::vector<double> h(block.size() * block.size());
    curvature(block, h);
    return detail::largest_eigenvalue(h, block.size());
  }

  template <class A>
  void archive(A& a) {
    a("point", point_);
    a("gradient", gradient_);
  }

 private:
  [[nodiscard]] double element(std::size_t i, std::size_t j) const noexcept {
    if constexpr (sparse) {
      const auto rows = a_.rows_of(j);
      const auto at = std::lower_bound(rows.begin(), rows.end(), static_cast<std::uint32_t>(i));
      return at != rows.end() && *at == i ? a_.values_of(j)[static_cast<std::size_t>(at - rows.begin())] : 0.0;
    } else {
      return a_.values_of(j)[i];
    }
  }

  void set_diagonal() {
    diagonal_.resize(a_.columns());
    for (std::size_t j = 0; j < a_.columns(); ++j) {
      diagonal_[j] = element(j, j);
      if (!(diagonal_[j] > 0))
        raise<invalid_option>({"quadratic_model: the diagonal element ", j, " is ", diagonal_[j],
                               "; the matrix is not positive definite"});
      const auto check = [&](std::size_t i) {
        if (element(i, j) != element(j, i))
          raise<invalid_option>({"quadratic_model: the matrix is not symmetric at row ", i, ", column ", j});
      };
      if constexpr (sparse) {
        for (const std::size_t i : a_.rows_of(j)) check(i);
      } else {
        for (std::size_t i = 0; i < j; ++i) check(i);
      }
    }
  }

  /// x* by Cholesky, refined with residuals in long double.
  void solve() {
    const auto n = static_cast<Eigen::Index>(a_.columns());
    const auto refine = [&](const auto& factor) {
      if (!factor.works()) raise<invalid_option>("quadratic_model: the matrix is not positive definite");
      std::vector<long double> x(size());
      for (int round = 0; round < 4; ++round) {
        std::vector<long double> r(linear_.begin(), linear_.end());
        for (std::size_t j = 0; j < size(); ++j) {
          if constexpr (sparse) {
            for (std::size_t k = 0; k < a_.nonzeros(j); ++k) r[a_.rows_of(j)[k]] -= x[j] * a_.values_of(j)[k];
          } else {
            for (std::size_t i = 0; i < size(); ++i) r[i] -= x[j] * a_.values_of(j)[i];
          }
        }
        Eigen::VectorXd rounded(n);
        for (std::size_t i = 0; i < size(); ++i) rounded[static_cast<Eigen::Index>(i)] = static_cast<double>(r[i]);
        const Eigen::VectorXd d = factor.solve(rounded);
        for (std::size_t i = 0; i < size(); ++i) x[i] += d[static_cast<Eigen::Index>(i)];
      }
      long double sum = 0;
      for (std::size_t i = 0; i < size(); ++i) sum += x[i] * linear_[i];
      minimizer_.assign(x.begin(), x.end());
      optimum_ = static_cast<double>(-0.5L * sum);
    };
    if constexpr (sparse) {
      std::vector<Eigen::Triplet<double>> entries;
      for (std::size_t j = 0; j < size(); ++j) {
        for (std::size_t k = 0; k < a_.nonzeros(j); ++k)
          entries.emplace_back(static_cast<int>(a_.rows_of(j)[k]), static_cast<int>(j), a_.values_of(j)[k]);
      }
      Eigen::SparseMatrix<double> matrix(n, n);
      matrix.setFromTriplets(entries.begin(), entries.end());
      refine(detail::sparse_cholesky(matrix));
    } else {
      refine(detail::cholesky(Eigen::Map<const Eigen::MatrixXd>(a_.values_of(0).data(), n, n)));
    }
  }

  Matrix a_;
  std::vector<double> linear_, point_, gradient_, diagonal_, minimizer_;
  double optimum_ = 0;
  mutable detail::block_factors factors_;
};

}  // namespace blockopt
