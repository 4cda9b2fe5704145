// SPDX-License-Identifier: MIT
// Part of blockopt: the Lipschitz constant of a block of coordinates.
#pragma once

#include <cstddef>
#include <span>

#include <blockopt/error.hpp>
#include <blockopt/problem/coordinate_problem.hpp>

namespace blockopt {

/// L_b: ||g_b(x + U_b d) - g_b(x)|| <= L_b ||d||. The problem's own where it knows one, else the sum of L_i over the block,
/// which is never below it (the trace of a positive semidefinite bound).
template <coordinate_problem P, class Block>
[[nodiscard]] double block_lipschitz(const P& problem, const Block& block) {
  if (block.size() == 1) return problem.lipschitz(block[0]);
  if constexpr (known_block_lipschitz<P>) {
    return problem.block_lipschitz(std::span<const std::size_t>(block));
  } else {
    double sum = 0;
    for (const std::size_t i : block) sum += problem.lipschitz(i);
    return sum;
  }
}

namespace detail {

/// Raises invalid_option for a problem with an L_i that is not known, or not positive; `step` needs them.
template <coordinate_problem P>
void require_lipschitz(const char* step, const P& problem) {
  for (std::size_t i = 0; i < problem.size(); ++i) {
    if (const double l = problem.lipschitz(i); !(l > 0))
      raise<invalid_option>({step, ": L of coordinate ", i, " is ", l,
                             "; the step needs a known, positive one, which armijo_step, for one, estimates"});
  }
}

}  // namespace detail

}  // namespace blockopt
