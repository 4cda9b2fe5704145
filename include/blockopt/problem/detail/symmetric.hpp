// SPDX-License-Identifier: MIT
// Part of blockopt: eigenvalues of symmetric matrices that are given as numbers.
#pragma once

#include <cstddef>
#include <span>

#include <Eigen/Core>
#include <Eigen/Eigenvalues>

namespace blockopt::detail {

/// The largest eigenvalue of a symmetric n x n matrix, n at least 1.
[[nodiscard]] inline double largest_eigenvalue(std::span<const double> matrix, std::size_t n) {
  if (n == 1) return matrix[0];
  const auto size = static_cast<Eigen::Index>(n);
  const Eigen::Map<const Eigen::MatrixXd> h(matrix.data(), size, size);
  return Eigen::SelfAdjointEigenSolver<Eigen::MatrixXd>(h, Eigen::EigenvaluesOnly).eigenvalues().maxCoeff();
}

}  // namespace blockopt::detail
