// SPDX-License-Identifier: MIT
// Part of blockopt: published results: variable and fixed blocks in a softmax regression of 50 classes.

#include <algorithm>
#include <cmath>
#include <cstddef>
#include <numeric>
#include <string>
#include <vector>

#include <blockopt/block/coordinate_blocks.hpp>
#include <blockopt/problem/published_regression.hpp>
#include <blockopt/run/descent.hpp>
#include <blockopt/select/ascending.hpp>
#include <blockopt/select/gauss_southwell.hpp>
#include <blockopt/select/gauss_southwell_lipschitz.hpp>
#include <blockopt/select/lipschitz_sampling.hpp>
#include <blockopt/select/top_coordinates.hpp>
#include <blockopt/select/uniform_random.hpp>
#include <blockopt/update/block/gradient_step.hpp>

#include "reproduce/results.hpp"

namespace blockopt::program {

namespace {

using softmax = softmax_regression<sparse_columns>;
constexpr std::size_t size = 5;

template <class Blocks, class Policy>
double value_after(const softmax& start, const Blocks& blocks, const Policy& policy) {
  softmax problem = start;
  descent run(problem, blocks, policy, gradient_step{});
  run.advance(500);
  return problem.value();
}

/// Coordinates in groups of like L_i, as the published code's "Sort".
coordinate_blocks sorted_blocks(const softmax& problem) {
  std::vector<std::size_t> order(problem.size());
  std::iota(order.begin(), order.end(), std::size_t{0});
  std::ranges::stable_sort(order, {}, [&](std::size_t i) { return problem.lipschitz(i); });
  std::vector<std::vector<std::size_t>> lists(problem.size() / size);
  for (std::size_t k = 0; k < order.size(); ++k) lists[k / size].push_back(order[k]);
  return {problem.size(), lists};
}

void run(const reproduce_settings&, reproduction& r) {
  const softmax start = published_softmax();
  const std::size_t n = start.size();
  r.relative("f(0), 1000 ln 50", 3912.023, start.value(), 1e-6);

  const auto variable = [&](const top_coordinates& policy) { return value_after(start, each_coordinate{n}, policy); };
  const double gsl = variable({.size = size, .weight = coordinate_weight::row_sum});
  const double gs = variable({.size = size});
  const double gsd = variable({.size = size, .weight = coordinate_weight::lipschitz});
  r.relative("GSL, variable blocks", 2950.30, gsl, 1e-5);
  r.relative("GS, variable blocks", 3047.24, gs, 1e-5);
  r.relative("GSD, variable blocks", 3130.43, gsd, 1e-5);

  // Fixed blocks are scored by sums of |g_i|, which is what the published code does.
  const coordinate_blocks fixed = sorted_blocks(start);
  const double fixed_gsl = value_after(start, fixed, gauss_southwell_lipschitz{.norm = block_norm::one});
  const double fixed_gs = value_after(start, fixed, gauss_southwell{.norm = block_norm::one});
  const double cyclic = value_after(start, fixed, ascending{}), random = value_after(start, fixed, uniform_random{});
  const double lipschitz = value_after(start, fixed, lipschitz_sampling{});
  r.below("GSL variable below GS variable", gs, gsl);
  r.below("GS variable below GSL fixed", fixed_gsl, gs);
  r.below("GSL fixed below GS fixed", fixed_gs, fixed_gsl);
  const double others = std::min({cyclic, random, lipschitz});
  r.below("GS fixed below the best of random, cyclic and Lipschitz, fixed", others, fixed_gs);
}

}  // namespace

published_result f06() {
  return {.number = "f6",
          .name = "jmlr22-fig4b",
          .title = "Variable and fixed blocks in a softmax regression of 50 classes",
          .source = "Nutini, Laradji & Schmidt, JMLR 23(131), 2022, arXiv 1712.08859, figure 4b (Dataset C)",
          .setup = "1000 rows, 50000 unknowns, x0 = 0, blocks of 5, steps of 1/L_b, f after 500 updates",
          .run = run};
}

}  // namespace blockopt::program
