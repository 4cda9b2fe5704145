// SPDX-License-Identifier: MIT
// Part of blockopt: the gradient step of a block, with its prox where the problem has one.
#pragma once

#include <cstddef>
#include <span>
#include <type_traits>
#include <vector>

#include <blockopt/block/coordinate_blocks.hpp>
#include <blockopt/error.hpp>
#include <blockopt/problem/block_lipschitz.hpp>
#include <blockopt/update/block_update.hpp>

namespace blockopt {

/// x_b <- prox_{psi_b / L}(x_b - g_b / L) with L = L_b / relaxation: block coordinate gradient descent (Nesterov, SIAM J.
/// Optim. 22(2), 2012), prox-linear (Tseng & Yun 2009) where there is a psi. The objective falls by ||g_b||^2 / (2 L_b) at
/// least for relaxation 1; relaxations up to 2 still descend on smooth problems (over-relaxation, SOR).
struct gradient_step {
  double relaxation = 1;  ///< in (0, 2)

  /// Raises invalid_option for a relaxation that is out of range, and for a problem with an L_i that is not known.
  template <coordinate_problem P, class Blocks>
  void start(const P& problem, const Blocks& blocks) {
    if (!(relaxation > 0 && relaxation < 2))
      raise<invalid_option>({"gradient_step: relaxation = ", relaxation, "; it must lie between 0 and 2"});
    detail::require_lipschitz("gradient_step", problem);
    if constexpr (!std::is_same_v<Blocks, each_coordinate> && !changing_lipschitz<P>) {
      lipschitz_.resize(blocks.size());
      for (std::size_t b = 0; b < blocks.size(); ++b) lipschitz_[b] = blockopt::block_lipschitz(problem, blocks[b]);
    }
  }

  template <coordinate_problem P>
  block_step step(P& problem, const single_coordinate& block, std::size_t) {
    const std::size_t i = block.index;
    const double g = problem.derivative(i);
    double d = 0;
    if constexpr (separable_composite<P> || block_composite<P>) {
      const double x = problem.at(i), l = problem.lipschitz(i) / relaxation;
      double to = x - g / l;
      if constexpr (separable_composite<P>) to = problem.prox(i, to, l);
      else problem.prox_block(block, {&to, 1}, l);
      d = to - x;
      if (d != 0) problem.move(i, d);  // where there is a psi, many steps are 0
    } else {
      d = -g / (problem.lipschitz(i) / relaxation);
      problem.move(i, d);
    }
    return {.squared_gradient = g * g, .squared_step = d * d};
  }

  /// Blocks that are not among those of start (b not below their number) cost their L_b each time.
  template <coordinate_problem P>
  block_step step(P& problem, std::span<const std::size_t> block, std::size_t b) {
    const double l = (b < lipschitz_.size() ? lipschitz_[b] : blockopt::block_lipschitz(problem, block)) / relaxation;
    gradient_.resize(block.size());
    target_.resize(block.size());
    double squared = 0, moved = 0;
    for (std::size_t k = 0; k < block.size(); ++k) {
      const double g = gradient_[k] = problem.derivative(block[k]);
      squared += g * g;
      target_[k] = problem.at(block[k]) - g / l;
      if constexpr (separable_composite<P>) target_[k] = problem.prox(block[k], target_[k], l);
    }
    if constexpr (block_composite<P>) problem.prox_block(block, target_, l);
    for (std::size_t k = 0; k < block.size(); ++k) {
      const double d = target_[k] - problem.at(block[k]);
      moved += d * d;
      if (d != 0) problem.move(block[k], d);
    }
    return {.squared_gradient = squared, .squared_step = moved};
  }

  template <class A>
  void archive(A& a) {
    a.same("relaxation", relaxation);
  }

  // not settings: L_b, and scratch
  std::vector<double> lipschitz_{}, gradient_{}, target_{};
};

}  // namespace blockopt
