// SPDX-License-Identifier: MIT
// Part of blockopt: the problems of the check, with optimum and constants.
#pragma once

#include <cstddef>
#include <cstdint>
#include <functional>
#include <string>
#include <vector>

#include <blockopt/block/coordinate_blocks.hpp>
#include <blockopt/problem/linear_model.hpp>
#include <blockopt/problem/quadratic_model.hpp>
#include <blockopt/theory/constants.hpp>
#include <blockopt/theory/expected_trajectory.hpp>
#include <blockopt/theory/theorem.hpp>

namespace blockopt::program {

using checked_quadratic = quadratic_model<dense_columns>;
using checked_ridge = linear_model<sparse_columns, squared_loss, ridge_penalty>;
using checked_logistic = linear_model<dense_columns, logistic_loss, ridge_penalty>;
using checked_lasso = linear_model<dense_columns, squared_loss, l1_penalty>;
using checked_dual = linear_model<dense_columns, squared_loss, box_penalty>;

/// A problem at its starting point.
template <class Problem>
struct checked_problem {
  std::string name;
  Problem problem;
  std::vector<double> minimizer{};
  double optimum = 0;
  double rounding = 0;  ///< absolute, of f - f*

  [[nodiscard]] double suboptimality(const Problem& p) const {
    if constexpr (with_suboptimality<Problem>) return p.suboptimality();
    else return p.value() - optimum;
  }
};

/// Makes a problem when a pair is run.
template <class Problem>
using problem_maker = std::function<checked_problem<Problem>()>;

/// x'A x/2 from a random start, x* = 0, so that f - f* has no rounding but relative one. Eigenvalues from 1/condition to 1,
/// log-spaced, in random directions; then D A D with D_ii = 10^(scale u), u uniform in [-1/2, 1/2].
[[nodiscard]] checked_problem<checked_quadratic> spectrum_problem(std::size_t n, double condition, double scale);
/// Diagonal with the same eigenvalues, started at x_i = 1/lambda_i, where all derivatives are equal: the worst for greedy.
[[nodiscard]] checked_problem<checked_quadratic> diagonal_problem(std::size_t n, double condition);
/// m times the identity.
[[nodiscard]] checked_problem<checked_quadratic> identity_problem(std::size_t n, double m);
/// d 1 + (1 - d) J.
[[nodiscard]] checked_problem<checked_quadratic> sun_ye_problem(std::size_t n, double d);
/// [[1, B], [B', 1]] with singular values of B evenly from c down, started so that each sweep with relaxation w multiplies
/// the error by the spectral radius.
[[nodiscard]] checked_problem<checked_quadratic> two_cyclic_problem(std::size_t n, double c, double w);

[[nodiscard]] checked_problem<checked_ridge> ridge_problem(std::size_t rows, std::size_t n, std::size_t per_row,
                                                           double l2);
[[nodiscard]] checked_problem<checked_logistic> logistic_problem(std::size_t rows, std::size_t n, double l2);
/// l1 as a part of the least l1 with x* = 0.
[[nodiscard]] checked_problem<checked_lasso> lasso_problem(std::size_t rows, std::size_t n, double part, double l2);
/// min ||A x||^2/2 + l2/2 ||x||^2 - sum x over 0 <= x <= upper, columns y_i times sample i: a support vector machine's dual.
[[nodiscard]] checked_problem<checked_dual> dual_problem(std::size_t samples, std::size_t features, double l2,
                                                         double upper);

// constants_of, compiled once. Of `coordinates` the same as in blocks of one.
[[nodiscard]] problem_constants constants(const checked_problem<checked_quadratic>& p, const coordinate_blocks& blocks);
[[nodiscard]] problem_constants constants(const checked_problem<checked_ridge>& p, const coordinate_blocks& blocks);
[[nodiscard]] problem_constants constants(const checked_problem<checked_logistic>& p, const coordinate_blocks& blocks);
[[nodiscard]] problem_constants constants(const checked_problem<checked_lasso>& p, const coordinate_blocks& blocks);
[[nodiscard]] problem_constants constants(const checked_problem<checked_dual>& p, const coordinate_blocks& blocks);

/// The exact expectation of f - f* for draws by L_b^power. `scale`: as the fault constant_scale has it, of L_b.
[[nodiscard]] theorem expectation(const checked_problem<checked_quadratic>& p, const coordinate_blocks& blocks,
                                  double power, block_step_kind kind, std::uint64_t steps, double scale);

/// As text, for the report.
[[nodiscard]] std::string constants_text(const problem_constants& c);
/// With the fault of check_options: as if the problem were 1/scale times as strongly convex as it is.
[[nodiscard]] problem_constants with_fault(problem_constants c, double scale);

}  // namespace blockopt::program
