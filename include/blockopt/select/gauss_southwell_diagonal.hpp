// SPDX-License-Identifier: MIT
// Part of blockopt: greedy selection of the block by a diagonal bound on its curvature.
#pragma once

#include <cstddef>

#include <blockopt/select/detail/largest.hpp>
#include <blockopt/select/selection_policy.hpp>

namespace blockopt {

/// The GSD rule: argmax_b sum over i in b of g_i^2 / L_i, the first of equals (Nutini, Laradji & Schmidt, JMLR 23,
/// 2022, arXiv 1712.08859). It needs no eigenvalue of a block: H_b is not above |b| times its diagonal, and for blocks
/// of one size that factor changes nothing. On single coordinates it is GSL; for composite objectives the decrease of
/// the diagonal model. Costs a full gradient and O(n) each step. Blocks that vary: top_coordinates.
struct gauss_southwell_diagonal {
  static constexpr feedback_kind feedback = feedback_kind::every_block;

  template <class A>
  void archive(A&) {}

  [[nodiscard]] std::size_t next(random_stream&, const selection_statistics& s) const {
    return detail::first_largest(s.oracle->scores(block_measure::diagonal_decrease));
  }
};

}  // namespace blockopt
