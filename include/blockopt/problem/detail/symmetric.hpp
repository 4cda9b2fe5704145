// SPDX-License-Identifier: MIT
// Part of blockopt: eigenvalues of symmetric matrices that are given as numbers, and solutions with them.
#pragma once

#include <algorithm>
#include <cmath>
#include <cstddef>
#include <limits>
#include <span>

#include <Eigen/Cholesky>
#include <Eigen/Core>
#include <Eigen/Eigenvalues>

namespace blockopt::detail {

/// The largest eigenvalue of a symmetric n x n matrix, n at least 1. Beyond 256 an upper bound, the largest row sum of
/// absolute values (Gershgorin): eigenvalues cost the cube of n.
[[nodiscard]] inline double largest_eigenvalue(std::span<const double> matrix, std::size_t n) {
  if (n == 1) return matrix[0];
  const auto size = static_cast<Eigen::Index>(n);
  const Eigen::Map<const Eigen::MatrixXd> h(matrix.data(), size, size);
  if (n > 256) return h.cwiseAbs().colwise().sum().maxCoeff();
  return Eigen::SelfAdjointEigenSolver<Eigen::MatrixXd>(h, Eigen::EigenvaluesOnly).eigenvalues().maxCoeff();
}

/// Solves with a symmetric n x n matrix H: by Cholesky where it is positive definite and its condition number below
/// 1 / (n epsilon), else by eigenvalues, of which those not above n epsilon times the largest |eigenvalue| count as 0: then
/// `solve` gives the solution of least norm, pinv(H) v. With `floor` > 0 it solves with |H| instead, whose eigenvalues are
/// max(|eigenvalue|, floor), so that -solve(g) is a direction of descent whatever H is.
class semidefinite_factor {
 public:
  semidefinite_factor() = default;
  semidefinite_factor(std::span<const double> matrix, std::size_t n, double floor = 0) {
    const auto size = static_cast<Eigen::Index>(n);
    const Eigen::Map<const Eigen::MatrixXd> h(matrix.data(), size, size);
    const double small_part = static_cast<double>(n) * std::numeric_limits<double>::epsilon();
    const Eigen::LLT<Eigen::MatrixXd> cholesky(h);
    if (cholesky.info() == Eigen::Success && cholesky.rcond() > small_part) {
      vectors_ = cholesky.matrixL();
      return;
    }
    const Eigen::SelfAdjointEigenSolver<Eigen::MatrixXd> solver(h);
    vectors_ = solver.eigenvectors();
    inverse_ = solver.eigenvalues();
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
  void solve(std::span<double> v) const {
    Eigen::Map<Eigen::VectorXd> x(v.data(), static_cast<Eigen::Index>(v.size()));
    if (inverse_.size() == 0) {
      vectors_.triangularView<Eigen::Lower>().solveInPlace(x);
      vectors_.triangularView<Eigen::Lower>().transpose().solveInPlace(x);
    } else {
      const Eigen::VectorXd parts = vectors_.transpose() * x;
      x = vectors_ * parts.cwiseProduct(inverse_);
    }
  }

 private:
  Eigen::MatrixXd vectors_;  // the Cholesky factor, or the eigenvectors
  Eigen::VectorXd inverse_;  // of the eigenvalues; empty with Cholesky
};

}  // namespace blockopt::detail
