// SPDX-License-Identifier: MIT
// Part of blockopt: the Lipschitz constant of a block of coordinates.
#pragma once

#include <span>

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

}  // namespace blockopt
