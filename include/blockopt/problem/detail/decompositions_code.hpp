// SPDX-License-Identifier: MIT
// Part of blockopt: the code of decompositions.hpp, which says who includes it.
#pragma once

#include <span>

#include <Eigen/Cholesky>
#include <Eigen/Core>
#include <Eigen/Eigenvalues>
#include <Eigen/QR>
#include <Eigen/SVD>
#include <Eigen/SparseCholesky>
#include <Eigen/SparseCore>

#include <blockopt/problem/detail/decompositions.hpp>

namespace blockopt::detail {

BLOCKOPT_DECOMPOSITION_CODE Eigen::VectorXd symmetric_eigenvalues(const Eigen::MatrixXd& m) {
  return Eigen::SelfAdjointEigenSolver<Eigen::MatrixXd>(m, Eigen::EigenvaluesOnly).eigenvalues();
}
BLOCKOPT_DECOMPOSITION_CODE eigenpairs symmetric_eigenpairs(const Eigen::MatrixXd& m) {
  const Eigen::SelfAdjointEigenSolver<Eigen::MatrixXd> solver(m);
  return {.values = solver.eigenvalues(), .vectors = solver.eigenvectors()};
}
BLOCKOPT_DECOMPOSITION_CODE double spectral_radius(const Eigen::MatrixXd& m) {
  return Eigen::EigenSolver<Eigen::MatrixXd>(m, false).eigenvalues().cwiseAbs().maxCoeff();
}
BLOCKOPT_DECOMPOSITION_CODE Eigen::VectorXd singular_values(const Eigen::MatrixXd& m) {
  return Eigen::BDCSVD<Eigen::MatrixXd>(m).singularValues();
}
BLOCKOPT_DECOMPOSITION_CODE Eigen::MatrixXd orthonormal(const Eigen::MatrixXd& m) {
  return Eigen::HouseholderQR<Eigen::MatrixXd>(m).householderQ() * Eigen::MatrixXd::Identity(m.rows(), m.cols());
}

BLOCKOPT_DECOMPOSITION_CODE cholesky::cholesky(const Eigen::MatrixXd& m) : factor_(m) {}
BLOCKOPT_DECOMPOSITION_CODE double cholesky::rcond() const { return factor_.rcond(); }
BLOCKOPT_DECOMPOSITION_CODE Eigen::MatrixXd cholesky::lower() const { return factor_.matrixL(); }
BLOCKOPT_DECOMPOSITION_CODE Eigen::VectorXd cholesky::solve(const Eigen::VectorXd& b) const { return factor_.solve(b); }
BLOCKOPT_DECOMPOSITION_CODE Eigen::MatrixXd cholesky::solve(const Eigen::MatrixXd& b) const { return factor_.solve(b); }
BLOCKOPT_DECOMPOSITION_CODE Eigen::MatrixXd cholesky::solve_lower(const Eigen::MatrixXd& b) const {
  return factor_.matrixL().solve(b);
}

BLOCKOPT_DECOMPOSITION_CODE sparse_cholesky::sparse_cholesky(const Eigen::SparseMatrix<double>& m) : factor_(m) {}
BLOCKOPT_DECOMPOSITION_CODE Eigen::VectorXd sparse_cholesky::solve(const Eigen::VectorXd& b) const {
  return factor_.solve(b);
}

BLOCKOPT_DECOMPOSITION_CODE pivoted_cholesky::pivoted_cholesky(const Eigen::MatrixXd& m) : factor_(m) {}
BLOCKOPT_DECOMPOSITION_CODE Eigen::VectorXd pivoted_cholesky::solve(const Eigen::VectorXd& b) const {
  return factor_.solve(b);
}

BLOCKOPT_DECOMPOSITION_CODE least_squares_factor::least_squares_factor(const Eigen::MatrixXd& m) : factor_(m) {}
BLOCKOPT_DECOMPOSITION_CODE Eigen::VectorXd least_squares_factor::solve(const Eigen::VectorXd& b) const {
  return factor_.solve(b);
}

BLOCKOPT_DECOMPOSITION_CODE void solve_lower_in_place(const Eigen::MatrixXd& l, std::span<double> x) {
  Eigen::Map<Eigen::VectorXd> v(x.data(), static_cast<Eigen::Index>(x.size()));
  l.triangularView<Eigen::Lower>().solveInPlace(v);
}
BLOCKOPT_DECOMPOSITION_CODE void solve_lower_transposed_in_place(const Eigen::MatrixXd& l, std::span<double> x) {
  Eigen::Map<Eigen::VectorXd> v(x.data(), static_cast<Eigen::Index>(x.size()));
  l.triangularView<Eigen::Lower>().transpose().solveInPlace(v);
}

}  // namespace blockopt::detail
