// SPDX-License-Identifier: MIT
// Part of blockopt: the pairs with accelerated, adaptive and parallel steps.

#include <cmath>

#include <blockopt/select/uniform_random.hpp>
#include <blockopt/select/uniform_subset.hpp>
#include <blockopt/theory/bounds/accelerated.hpp>
#include <blockopt/theory/bounds/parallel.hpp>
#include <blockopt/update/block/accelerated_step.hpp>
#include <blockopt/update/block/adaptive_step.hpp>
#include <blockopt/update/block/approx_step.hpp>
#include <blockopt/update/block/parallel_step.hpp>

#include "check/pairs.hpp"
#include "check/run_pair.hpp"

namespace blockopt::program {

void add_accelerated_pairs(std::vector<theory_pair>& pairs) {
  const problem_maker<checked_quadratic> usual = [] { return spectrum_problem(12, 100, 1); };
  const problem_maker<checked_quadratic> hard = [] { return spectrum_problem(12, 1e4, 2); };
  const problem_maker<checked_ridge> sparse = [] { return ridge_problem(60, 16, 3, 1); };
  const problem_maker<checked_lasso> lasso = [] { return lasso_problem(20, 16, 0.1, 0); };
  const auto convex = [](const auto&, const problem_constants&, const check_options&) {
    return std::vector<theorem>{bounds::accelerated_convex()};
  };
  const auto strong = [](const auto&, const problem_constants&, const check_options&) {
    return std::vector<theorem>{bounds::accelerated(), bounds::accelerated_convex()};
  };
  const auto blind = [](const problem_constants& c, const check_options&) {
    return make_method(each_coordinate{c.coordinates}, uniform_random{}, accelerated_step{}, 600, true);
  };
  const auto told = [](const problem_constants& c, const check_options&) {
    return make_method(each_coordinate{c.coordinates}, uniform_random{}, accelerated_step{.sigma = c.sigma_1}, 600,
                       true);
  };
  add_pair(pairs, "uniform", "accelerated[sigma=0]", usual, 1, blind, convex);
  add_pair(pairs, "uniform", "accelerated[sigma=0]", hard, 1, blind, convex);
  add_pair(pairs, "uniform", "accelerated[sigma=sigma_1]", usual, 1, told, strong);
  add_pair(pairs, "uniform", "accelerated[sigma=sigma_1]", hard, 1, told, strong);

  const auto adaptive = [](const problem_constants& c, const check_options&) {
    return make_method(each_coordinate{c.coordinates}, uniform_random{}, adaptive_step{.first = 0.3}, 600, true);
  };
  const auto adapted = [](const auto&, const problem_constants&, const check_options&) {
    return std::vector<theorem>{bounds::adaptive()};
  };
  add_pair(pairs, "uniform", "adaptive", usual, 1, adaptive, adapted);
  add_pair(pairs, "uniform", "adaptive", hard, 1, adaptive, adapted);

  // beta of the scaled norm, and of partial separability
  add_pair(
      pairs, "subset[4]", "parallel", usual, 1,
      [](const problem_constants& c, const check_options&) {
        return make_method(each_coordinate{c.coordinates}, uniform_subset{.size = 4},
                           parallel_step{.beta = bounds::eso_factor(c, 4)}, 240, true);
      },
      [](const auto&, const problem_constants& c, const check_options&) {
        return std::vector<theorem>{bounds::parallel(4, bounds::eso_factor(c, 4))};
      });
  add_pair(
      pairs, "subset[4]", "parallel", sparse, 1,
      [](const problem_constants& c, const check_options&) {
        return make_method(each_coordinate{c.coordinates}, uniform_subset{.size = 4},
                           parallel_step{.beta = bounds::eso_factor(c.separability, c.blocks(), 4)}, 240, true);
      },
      [](const auto&, const problem_constants& c, const check_options&) {
        return std::vector<theorem>{bounds::parallel(4, bounds::eso_factor(c.separability, c.blocks(), 4))};
      });
  add_pair(
      pairs, "subset[4]", "parallel[beta=1]", sparse, 1,
      [](const problem_constants& c, const check_options&) {
        return make_method(each_coordinate{c.coordinates}, uniform_subset{.size = 4}, parallel_step{}, 240, true);
      },
      [](const auto&, const problem_constants&, const check_options&) { return std::vector<theorem>{}; });

  const auto approx = [&](const auto& problem, std::size_t together) {
    const double tau = static_cast<double>(together);
    add_pair(
        pairs, "subset[" + std::to_string(together) + "]", "approx", problem, 1,
        [=](const problem_constants& c, const check_options&) {
          return make_method(each_coordinate{c.coordinates}, uniform_subset{.size = together},
                             approx_step{.together = together, .beta = bounds::eso_factor(c, tau)}, 480 / together,
                             true);
        },
        [=](const auto&, const problem_constants& c, const check_options&) {
          return std::vector<theorem>{bounds::approx(tau, bounds::eso_factor(c, tau))};
        });
  };
  approx(hard, 1);
  approx(hard, 4);
  approx(lasso, 1);
  approx(lasso, 4);
}

}  // namespace blockopt::program
