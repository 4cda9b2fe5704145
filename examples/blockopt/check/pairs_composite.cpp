// SPDX-License-Identifier: MIT
// Part of blockopt: the pairs on lasso, elastic net and duals of support vector machines.

#include <limits>

#include <blockopt/select/ascending.hpp>
#include <blockopt/select/gauss_southwell.hpp>
#include <blockopt/select/gauss_southwell_lipschitz.hpp>
#include <blockopt/select/gauss_southwell_step.hpp>
#include <blockopt/select/lipschitz_sampling.hpp>
#include <blockopt/select/uniform_random.hpp>
#include <blockopt/theory/bounds/composite.hpp>
#include <blockopt/theory/bounds/greedy.hpp>

#include "check/pairs.hpp"
#include "check/run_pair.hpp"

namespace blockopt::program {

namespace {

template <class Problem, class Policy>
void prox(std::vector<theory_pair>& pairs, const std::string& name, const problem_maker<Problem>& problem,
          Policy policy, std::uint64_t steps, bool draws, std::vector<theorem> theorems) {
  add_pair(
      pairs, name, "prox", problem, 1,
      [=](const problem_constants& c, const check_options&) {
        return make_method(each_coordinate{c.coordinates}, policy, gradient_step{}, steps, draws);
      },
      [=](const auto&, const problem_constants&, const check_options&) { return theorems; });
}

}  // namespace

void add_composite_pairs(std::vector<theory_pair>& pairs) {
  const problem_maker<checked_lasso> lasso = [] { return lasso_problem(20, 16, 0.1, 0); };
  const problem_maker<checked_lasso> wide = [] { return lasso_problem(12, 20, 0.1, 0); };
  const problem_maker<checked_lasso> net = [] { return lasso_problem(20, 16, 0.1, 4); };
  const problem_maker<checked_dual> hinge = [] { return dual_problem(20, 8, 0, 1); };
  const problem_maker<checked_dual> squared = [] {
    return dual_problem(20, 8, 1, std::numeric_limits<double>::infinity());
  };
  const std::vector<theorem> strong{bounds::composite(), bounds::composite_step(), bounds::composite_convex()};
  prox(pairs, "uniform", lasso, uniform_random{}, 640, true, strong);
  prox(pairs, "uniform", wide, uniform_random{}, 640, true, {bounds::composite_convex()});
  prox(pairs, "uniform", net, uniform_random{}, 480, true, strong);
  prox(pairs, "uniform", hinge, uniform_random{}, 640, true, {bounds::composite_convex()});
  prox(pairs, "uniform", squared, uniform_random{}, 480, true,
       {bounds::dual_ascent(), bounds::dual_ascent_gap(), bounds::composite(), bounds::composite_step(),
        bounds::composite_convex()});
  prox(pairs, "gsq", lasso, gauss_southwell_lipschitz{}, 300, false, {bounds::greedy_composite()});
  prox(pairs, "gsq", net, gauss_southwell_lipschitz{}, 300, false, {bounds::greedy_composite()});
  prox(pairs, "gsq", squared, gauss_southwell_lipschitz{}, 300, false, {bounds::greedy_composite()});
  prox(pairs, "gs", lasso, gauss_southwell{}, 300, false, {});
  prox(pairs, "gsr", lasso, gauss_southwell_step{}, 300, false, {});
  prox(pairs, "cyclic", lasso, ascending{}, 640, false, {});
  prox(pairs, "lipschitz[a=1]", lasso, lipschitz_sampling{}, 640, true, {});
}

}  // namespace blockopt::program
