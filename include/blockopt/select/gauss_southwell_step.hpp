// SPDX-License-Identifier: MIT
// Part of blockopt: greedy selection of the block with the longest step.
#pragma once

#include <cstddef>

#include <blockopt/select/detail/largest.hpp>
#include <blockopt/select/selection_policy.hpp>

namespace blockopt {

/// The GS-r rule: argmax_b ||d_b||_2 of the steps d_i = prox_{psi_i / L_i}(x_i - g_i / L_i) - x_i, for composite
/// objectives (Tseng & Yun, Math. Program. 117, 2009; Nutini et al., ICML 2015, arXiv 1506.00552). The first of equals.
/// With equal L_i and no psi it is GS. It can be slower than GS-q: a long step need not bring much. Costs a full
/// gradient and O(n) each step.
struct gauss_southwell_step {
  static constexpr feedback_kind feedback = feedback_kind::every_block;

  template <class A>
  void archive(A&) {}

  [[nodiscard]] std::size_t next(random_stream&, const selection_statistics& s) const {
    return detail::first_largest(s.oracle->scores(block_measure::step_norm));
  }
};

}  // namespace blockopt
