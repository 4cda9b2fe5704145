// SPDX-License-Identifier: MIT
// Part of blockopt: factors of the diagonal blocks of a symmetric matrix, made when they are first asked for.
#pragma once

#include <algorithm>
#include <cstddef>
#include <cstdint>
#include <span>
#include <unordered_map>
#include <vector>

#include <Eigen/Core>

#include <blockopt/problem/detail/decompositions.hpp>

namespace blockopt::detail {

/// g'H_b^-1 g / 2 for blocks b that come again and again. Blocks of a partition differ in their first coordinate: by
/// that they are known, and a list that differs from the last one with its first coordinate is factored anew. Keeps
/// n_b^2 numbers for each block.
class block_factors {
 public:
  /// `curvature(h)` fills H_b, positive semidefinite. Where H_b is singular, of the part of g that it reaches (LDLT).
  template <class F>
  [[nodiscard]] double decrease(std::span<const std::size_t> block, std::span<const double> g, const F& curvature) {
    const auto size = static_cast<Eigen::Index>(block.size());
    entry& kept = entries_[block[0]];
    if (!std::equal(block.begin(), block.end(), kept.members.begin(), kept.members.end())) {
      Eigen::MatrixXd h(size, size);
      curvature(std::span<double>(h.data(), block.size() * block.size()));
      kept.factor = pivoted_cholesky(h);
      kept.members.assign(block.begin(), block.end());
    }
    const Eigen::Map<const Eigen::VectorXd> gradient(g.data(), size);
    solved_ = kept.factor.solve(gradient);
    return 0.5 * gradient.dot(solved_);
  }

 private:
  struct entry {
    std::vector<std::size_t> members;
    pivoted_cholesky factor;
  };
  std::unordered_map<std::size_t, entry> entries_;
  Eigen::VectorXd solved_;
};

}  // namespace blockopt::detail
