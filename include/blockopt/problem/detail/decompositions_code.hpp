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

BLOCKOPT_DECOMPOSITION Eigen::VectorXd symmetric_eigenvalues(const Eigen::MatrixXd& m) {
  return Eigen::SelfAdjointEigenSolver<Eigen::MatrixXd>(m, Eigen::EigenvaluesOnly).eigenvalues();
}
BLOCKOPT_DECOMPOSITION eigenpairs symmetric_eigenpairs(const Eigen::MatrixXd& m) {
  const Eigen::SelfAdjointEigenSolver<Eigen::MatrixXd> solver(m);
  return {.values = solver.eigenvalues(), .vectors = solver.eigenvectors()};
}
BLOCKOPT_DECOMPOSITION double spectral_radius(const Eigen::MatrixXd& m) {
  return Eigen::EigenSolver<Eigen::MatrixXd>(m, false).eigenvalues().cwiseAbs().maxCoeff();
}
BLOCKOPT_DECOMPOSITION Eigen::VectorXd singular_values(const Eigen::MatrixXd& m) {
  return Eigen::BDCSVD<Eigen::MatrixXd>(m).singularValues();
}
BLOCKOPT_DECOMPOSITION Eigen::MatrixXd orthonormal(const Eigen::MatrixXd& m) {
  return Eigen::HouseholderQR<Eigen::MatrixXd>(m).householderQ() * Eigen::MatrixXd::Identity(m.rows(), m.cols());
}

BLOCKOPT_DECOMPOSITION cholesky::cholesky(const Eigen::MatrixXd& m) : factor_(m) {}
BLOCKOPT_DECOMPOSITION double cholesky::rcond() const { return factor_.rcond(); }
BLOCKOPT_DECOMPOSITION Eigen::MatrixXd cholesky::lower() const { return factor_.matrixL(); }
BLOCKOPT_DECOMPOSITION Eigen::VectorXd cholesky::solve(const Eigen::VectorXd& b) const { return factor_.solve(b); }
BLOCKOPT_DECOMPOSITION Eigen::MatrixXd cholesky::solve(const Eigen::MatrixXd& b) const { return factor_.solve(b); }
BLOCKOPT_DECOMPOSITION Eigen::MatrixXd cholesky::solve_lower(const Eigen::MatrixXd& b) const {
  return factor_.matrixL().solve(b);
}

BLOCKOPT_DECOMPOSITION sparse_cholesky::sparse_cholesky(const Eigen::SparseMatrix<double>& m) : factor_(m) {}
BLOCKOPT_DECOMPOSITION Eigen::VectorXd sparse_cholesky::solve(const Eigen::VectorXd& b) const {
  return factor_.solve(b);
}

BLOCKOPT_DECOMPOSITION pivoted_cholesky::pivoted_cholesky(const Eigen::MatrixXd& m) : factor_(m) {}
BLOCKOPT_DECOMPOSITION Eigen::VectorXd pivoted_cholesky::solve(const Eigen::VectorXd& b) const {
  return factor_.solve(b);
}

BLOCKOPT_DECOMPOSITION least_squares_factor::least_squares_factor(const Eigen::MatrixXd& m) : factor_(m) {}
BLOCKOPT_DECOMPOSITION Eigen::VectorXd least_squares_factor::solve(const Eigen::VectorXd& b) const {
  return factor_.solve(b);
}

BLOCKOPT_DECOMPOSITION void solve_lower_in_place(const Eigen::MatrixXd& l, std::span<double> x) {
  Eigen::Map<Eigen::VectorXd> v(x.data(), static_cast<Eigen::Index>(x.size()));
  l.triangularView<Eigen::Lower>().solveInPlace(v);
}
BLOCKOPT_DECOMPOSITION void solve_lower_transposed_in_place(const Eigen::MatrixXd& l, std::span<double> x) {
  Eigen::Map<Eigen::VectorXd> v(x.data(), static_cast<Eigen::Index>(x.size()));
  l.triangularView<Eigen::Lower>().transpose().solveInPlace(v);
}

}  // namespace blockopt::detail
