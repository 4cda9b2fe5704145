// SPDX-License-Identifier: MIT
// Part of blockopt: the registry of problems: published examples of few numbers.

#include <blockopt/problem/powell_cycle.hpp>
#include <blockopt/problem/sun_ye.hpp>

#include "lab/lab_run_body.hpp"
#include "lab/problems.hpp"

namespace blockopt::program {

namespace {

std::unique_ptr<lab_problem> make_sun_ye(choice_reader& p, const problem_input& input) {
  sun_ye problem(
      {.variables = static_cast<std::size_t>(p.count("n", 50)), .d = p.number("d", 0.05), .seed = input.seed});
  std::vector<lab_constant> more{{"lipschitz", problem.global_lipschitz()},
                                 {"strong_convexity", problem.strong_convexity()}};
  return make_lab_problem(std::move(problem), std::move(more));
}

std::unique_ptr<lab_problem> make_powell(choice_reader& p, const problem_input&) {
  const double epsilon = p.number("epsilon", 0.1);
  if (p.count("boxed", 1) != 0) return make_lab_problem(boxed_powell_cycle(epsilon));
  return make_lab_problem(powell_cycle(epsilon));
}

}  // namespace

std::span<const problem_entry> small_entries() {
  static const problem_entry all[] = {
      {{.name = "sun-ye",
        .summary = "quadratics on which cyclic orders are slowest",
        .formula = "x'(d I + (1 - d) 11')x / 2, f* = 0",
        .cost = "O(1) a coordinate",
        .guarantee = "per epoch: cyclic 1 - 4 pi^2 d/n^2, reshuffle 1 - 2d - 2d/n, uniform 1 - 2d",
        .source = "Sun & Ye, Math. Program. 185, 2021; Lee & Wright, IMA J. Numer. Anal. 39(3), 2019",
        .parameters = "n=50; d=0.05"},
       make_sun_ye},
      {{.name = "powell",
        .summary = "the function on which exact cyclic steps circle",
        .formula = "-x1 x2 - x2 x3 - x3 x1 + sum of max(|x_i| - 1, 0)^2, on the box [-2, 2]^3: f* = -9",
        .source = "Powell, Math. Program. 4, 1973",
        .parameters = "epsilon=0.1 (of the start); boxed=1 (0: unbounded below)"},
       make_powell},
  };
  return all;
}

}  // namespace blockopt::program
