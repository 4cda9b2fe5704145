// SPDX-License-Identifier: MIT
// Part of blockopt: Eigen's decompositions, which can be compiled once.
#pragma once

#include <span>

#include <Eigen/Cholesky>
#include <Eigen/Core>
#include <Eigen/QR>
#include <Eigen/SparseCholesky>
#include <Eigen/SparseCore>

/// A decomposition takes a compiler some seconds in every translation unit that has one. Here each is compiled where it is
/// called, as everything else of a header-only library: the template parameter, which is never given, sees to it that those
/// which are not called cost nothing. Where BLOCKOPT_COMPILED_DECOMPOSITIONS is defined they are declared only, and one source
/// file of the program has `#include <blockopt/problem/detail/decompositions_code.hpp>`.
#if defined(BLOCKOPT_COMPILED_DECOMPOSITIONS)
#define BLOCKOPT_DECOMPOSITION
#define BLOCKOPT_DECOMPOSITION_CODE
#else
#define BLOCKOPT_DECOMPOSITION template <class = void>
#define BLOCKOPT_DECOMPOSITION_CODE template <class>
#endif

namespace blockopt::detail {

/// Ascending; of the lower triangle.
BLOCKOPT_DECOMPOSITION [[nodiscard]] Eigen::VectorXd symmetric_eigenvalues(const Eigen::MatrixXd& m);

struct eigenpairs {
  Eigen::VectorXd values{};   ///< ascending
  Eigen::MatrixXd vectors{};  ///< columns, of norm 1
};
BLOCKOPT_DECOMPOSITION [[nodiscard]] eigenpairs symmetric_eigenpairs(const Eigen::MatrixXd& m);

/// The largest absolute value of an eigenvalue of any square matrix.
BLOCKOPT_DECOMPOSITION [[nodiscard]] double spectral_radius(const Eigen::MatrixXd& m);

/// Descending.
BLOCKOPT_DECOMPOSITION [[nodiscard]] Eigen::VectorXd singular_values(const Eigen::MatrixXd& m);

/// Q of M = Q R with as many columns as M, at most as many as rows.
BLOCKOPT_DECOMPOSITION [[nodiscard]] Eigen::MatrixXd orthonormal(const Eigen::MatrixXd& m);

/// M = L L'. Where M is not positive definite `works()` is false, and nothing else may be asked.
class cholesky {
 public:
  BLOCKOPT_DECOMPOSITION explicit cholesky(const Eigen::MatrixXd& m);
  [[nodiscard]] bool works() const noexcept { return factor_.info() == Eigen::Success; }
  BLOCKOPT_DECOMPOSITION [[nodiscard]] double rcond() const;  ///< an estimate of 1 / condition
  BLOCKOPT_DECOMPOSITION [[nodiscard]] Eigen::MatrixXd lower() const;
  BLOCKOPT_DECOMPOSITION [[nodiscard]] Eigen::VectorXd solve(const Eigen::VectorXd& b) const;
  BLOCKOPT_DECOMPOSITION [[nodiscard]] Eigen::MatrixXd solve(const Eigen::MatrixXd& b) const;
  BLOCKOPT_DECOMPOSITION [[nodiscard]] Eigen::MatrixXd solve_lower(const Eigen::MatrixXd& b) const;  ///< L^-1 B

 private:
  Eigen::LLT<Eigen::MatrixXd> factor_;
};

/// The same for a sparse matrix, with a permutation.
class sparse_cholesky {
 public:
  BLOCKOPT_DECOMPOSITION explicit sparse_cholesky(const Eigen::SparseMatrix<double>& m);
  [[nodiscard]] bool works() const noexcept { return factor_.info() == Eigen::Success; }
  BLOCKOPT_DECOMPOSITION [[nodiscard]] Eigen::VectorXd solve(const Eigen::VectorXd& b) const;

 private:
  Eigen::SimplicialLLT<Eigen::SparseMatrix<double>> factor_;
};

/// M = P'L D L'P, also of semidefinite matrices.
class pivoted_cholesky {
 public:
  pivoted_cholesky() = default;
  BLOCKOPT_DECOMPOSITION explicit pivoted_cholesky(const Eigen::MatrixXd& m);
  BLOCKOPT_DECOMPOSITION [[nodiscard]] Eigen::VectorXd solve(const Eigen::VectorXd& b) const;

 private:
  Eigen::LDLT<Eigen::MatrixXd> factor_;
};

/// Shortest solutions of least squares.
class least_squares_factor {
 public:
  least_squares_factor() = default;
  BLOCKOPT_DECOMPOSITION explicit least_squares_factor(const Eigen::MatrixXd& m);
  BLOCKOPT_DECOMPOSITION [[nodiscard]] Eigen::VectorXd solve(const Eigen::VectorXd& b) const;

 private:
  Eigen::CompleteOrthogonalDecomposition<Eigen::MatrixXd> factor_;
};

/// L^-1 x and L'^-1 x in place, L being a lower triangle.
BLOCKOPT_DECOMPOSITION void solve_lower_in_place(const Eigen::MatrixXd& l, std::span<double> x);
BLOCKOPT_DECOMPOSITION void solve_lower_transposed_in_place(const Eigen::MatrixXd& l, std::span<double> x);

}  // namespace blockopt::detail

#if !defined(BLOCKOPT_COMPILED_DECOMPOSITIONS)
#include <blockopt/problem/detail/decompositions_code.hpp>
#endif
