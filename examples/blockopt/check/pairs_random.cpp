// SPDX-License-Identifier: MIT
// Part of blockopt: the pairs with uniform draws on quadratics.

#include <blockopt/select/uniform_random.hpp>
#include <blockopt/theory/bounds/composite.hpp>
#include <blockopt/theory/bounds/random.hpp>
#include <blockopt/theory/sun_ye_rates.hpp>
#include <blockopt/update/block/exact_step.hpp>

#include "check/pairs.hpp"
#include "check/run_pair.hpp"

namespace blockopt::program {

namespace {

using lab = checked_problem<checked_quadratic>;

/// Uniform draws of blocks of `size`, with the theorems that hold for all of them.
void uniform(std::vector<theory_pair>& pairs, const problem_maker<checked_quadratic>& problem, std::size_t size = 1,
             std::uint64_t steps = 360) {
  const auto method = [=](const problem_constants& c, const check_options&) {
    return make_method(coordinate_blocks::contiguous(c.coordinates, size), uniform_random{}, gradient_step{}, steps,
                       true);
  };
  const auto theorems = [=](const lab& p, const problem_constants& c, const check_options& o) {
    return std::vector<theorem>{bounds::uniform(),
                                bounds::uniform_scaled(),
                                bounds::composite(),
                                bounds::uniform_convex(),
                                bounds::composite_convex(),
                                expectation(p, coordinate_blocks::contiguous(c.coordinates, size), 0,
                                            block_step_kind::lipschitz, 4 * c.lipschitz.size(), o.constant_scale)};
  };
  add_pair(pairs, size == 1 ? "uniform" : "uniform, blocks of " + std::to_string(size), "gradient", problem, size,
           method, theorems);
}

}  // namespace

void add_random_pairs(std::vector<theory_pair>& pairs) {
  uniform(pairs, [] { return spectrum_problem(12, 10, 0); });
  uniform(pairs, [] { return spectrum_problem(12, 100, 1); });
  uniform(pairs, [] { return spectrum_problem(12, 1e4, 2); });
  uniform(pairs, [] { return diagonal_problem(12, 100); });
  uniform(pairs, [] { return two_cyclic_problem(20, 0.9, 1); });
  uniform(
      pairs, [] { return spectrum_problem(12, 100, 1); }, 3, 160);
  for (const std::size_t n : {std::size_t{10}, std::size_t{50}}) {
    add_pair(
        pairs, "uniform", "gradient", problem_maker<checked_quadratic>([n] { return sun_ye_problem(n, 0.05); }), 1,
        [](const problem_constants& c, const check_options&) {
          return make_method(each_coordinate{c.coordinates}, uniform_random{}, gradient_step{}, 12 * c.coordinates,
                             true);
        },
        [](const lab&, const problem_constants&, const check_options&) {
          return std::vector<theorem>{bounds::sun_ye_uniform(), bounds::uniform_scaled()};
        });
  }
  add_pair(
      pairs, "uniform, blocks of 3", "exact",
      problem_maker<checked_quadratic>([] { return spectrum_problem(12, 100, 1); }), 3,
      [](const problem_constants& c, const check_options&) {
        return make_method(coordinate_blocks::contiguous(c.coordinates, 3), uniform_random{}, exact_step{}, 120, true);
      },
      [](const lab&, const problem_constants&, const check_options&) {
        return std::vector<theorem>{bounds::uniform_matrix(), bounds::uniform_scaled()};
      });
}

}  // namespace blockopt::program
