// SPDX-License-Identifier: MIT
// Part of blockopt: what a step on one block of coordinates is, as a concept.
#pragma once

#include <concepts>
#include <cstddef>
#include <cstdint>
#include <limits>
#include <span>

#include <blockopt/problem/coordinate_problem.hpp>

namespace blockopt {

/// What a step did, for policies that learn and for the counts of the run.
struct block_step {
  double squared_gradient = std::numeric_limits<double>::quiet_NaN();  ///< ||g_b||^2 before the step; NaN: not computed
  double squared_step = std::numeric_limits<double>::quiet_NaN();      ///< ||d_b||^2 of the step; NaN: not told
  std::uint32_t passes = 1;                                            ///< times that the block's gradient was computed
  std::uint32_t values = 0;                                            ///< times that the objective was computed
  double flops = 0;  ///< beside those of derivatives and moves: factorizations, solves, inner loops
};

/// `step(problem, block, b)` moves the coordinates of a block, which is block number b of the run, and no other. Blocks
/// are single_coordinate or spans of coordinates. Optional members:
///   - `fits<P>`, a static constant: whether it can step on problems of type P; without it all fit;
///   - `start(problem, blocks)`: called once before the first step, with the list of blocks;
///   - `synchronize(problem)`: for methods that keep the point elsewhere: makes it the problem's;
///   - `state_bytes()`: bytes of what it keeps between steps;
///   - `archive(a)`: as policies have it.
template <class U, class P, class Block>
concept block_update = coordinate_problem<P> && requires(U& u, P& p, const Block& block, std::size_t b) {
  { u.step(p, block, b) } -> std::convertible_to<block_step>;
};

/// Whether an update can step on a problem.
template <class U, class P>
[[nodiscard]] consteval bool update_fits() {
  if constexpr (requires { U::template fits<P>; }) return U::template fits<P>;
  else return true;
}

}  // namespace blockopt
