// SPDX-License-Identifier: MIT
// Part of blockopt: greedy selection of the block that promises the largest decrease.
#pragma once

#include <cstddef>

#include <blockopt/select/block_norm.hpp>
#include <blockopt/select/detail/largest.hpp>
#include <blockopt/select/selection_policy.hpp>

namespace blockopt {

/// The Gauss-Southwell-Lipschitz rule (GSL): argmax_b ||g_b||_2^2 / L_b, the block whose step of 1 / L_b is sure to
/// bring most; for composite objectives the largest decrease of the model with L_b and psi (GS-q). The first of equals.
/// On single coordinates f - f* falls by the factor 1 - mu_L at each step, mu_L the strong convexity in sum sqrt(L_i)
/// |x_i|: max(mu / sum L_i, mu_1 / L_max) <= mu_L <= mu_1 / L_min; GS-q has at least the 1 - mu / (L n) of uniform
/// draws (Nutini et al., ICML 2015, arXiv 1506.00552). Costs a full gradient and O(n) each step.
struct gauss_southwell_lipschitz {
  static constexpr feedback_kind feedback = feedback_kind::every_block;
  block_norm norm = block_norm::two;  ///< one: argmax ||g_b||_1 / sqrt(L_b), as published code has it

  template <class A>
  void archive(A& a) {
    a.same("norm", norm);
  }

  [[nodiscard]] std::size_t next(random_stream&, const selection_statistics& s) const {
    return detail::first_largest(
        s.oracle->scores(norm == block_norm::two ? block_measure::decrease : block_measure::scaled_sum));
  }
};

}  // namespace blockopt
