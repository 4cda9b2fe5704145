// SPDX-License-Identifier: MIT
// Part of blockopt: published results: exact minimization over trees in a lattice.

#include <array>
#include <cmath>
#include <cstddef>
#include <cstdint>
#include <string>
#include <vector>

#include <blockopt/block/coordinate_blocks.hpp>
#include <blockopt/block/lattice_blocks.hpp>
#include <blockopt/problem/label_propagation.hpp>
#include <blockopt/run/descent.hpp>
#include <blockopt/select/ascending.hpp>
#include <blockopt/select/forest_blocks.hpp>
#include <blockopt/select/top_coordinates.hpp>
#include <blockopt/update/block/exact_step.hpp>
#include <blockopt/update/block/forest_step.hpp>

#include "reproduce/results.hpp"

namespace blockopt::program {

namespace {

constexpr std::array<std::uint64_t, 4> looks{100, 200, 300, 500};
using gaps = std::array<double, looks.size()>;  ///< f - f* after so many updates

template <class Blocks, class Policy, class Update>
gaps gaps_of(const label_propagation& lattice, const Blocks& blocks, const Policy& policy, const Update& update) {
  auto problem = lattice.problem;
  descent run(problem, blocks, policy, update);
  gaps result{};
  for (std::size_t i = 0; i < looks.size(); ++i) {
    run.advance(looks[i] - run.counts().updates);
    result[i] = problem.suboptimality();
  }
  return result;
}

void run(const reproduce_settings&, reproduction& r) {
  const label_propagation d = lattice_label_propagation();
  const std::size_t n = d.problem.size();
  const lattice grid = lattice_of(d, 50, 50);

  r.relative("f*", -1045999575.2270696, d.problem.optimum(), 1e-14);
  r.relative("f(0) - f*", 1.046e9, d.problem.suboptimality(), 1e-4);
  const gaps greedy = gaps_of(d, each_coordinate{n}, forest_blocks{}, forest_step{});
  const gaps combs = gaps_of(d, lattice_combs(grid), ascending{}, forest_step{});
  const gaps chessboard = gaps_of(d, red_black(grid), ascending{}, forest_step{});
  const gaps top = gaps_of(d, each_coordinate{n}, top_coordinates{.size = 13}, exact_step{});
  gaps random{};  // geometric means
  constexpr std::uint64_t seeds = 10;
  for (std::uint64_t seed = 1; seed <= seeds; ++seed) {
    const gaps one =
        gaps_of(d, each_coordinate{n}, forest_blocks{.order = forest_order::random, .seed = seed}, forest_step{});
    for (std::size_t i = 0; i < looks.size(); ++i) random[i] += std::log10(one[i]) / static_cast<double>(seeds);
  }
  const gaps published_greedy{6.53e4, 1.58e2, 5.9e-1, 1.6e-5}, published_random{6.1e5, 9.5e3, 1.9e2, 1.3e-1},
      published_chessboard{2.13e6, 1.03e5, 5.5e3, 2.05e1};
  for (std::size_t i = 0; i < looks.size(); ++i) {
    const std::string k = ", k = " + std::to_string(looks[i]);
    // Greedy trees depend on which of the gradients that are 0, but for rounding, come first. The published 1.6e-5
    // was a difference of numbers of 1e9, whose rounding is as large as 1e-6.
    r.absolute("log10 of greedy trees" + k, std::log10(published_greedy[i]), std::log10(greedy[i]), i == 3 ? 0.2 : 0.1);
    r.relative("red and black" + k, published_chessboard[i], chessboard[i], 0.01);
    r.absolute("log10 of random trees, mean of 10 seeds" + k, std::log10(published_random[i]), random[i], 0.3);
  }
  r.below("combs below random trees, k = 500", std::pow(10, random[3]), combs[3]);
  r.below("greedy trees below random trees, k = 500", std::pow(10, random[3]), greedy[3]);
  r.below("random trees below red and black, k = 500", chessboard[3], std::pow(10, random[3]));
  r.below("red and black below 100 times less than 13 coordinates, k = 500", top[3] / 100, chessboard[3]);
}

}  // namespace

published_result f04() {
  return {.number = "f4",
          .name = "jmlr22-fig6a",
          .title = "Exact minimization over trees in a lattice",
          .source = "Nutini, Laradji & Schmidt, JMLR 23(131), 2022, arXiv 1712.08859, figure 6a (Dataset D)",
          .setup = "label propagation on a 50 x 50 lattice, 2400 unknowns, f - f* from x0 = 0, 500 updates",
          .run = run};
}

}  // namespace blockopt::program
