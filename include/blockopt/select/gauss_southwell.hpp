// SPDX-License-Identifier: MIT
// Part of blockopt: greedy selection of the block with the largest gradient.
#pragma once

#include <cstddef>

#include <blockopt/select/block_norm.hpp>
#include <blockopt/select/detail/largest.hpp>
#include <blockopt/select/selection_policy.hpp>

namespace blockopt {

/// The Gauss-Southwell rule (GS): argmax_b ||g_b||_2; for composite objectives of the subgradients of least norm
/// (GS-s). The first of equals. With steps of 1 / L_i on single coordinates f - f* falls by the factor 1 - mu_1 / L_max
/// at each step, mu_1 the strong convexity in the 1-norm, mu / n <= mu_1 <= mu (Nutini et al., ICML 2015, arXiv
/// 1506.00552). Costs a full gradient and O(n) each step; greedy_heap does the same for sparse couplings in O(degree
/// log n).
struct gauss_southwell {
  static constexpr feedback_kind feedback = feedback_kind::every_block;
  block_norm norm = block_norm::two;

  template <class A>
  void archive(A& a) {
    a.same("norm", norm);
  }

  [[nodiscard]] std::size_t next(random_stream&, const selection_statistics& s) const {
    return detail::first_largest(
        s.oracle->scores(norm == block_norm::two ? block_measure::gradient_norm : block_measure::gradient_sum));
  }
};

}  // namespace blockopt
