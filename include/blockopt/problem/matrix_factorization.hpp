// SPDX-License-Identifier: MIT
// Part of blockopt: the best approximation of a matrix by one of low rank, in factors.
#pragma once

#include <cstddef>
#include <cstdint>
#include <span>
#include <utility>
#include <vector>

#include <Eigen/Core>

#include <blockopt/error.hpp>
#include <blockopt/problem/detail/decompositions.hpp>
#include <blockopt/problem/detail/factor_lines.hpp>
#include <blockopt/problem/detail/factor_pair.hpp>
#include <blockopt/problem/detail/random_source.hpp>

namespace blockopt {

/// min ||Y - W H||^2 / 2 over W of m x r and H of r x n. Not convex, and yet every local minimum is global: f* is half the sum
/// of the squared singular values of Y behind the r-th (Eckart & Young, Psychometrika 1, 1936). Exact steps on W and H in
/// turn are alternating least squares. See factor_pair for the coordinates.
class matrix_factorization : public detail::factor_pair {
 public:
  /// Starts at seeded normal numbers; at zero every step would stay. Raises invalid_option for a matrix that is empty or not
  /// finite, and a rank of 0.
  matrix_factorization(Eigen::MatrixXd y, std::size_t rank, std::uint64_t seed = 1)
      : factor_pair("matrix_factorization", std::move(y), rank) {
    detail::random_source random(seed, 2);
    std::vector<double> start(size());
    for (double& x : start) x = random.normal();
    set(start);
    const Eigen::VectorXd singular = detail::singular_values(target());
    for (Eigen::Index i = rank_; i < singular.size(); ++i) optimum_ += 0.5 * singular[i] * singular[i];
  }

  [[nodiscard]] double optimum() const noexcept { return optimum_; }
  [[nodiscard]] double exact(std::size_t i) const { return -derivative(i) / lipschitz(i); }
  /// Least squares for the lines of the block, the shortest solution where there are many. Raises invalid_option for a block
  /// of both factors.
  void exact_block(std::span<const std::size_t> block, std::span<double> step) const {
    detail::least_squares_of_lines(
        block, [&](std::span<const std::size_t> b, const auto& f) { each_line(b, f); },
        [&](std::size_t i) { return derivative(i); }, step);
  }

 private:
  double optimum_ = 0;
};

}  // namespace blockopt
