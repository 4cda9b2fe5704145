// SPDX-License-Identifier: MIT
// Part of blockopt: eigenvalues of symmetric matrices that are given as numbers, and solutions with them.
#pragma once

#include <algorithm>
#include <cmath>
#include <cstddef>
#include <limits>
#include <span>
#include <utility>

#include <Eigen/Core>

#include <blockopt/problem/detail/decompositions.hpp>

namespace blockopt::detail {

/// The largest eigenvalue of a symmetric n x n matrix, n at least 1. Beyond 256 an upper bound, the largest row sum of
/// absolute values (Gershgorin): eigenvalues cost the cube of n.
template <class = void>  // see decompositions.hpp
[[nodiscard]] double largest_eigenvalue(std::span<const double> matrix, std::size_t n) {
  if (n == 1) return matrix[0];
  const auto size = static_cast<Eigen::Index>(n);
  const Eigen::Map<const Eigen::MatrixXd> h(matrix.data(), size, size);
  if (n > 256) return h.cwiseAbs().colwise().sum().maxCoeff();
  return symmetric_eigenvalues(h).maxCoeff();
}

/// Solves with a symmetric n x n matrix H: by Cholesky where it is positive definite and its condition number below
/// 1 / (n epsilon), else by eigenvalues, of which those not above n epsilon times the largest |eigenvalue| count as 0: then
/// `solve` gives the solution of least norm, pinv(H) v. With `floor` > 0 it solves with |H| instead, whose eigenvalues are
/// max(|eigenvalue|, floor), so that -solve(g) is a direction of descent whatever H is.
class semidefinite_factor {
 public:
  semidefinite_factor() = default;
  template <class = void>
  semidefinite_factor(std::span<const double> matrix, std::size_t n, double floor = 0) {
    const auto size = static_cast<Eigen::Index>(n);
    const Eigen::Map<const Eigen::MatrixXd> h(matrix.data(), size, size);
    const double small_part = static_cast<double>(n) * std::numeric_limits<double>::epsilon();
    if (const cholesky factor(h); factor.works() && factor.rcond() > small_part) {
      vectors_ = factor.lower();
      return;
    }
    eigenpairs pairs = symmetric_eigenpairs(h);
    vectors_ = std::move(pairs.vectors);
    inverse_ = std::move(pairs.values);
    const double cut = small_part * inverse_.cwiseAbs().maxCoeff();
    for (double& e : inverse_) {
      if (floor > 0) e = 1 / std::max(std::fabs(e), floor);
      else e = e > cut ? 1 / e : 0.0;
    }
  }

  [[nodiscard]] std::size_t size() const noexcept { return static_cast<std::size_t>(vectors_.rows()); }
  [[nodiscard]] std::size_t bytes() const noexcept {
    return static_cast<std::size_t>(vectors_.size() + inverse_.size()) * sizeof(double);
  }
  /// v <- H^-1 v.
  template <class = void>
  void solve(std::span<double> v) const {
    if (inverse_.size() == 0) {
      solve_lower_in_place(vectors_, v);
      solve_lower_transposed_in_place(vectors_, v);
    } else {
      Eigen::Map<Eigen::VectorXd> x(v.data(), static_cast<Eigen::Index>(v.size()));
      const Eigen::VectorXd parts = vectors_.transpose() * x;
      x = vectors_ * parts.cwiseProduct(inverse_);
    }
  }

 private:
  Eigen::MatrixXd vectors_;  // the Cholesky factor, or the eigenvectors
  Eigen::VectorXd inverse_;  // of the eigenvalues; empty with Cholesky
};

}  // namespace blockopt::detail
