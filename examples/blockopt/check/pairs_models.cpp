// SPDX-License-Identifier: MIT
// Part of blockopt: the pairs on least squares and logistic regression.

#include <blockopt/select/ascending.hpp>
#include <blockopt/select/gauss_southwell_lipschitz.hpp>
#include <blockopt/select/lipschitz_sampling.hpp>
#include <blockopt/select/random_reshuffle.hpp>
#include <blockopt/select/uniform_random.hpp>
#include <blockopt/theory/bounds/composite.hpp>
#include <blockopt/theory/bounds/cyclic.hpp>
#include <blockopt/theory/bounds/descent.hpp>
#include <blockopt/theory/bounds/greedy.hpp>
#include <blockopt/theory/bounds/random.hpp>

#include "check/pairs.hpp"
#include "check/run_pair.hpp"
#include "check/signed_greedy.hpp"

namespace blockopt::program {

namespace {

template <class Problem, class Policy>
void model(std::vector<theory_pair>& pairs, const std::string& name, const problem_maker<Problem>& problem,
           Policy policy, std::uint64_t steps, bool draws, std::vector<theorem> theorems) {
  add_pair(
      pairs, name, "gradient", problem, 1,
      [=](const problem_constants& c, const check_options& o) {
        return make_method(each_coordinate{c.coordinates}, with_fault(policy, o), gradient_step{}, steps, draws);
      },
      [=](const auto&, const problem_constants&, const check_options&) { return theorems; });
}

template <class Problem>
void six(std::vector<theory_pair>& pairs, const problem_maker<Problem>& problem, std::size_t n) {
  model(pairs, "uniform", problem, uniform_random{}, 40 * n, true,
        {bounds::uniform(), bounds::uniform_scaled(), bounds::composite(), bounds::composite_convex()});
  model(pairs, "lipschitz[a=1]", problem, lipschitz_sampling{}, 40 * n, true,
        {bounds::importance(1), bounds::importance_convex(1)});
  model(pairs, "gs", problem, faulty_greedy{}, 30 * n, false, {bounds::greedy(), bounds::promised_decrease()});
  model(pairs, "gsl", problem, gauss_southwell_lipschitz{}, 30 * n, false, {bounds::greedy_lipschitz()});
  model(pairs, "cyclic", problem, ascending{}, 40 * n, false, {bounds::cyclic(), bounds::cyclic_convex()});
  model(pairs, "reshuffle", problem, random_reshuffle{}, 40 * n, false, {bounds::cyclic(), bounds::cyclic_convex()});
  add_pair(
      pairs, "all at once", "gradient", problem, n,
      [=](const problem_constants& c, const check_options&) {
        return make_method(coordinate_blocks::contiguous(c.coordinates, n), ascending{}, gradient_step{}, 300, false);
      },
      [](const auto&, const problem_constants&, const check_options&) {
        return std::vector<theorem>{bounds::gradient_descent()};
      });
}

}  // namespace

void add_model_pairs(std::vector<theory_pair>& pairs) {
  six<checked_ridge>(
      pairs, [] { return ridge_problem(60, 16, 3, 1); }, 16);
  six<checked_logistic>(
      pairs, [] { return logistic_problem(30, 8, 0.5); }, 8);
  const problem_maker<checked_ridge> plain = [] { return ridge_problem(40, 12, 12, 0); };
  model(pairs, "uniform", plain, uniform_random{}, 480, true,
        {bounds::uniform(), bounds::uniform_scaled(), bounds::composite_convex()});
  model(pairs, "gsl", plain, gauss_southwell_lipschitz{}, 300, false, {bounds::greedy_lipschitz()});
}

}  // namespace blockopt::program
