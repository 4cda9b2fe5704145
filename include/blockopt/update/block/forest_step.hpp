// SPDX-License-Identifier: MIT
// Part of blockopt: exact minimization over a block whose couplings are a forest.
#pragma once

#include <cstddef>
#include <span>
#include <vector>

#include <blockopt/error.hpp>
#include <blockopt/problem/coordinate_problem.hpp>
#include <blockopt/update/block_update.hpp>

namespace blockopt {

/// x_b <- argmin over x_b of a sparse quadratic, A_bb d = -g_b, where the graph of A_bb has no cycle: Gaussian elimination
/// from the leaves to the roots and back, which fills nothing in (message passing; Nutini, Laradji & Schmidt, JMLR 23(131),
/// 2022, section 6). O(nonzeros of the block's columns), where a solve would be O(|b|^3). The objective falls by
/// g_b'A_bb^-1 g_b / 2. For blocks from forest_blocks or of a fixed partition such as red_black.
///
/// The problem is a quadratic_model<sparse_columns>, or another with `matrix()` that has rows_of(i) and values_of(i).
struct forest_step {
  /// Problems that it can step on.
  template <class P>
  static constexpr bool fits = requires(const P& p) {
    p.matrix().rows_of(std::size_t{});
  };

  /// Raises invalid_option for a block with a cycle, before it moves anything.
  template <coordinate_problem P>
  block_step step(P& problem, std::span<const std::size_t> block, std::size_t) {
    static_assert(fits<P>, "blockopt: forest_step needs the couplings of a sparse quadratic");
    const std::size_t n = block.size();
    place_.resize(problem.size(), none);
    nodes_.assign(n, {});
    block_step done{.squared_gradient = 0};
    for (std::size_t k = 0; k < n; ++k) {
      const double g = problem.derivative(block[k]);
      place_[block[k]] = k;
      nodes_[k].right = -g;
      done.squared_gradient += g * g;
    }
    const std::size_t cycle = arrange(problem, block, done.flops);
    for (const std::size_t i : block) place_[i] = none;
    if (cycle != none)
      raise<invalid_option>({"forest_step: the couplings of the block have a cycle, which coordinate ", cycle,
                             " closes; take exact_step, or blocks without cycles"});
    for (std::size_t k = n; k > 0; --k) {
      const node& child = nodes_[order_[k - 1]];
      if (child.parent == none) continue;
      const double factor = child.coupling / child.diagonal;
      nodes_[child.parent].diagonal -= factor * child.coupling;
      nodes_[child.parent].right -= factor * child.right;
    }
    for (const std::size_t k : order_) {
      node& x = nodes_[k];
      if (x.parent != none) x.right -= x.coupling * nodes_[x.parent].right;
      x.right /= x.diagonal;
    }
    done.flops += 8.0 * static_cast<double>(n);
    for (std::size_t k = 0; k < n; ++k) {
      if (nodes_[k].right != 0) problem.move(block[k], nodes_[k].right);
    }
    return done;
  }

  template <class A>
  void archive(A&) {}

  static constexpr std::size_t none = static_cast<std::size_t>(-1);
  struct node {
    double diagonal = 0, coupling = 0, right = 0;  // coupling to the parent; right: the right-hand side, then d
    std::size_t parent = none;
    bool seen = false;
  };
  std::vector<node> nodes_{};  // scratch, as all here
  std::vector<std::size_t> place_{}, order_{},
      waiting_{};  // place of a coordinate in the block; parents before children

 private:
  /// Fills the nodes and the order. Returns the coordinate that closes a cycle, or none.
  template <class P>
  std::size_t arrange(const P& problem, std::span<const std::size_t> block, double& flops) {
    order_.clear();
    waiting_.clear();
    for (std::size_t start = 0; start < block.size(); ++start) {
      if (nodes_[start].seen) continue;
      nodes_[start].seen = true;
      waiting_.push_back(start);
      while (!waiting_.empty()) {
        const std::size_t k = waiting_.back();
        waiting_.pop_back();
        order_.push_back(k);
        const auto rows = problem.matrix().rows_of(block[k]);
        const auto values = problem.matrix().values_of(block[k]);
        flops += static_cast<double>(rows.size());
        for (std::size_t r = 0; r < rows.size(); ++r) {
          const std::size_t other = place_[rows[r]];
          if (other == k) nodes_[k].diagonal = values[r];
          if (other == none || other == k || other == nodes_[k].parent || values[r] == 0) continue;
          if (nodes_[other].seen) return block[other];
          nodes_[other].seen = true;
          nodes_[other].parent = k;
          nodes_[other].coupling = values[r];
          waiting_.push_back(other);
        }
      }
    }
    return none;
  }
};

}  // namespace blockopt
