// SPDX-License-Identifier: MIT
// Part of blockopt: the pairs with greedy policies on quadratics.

#include <cmath>

#include <blockopt/select/fixed_block.hpp>
#include <blockopt/select/gauss_southwell.hpp>
#include <blockopt/select/gauss_southwell_diagonal.hpp>
#include <blockopt/select/gauss_southwell_lipschitz.hpp>
#include <blockopt/select/gauss_southwell_quadratic.hpp>
#include <blockopt/theory/bounds/descent.hpp>
#include <blockopt/theory/bounds/greedy.hpp>
#include <blockopt/update/block/exact_step.hpp>

#include "check/pairs.hpp"
#include "check/run_pair.hpp"
#include "check/signed_greedy.hpp"
#include "common/format.hpp"

namespace blockopt::program {

namespace {

using lab = checked_problem<checked_quadratic>;

/// The least |g_i| that is not below (1 - e) max |g_i|: the worst that an approximate Gauss-Southwell rule may name.
struct approximate_greedy {
  [[maybe_unused]] static constexpr feedback_kind feedback = feedback_kind::every_block;
  double error = 0.3;

  [[nodiscard]] std::size_t next(random_stream&, const selection_statistics& s) const {
    const auto scores = s.oracle->scores(block_measure::gradient_norm);
    std::size_t best = 0;
    for (std::size_t b = 0; b < scores.size(); ++b) best = scores[b] > scores[best] ? b : best;
    std::size_t least = best;
    for (std::size_t b = 0; b < scores.size(); ++b) {
      if (scores[b] >= (1 - error) * scores[best] && scores[b] < scores[least]) least = b;
    }
    return least;
  }
};

template <class Policy, class Update>
void greedy(std::vector<theory_pair>& pairs, const std::string& name, const std::string& update_name,
            const problem_maker<checked_quadratic>& problem, std::size_t size, Policy policy, Update update,
            std::vector<theorem> theorems) {
  add_pair(
      pairs, size == 1 ? name : name + ", blocks of " + std::to_string(size), update_name, problem, size,
      [=](const problem_constants& c, const check_options& o) {
        return make_method(coordinate_blocks::contiguous(c.coordinates, size), with_fault(policy, o), update, 400,
                           false);
      },
      [=](const lab&, const problem_constants&, const check_options&) { return theorems; });
}

}  // namespace

void add_greedy_pairs(std::vector<theory_pair>& pairs) {
  const auto both = [&](const problem_maker<checked_quadratic>& problem) {
    greedy(pairs, "gs", "gradient", problem, 1, faulty_greedy{}, gradient_step{},
           {bounds::greedy(), bounds::exact_decrease()});
    greedy(pairs, "gsl", "gradient", problem, 1, gauss_southwell_lipschitz{}, gradient_step{},
           {bounds::greedy_lipschitz(), bounds::exact_decrease()});
  };
  both([] { return spectrum_problem(12, 10, 0); });
  both([] { return spectrum_problem(12, 100, 1); });
  both([] { return spectrum_problem(12, 1e4, 2); });
  both([] { return diagonal_problem(12, 100); });
  both([] { return sun_ye_problem(10, 0.05); });
  both([] { return two_cyclic_problem(20, 0.9, 1); });
  const problem_maker<checked_quadratic> usual = [] { return spectrum_problem(12, 100, 1); };
  for (const double error : {0.1, 0.5})
    greedy(pairs, "approximate-gs[e=" + exact(error) + "]", "gradient", usual, 1, approximate_greedy{error},
           gradient_step{}, {bounds::approximate_greedy(error)});
  greedy(pairs, "gs", "gradient", usual, 3, faulty_greedy{}, gradient_step{},
         {bounds::greedy(), bounds::promised_decrease()});
  greedy(pairs, "gsl", "gradient", usual, 3, gauss_southwell_lipschitz{}, gradient_step{},
         {bounds::greedy_lipschitz()});
  greedy(pairs, "gsq", "exact", usual, 3, gauss_southwell_quadratic{}, exact_step{}, {bounds::greedy_matrix()});
  greedy(pairs, "gsd", "gradient", usual, 3, gauss_southwell_diagonal{}, gradient_step{}, {});
  greedy(pairs, "fixed", "gradient", usual, 1, fixed_block{.block = 0}, gradient_step{}, {});
}

}  // namespace blockopt::program
