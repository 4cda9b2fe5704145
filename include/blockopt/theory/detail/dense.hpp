// SPDX-License-Identifier: MIT
// Part of blockopt: dense matrices of problems, for their constants.
#pragma once

#include <algorithm>
#include <cstddef>
#include <cstdint>
#include <limits>
#include <span>
#include <vector>

#include <Eigen/Core>

#include <blockopt/problem/block_lipschitz.hpp>
#include <blockopt/problem/detail/decompositions.hpp>
#include <blockopt/theory/constants.hpp>

namespace blockopt::detail {

/// A matrix by columns as Eigen's.
template <class Columns>
[[nodiscard]] Eigen::MatrixXd dense(const Columns& a) {
  Eigen::MatrixXd m =
      Eigen::MatrixXd::Zero(static_cast<Eigen::Index>(a.rows()), static_cast<Eigen::Index>(a.columns()));
  for (std::size_t j = 0; j < a.columns(); ++j) {
    const auto values = a.values_of(j);
    for (std::size_t k = 0; k < values.size(); ++k) {
      std::size_t row = k;
      if constexpr (requires { a.rows_of(j); }) row = a.rows_of(j)[k];
      m(static_cast<Eigen::Index>(row), static_cast<Eigen::Index>(j)) = values[k];
    }
  }
  return m;
}

template <class Rows, class Columns>
[[nodiscard]] Eigen::MatrixXd submatrix(const Eigen::MatrixXd& m, const Rows& rows, const Columns& columns) {
  Eigen::MatrixXd part(static_cast<Eigen::Index>(rows.size()), static_cast<Eigen::Index>(columns.size()));
  for (std::size_t p = 0; p < rows.size(); ++p) {
    for (std::size_t q = 0; q < columns.size(); ++q)
      part(static_cast<Eigen::Index>(p), static_cast<Eigen::Index>(q)) =
          m(static_cast<Eigen::Index>(rows[p]), static_cast<Eigen::Index>(columns[q]));
  }
  return part;
}

/// The error x - x* after one sweep is E (x - x*), and f - f* falls at worst by the square of E's norm in x'A x.
template <class Blocks>
[[nodiscard]] double sweep_factor(const Eigen::MatrixXd& a, const Blocks& blocks,
                                  const std::vector<double>& lipschitz) {
  Eigen::MatrixXd e = Eigen::MatrixXd::Identity(a.rows(), a.cols());
  for (std::size_t b = 0; b < blocks.size(); ++b) {
    const auto block = blocks[b];
    Eigen::MatrixXd move(static_cast<Eigen::Index>(block.size()), a.cols());
    for (std::size_t k = 0; k < block.size(); ++k)
      move.row(static_cast<Eigen::Index>(k)) = a.row(static_cast<Eigen::Index>(block[k])) * e / lipschitz[b];
    for (std::size_t k = 0; k < block.size(); ++k)
      e.row(static_cast<Eigen::Index>(block[k])) -= move.row(static_cast<Eigen::Index>(k));
  }
  const cholesky factor(a);  // A = R'R, R = L': the norm of R E R^-1
  const Eigen::MatrixXd right = factor.solve_lower(e.transpose() * factor.lower());
  return symmetric_eigenvalues(right * right.transpose()).maxCoeff();
}

/// How many blocks one row of the design touches at most: then the loss is a sum of functions of so many blocks.
template <class Columns, class Blocks>
[[nodiscard]] double separability(const Columns& a, const Blocks& blocks, std::size_t coordinates, double l2) {
  std::vector<std::size_t> touched(a.rows()), last(a.rows(), coordinates);
  for (std::size_t b = 0; b < blocks.size(); ++b) {
    for (const std::size_t j : blocks[b]) {
      for (std::size_t k = 0; k < a.nonzeros(j); ++k) {
        std::size_t row = k;
        if constexpr (requires { a.rows_of(j); }) row = a.rows_of(j)[k];
        if (a.values_of(j)[k] == 0 || last[row] == b) continue;
        last[row] = b;
        ++touched[row];
      }
    }
  }
  const std::size_t most = touched.empty() ? 0 : *std::ranges::max_element(touched);
  return static_cast<double>(std::max(most, static_cast<std::size_t>(l2 > 0 ? 1 : 0)));
}

template <class P, class Blocks>
[[nodiscard]] problem_constants only_lipschitz(const P& problem, const Blocks& blocks) {
  problem_constants c;
  c.coordinates = problem.size();
  for (std::size_t b = 0; b < blocks.size(); ++b) c.lipschitz.push_back(blockopt::block_lipschitz(problem, blocks[b]));
  return c;
}

/// The starting values, x0 being the problem's present point.
template <class P, class Blocks>
void start_from(problem_constants& c, const P& problem, const Blocks& blocks, std::span<const double> minimizer,
                double suboptimality) {
  c.suboptimality = suboptimality;
  c.squared_distance = c.scaled_squared_distance = 0;
  for (std::size_t b = 0; b < blocks.size(); ++b) {
    for (const std::size_t i : blocks[b]) {
      const double e = problem.at(i) - minimizer[i];
      c.squared_distance += e * e;
      c.scaled_squared_distance += c.lipschitz[b] * e * e;
    }
  }
}

}  // namespace blockopt::detail
