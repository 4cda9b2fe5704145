// SPDX-License-Identifier: MIT
// Part of blockopt: the matrix of one epoch of a method that is linear in the error.
#pragma once

#include <cstddef>
#include <utility>
#include <vector>

#include <Eigen/Core>

#include <blockopt/problem/detail/decompositions.hpp>
#include <blockopt/run/descent.hpp>

namespace blockopt::program {

/// M with x_epoch - x* = M (x_0 - x*): column i is what the library's steps make of a start at x* + e_i. For
/// quadratics and policies that name the same blocks in each epoch.
template <class Problem, class Blocks, class Policy, class Update>
[[nodiscard]] Eigen::MatrixXd epoch_map(Problem problem, const std::vector<double>& minimizer, const Blocks& blocks,
                                        const Policy& policy, const Update& update) {
  const std::size_t n = problem.size();
  Eigen::MatrixXd m(static_cast<Eigen::Index>(n), static_cast<Eigen::Index>(n));
  for (std::size_t i = 0; i < n; ++i) {
    std::vector<double> start = minimizer;
    start[i] += 1;
    problem.set(start);
    descent run(problem, blocks, policy, update);
    run.advance(blocks.size());
    for (std::size_t j = 0; j < n; ++j)
      m(static_cast<Eigen::Index>(j), static_cast<Eigen::Index>(i)) = problem.at(j) - minimizer[j];
  }
  return m;
}

}  // namespace blockopt::program
