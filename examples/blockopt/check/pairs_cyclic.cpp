// SPDX-License-Identifier: MIT
// Part of blockopt: the pairs with orders that visit every block once in each cycle, on quadratics.

#include <cmath>

#include <blockopt/select/ascending.hpp>
#include <blockopt/select/descending.hpp>
#include <blockopt/select/fixed_shuffle.hpp>
#include <blockopt/select/random_reshuffle.hpp>
#include <blockopt/theory/bounds/cyclic.hpp>
#include <blockopt/theory/bounds/descent.hpp>
#include <blockopt/theory/sun_ye_rates.hpp>
#include <blockopt/update/block/exact_step.hpp>

#include "check/pairs.hpp"
#include "check/run_pair.hpp"

namespace blockopt::program {

namespace {

using lab = checked_problem<checked_quadratic>;

template <class Policy, class Update>
void cyclic(std::vector<theory_pair>& pairs, const std::string& name, const std::string& update_name,
            const problem_maker<checked_quadratic>& problem, std::size_t size, Policy policy, Update update,
            std::uint64_t cycles, bool draws, std::vector<theorem> theorems) {
  add_pair(
      pairs, name, update_name, problem, size,
      [=](const problem_constants& c, const check_options&) {
        return make_method(coordinate_blocks::contiguous(c.coordinates, size), policy, update,
                           cycles * c.lipschitz.size(), draws);
      },
      [=](const lab&, const problem_constants&, const check_options&) { return theorems; });
}

}  // namespace

void add_cyclic_pairs(std::vector<theory_pair>& pairs) {
  const std::vector<theorem> any{bounds::cyclic(), bounds::cyclic_convex()};
  const std::vector<theorem> ordered{bounds::cyclic(), bounds::cyclic_convex(), bounds::cyclic_quadratic(),
                                     bounds::exact_decrease()};
  const problem_maker<checked_quadratic> usual = [] { return spectrum_problem(12, 100, 1); };
  const auto ascend = [&](const problem_maker<checked_quadratic>& problem, std::uint64_t cycles) {
    cyclic(pairs, "cyclic", "gradient", problem, 1, ascending{}, gradient_step{}, cycles, false, ordered);
  };
  ascend([] { return spectrum_problem(12, 10, 0); }, 60);
  ascend(usual, 100);
  ascend([] { return spectrum_problem(12, 1e4, 2); }, 100);
  ascend([] { return diagonal_problem(12, 100); }, 2);
  ascend([] { return sun_ye_problem(50, 0.05); }, 100);
  cyclic(pairs, "cyclic, blocks of 3", "gradient", usual, 3, ascending{}, gradient_step{}, 100, false,
         {bounds::cyclic(), bounds::cyclic_convex(), bounds::cyclic_quadratic()});
  cyclic(pairs, "descending", "gradient", usual, 1, descending{}, gradient_step{}, 100, false, any);
  cyclic(pairs, "fixed-shuffle", "gradient", usual, 1, fixed_shuffle{}, gradient_step{}, 100, false, any);
  cyclic(pairs, "reshuffle", "gradient", usual, 1, random_reshuffle{}, gradient_step{}, 100, false, any);
  cyclic(pairs, "reshuffle", "gradient", [] { return sun_ye_problem(10, 0.05); }, 1, random_reshuffle{},
         gradient_step{}, 12, true, {bounds::sun_ye_permuted()});
  cyclic(pairs, "reshuffle", "gradient", [] { return sun_ye_problem(50, 0.05); }, 1, random_reshuffle{},
         gradient_step{}, 12, true, {bounds::sun_ye_permuted()});
  cyclic(pairs, "cyclic, two blocks", "exact", usual, 6, ascending{}, exact_step{}, 60, false,
         {bounds::two_blocks(), bounds::promised_decrease()});
  cyclic(pairs, "cyclic, two blocks", "exact", [] { return two_cyclic_problem(20, 0.9, 1); }, 10, ascending{},
         exact_step{}, 40, false, {bounds::two_blocks(), bounds::two_cyclic()});
  cyclic(pairs, "cyclic", "gradient", [] { return two_cyclic_problem(20, 0.99, 1); }, 10, ascending{}, gradient_step{},
         200, false, {bounds::two_cyclic()});
  for (const double c : {0.5, 0.9, 0.99}) {
    const double best = bounds::best_relaxation(c);
    cyclic(pairs, "cyclic, two blocks", "gradient[w=best]", [=] { return two_cyclic_problem(20, c, best); }, 10,
           ascending{}, relaxed(best), 20, false, {bounds::over_relaxed()});
  }
  cyclic(pairs, "cyclic, two blocks", "gradient[w=1.2]", [] { return two_cyclic_problem(20, 0.9, 1.2); }, 10,
         ascending{}, relaxed(1.2), 20, false, {bounds::over_relaxed(1.2)});
  cyclic(pairs, "all at once", "gradient", [] { return spectrum_problem(12, 10, 0); }, 12, ascending{}, gradient_step{},
         200, false, {bounds::gradient_descent(), bounds::promised_decrease()});
  cyclic(pairs, "all at once", "gradient", usual, 12, ascending{}, gradient_step{}, 300, false,
         {bounds::gradient_descent()});
  cyclic(pairs, "cyclic", "gradient[w=1.5]", usual, 1, ascending{}, relaxed(1.5), 40, false, {});
}

}  // namespace blockopt::program
