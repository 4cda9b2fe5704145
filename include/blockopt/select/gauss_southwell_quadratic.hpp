// SPDX-License-Identifier: MIT
// Part of blockopt: greedy selection of the block by a matrix bound on its curvature.
#pragma once

#include <cstddef>

#include <blockopt/select/detail/largest.hpp>
#include <blockopt/select/selection_policy.hpp>

namespace blockopt {

/// The GSQ rule: argmax_b g_b' H_b^-1 g_b with H_b a bound on the block's Hessian, the first of equals: the largest
/// decrease that a step with H_b is sure to bring, at least that of GSL (Nutini, Laradji & Schmidt, JMLR 23, 2022,
/// arXiv 1712.08859). Costs a full gradient and a solve with each H_b, of which the problem keeps the factors: O(n |b|)
/// each step. A part psi is left out of the measure. Raises invalid_option on problems that do not know H_b.
struct gauss_southwell_quadratic {
  static constexpr feedback_kind feedback = feedback_kind::every_block;

  template <class A>
  void archive(A&) {}

  [[nodiscard]] std::size_t next(random_stream&, const selection_statistics& s) const {
    return detail::first_largest(s.oracle->scores(block_measure::quadratic_decrease));
  }
};

}  // namespace blockopt
