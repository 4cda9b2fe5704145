// SPDX-License-Identifier: MIT
// Part of blockopt: the pairs with draws by powers of L_b on quadratics, and those that bound a distance.

#include <blockopt/select/lipschitz_sampling.hpp>
#include <blockopt/select/uniform_random.hpp>
#include <blockopt/theory/bounds/random.hpp>

#include "check/pairs.hpp"
#include "check/run_pair.hpp"
#include "common/format.hpp"

namespace blockopt::program {

namespace {

using lab = checked_problem<checked_quadratic>;

void importance(std::vector<theory_pair>& pairs, const problem_maker<checked_quadratic>& problem, double power,
                std::size_t size = 1, bool exact_mean = true) {
  const auto method = [=](const problem_constants& c, const check_options&) {
    return make_method(coordinate_blocks::contiguous(c.coordinates, size), lipschitz_sampling{.power = power},
                       gradient_step{}, 360, true);
  };
  const auto theorems = [=](const lab& p, const problem_constants& c, const check_options& o) {
    std::vector<theorem> all{bounds::importance(power), bounds::importance_convex(power)};
    if (exact_mean)
      all.push_back(expectation(p, coordinate_blocks::contiguous(c.coordinates, size), power,
                                block_step_kind::lipschitz, 4 * c.lipschitz.size(), o.constant_scale));
    return all;
  };
  const std::string name = "lipschitz[a=" + exact(power) + "]";
  add_pair(pairs, size == 1 ? name : name + ", blocks of " + std::to_string(size), "gradient", problem, size, method,
           theorems);
}

/// Steps of w/L_i, and what becomes of the distance.
void distance(std::vector<theory_pair>& pairs, const problem_maker<checked_quadratic>& problem, double relaxation,
              bool attained) {
  const auto method = [=](const problem_constants& c, const check_options&) {
    return make_method(coordinate_blocks::contiguous(c.coordinates, 1), uniform_random{}, relaxed(relaxation), 36,
                       true);
  };
  const auto theorems = [=](const lab&, const problem_constants& c, const check_options&) {
    theorem t = bounds::uniform_distance(relaxation / c.largest_lipschitz());
    t.equality = attained;
    return std::vector<theorem>{t};
  };
  add_pair(pairs, "uniform", "gradient[w=" + exact(relaxation) + "]", problem, 1, method, theorems);
}

}  // namespace

void add_importance_pairs(std::vector<theory_pair>& pairs) {
  for (const double power : {0.25, 0.5, 1.0})
    importance(
        pairs, [] { return spectrum_problem(12, 100, 1); }, power);
  importance(
      pairs, [] { return spectrum_problem(12, 1e4, 2); }, 1);
  // Draws that are rare gain much here: a mean of some hundred runs has no standard error to speak of.
  importance(
      pairs, [] { return diagonal_problem(12, 100); }, 1, 1, false);
  importance(
      pairs, [] { return spectrum_problem(12, 100, 1); }, 1, 3);
  distance(
      pairs, [] { return identity_problem(12, 0.3); }, 0.5, true);
  distance(
      pairs, [] { return sun_ye_problem(10, 0.05); }, 0.2, false);
}

}  // namespace blockopt::program
