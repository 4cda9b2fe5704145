// SPDX-License-Identifier: MIT
// Part of blockopt: the registry of selection policies, one entry each.

#include "lab/selections.hpp"

#include <algorithm>

#include <blockopt/error.hpp>
#include <blockopt/select/ascending.hpp>
#include <blockopt/select/descending.hpp>
#include <blockopt/select/fixed_shuffle.hpp>
#include <blockopt/select/gauss_southwell.hpp>
#include <blockopt/select/lipschitz_sampling.hpp>
#include <blockopt/select/random_reshuffle.hpp>
#include <blockopt/select/uniform_random.hpp>
#include <blockopt/select/uniform_subset.hpp>

#include "common/failure.hpp"

namespace blockopt::program {

std::span<const selection_entry> selection_entries() {
  static const selection_entry all[] = {
      {{.name = "cyclic",
        .summary = "one block after the other",
        .formula = "b_k = k mod n",
        .cost = "O(1)",
        .guarantee = "strongly convex: per cycle 1 - mu / (2 L_max (1 + n L^2 / L_min^2))",
        .source = "Beck & Tetruashvili, SIAM J. Optim. 23(4), 2013"},
       [](choice_reader&) -> selection_choice { return any_selection(ascending{}); }},
      {{.name = "descending", .summary = "one block after the other, from the last to the first", .cost = "O(1)"},
       [](choice_reader&) -> selection_choice { return any_selection(descending{}); }},
      {{.name = "fixed-shuffle",
        .summary = "one random order, drawn once",
        .cost = "O(n) once",
        .guarantee = "as cyclic",
        .source = "Sun & Ye, Math. Program. 185, 2021, arXiv 1604.07130"},
       [](choice_reader&) -> selection_choice { return any_selection(fixed_shuffle{}); }},
      {{.name = "reshuffle",
        .summary = "a new random order each epoch",
        .cost = "O(n) an epoch",
        .guarantee = "Sun-Ye family: 1 - 2d - 2d/n + O(d^2) per epoch",
        .source = "Lee & Wright, IMA J. Numer. Anal. 39, 2019, arXiv 1607.08320"},
       [](choice_reader&) -> selection_choice { return any_selection(random_reshuffle{}); }},
      {{.name = "uniform",
        .summary = "uniform and independent draws",
        .formula = "P(b) = 1/n",
        .cost = "O(1)",
        .guarantee = "E f_k - f* <= 2n/(k+4) R_1^2; strongly convex: (1 - mu/(n L_max))^k",
        .source = "Nesterov, SIAM J. Optim. 22(2), 2012, Theorems 1 and 2"},
       [](choice_reader&) -> selection_choice { return any_selection(uniform_random{}); }},
      {{.name = "subset",
        .summary = "several different blocks at once, uniformly",
        .cost = "O(tau)",
        .source = "LISA, arXiv 2403.17919; tau-nice sampling: Richtarik & Takac, Math. Program. 156, 2016",
        .parameters = "size=2 (blocks at once)"},
       [](choice_reader& p) -> selection_choice {
         return any_selection(uniform_subset{.size = static_cast<std::size_t>(p.count("size", 2))});
       }},
      {{.name = "gs",
        .summary = "Gauss-Southwell: the largest gradient",
        .formula = "argmax_b ||g_b||_2, of the subgradient of least norm",
        .cost = "a full gradient and O(n)",
        .guarantee = "(1 - mu_1/L_max)^k",
        .source = "Nutini et al., ICML 2015, arXiv 1506.00552"},
       [](choice_reader&) -> selection_choice { return any_selection(gauss_southwell{}); }},
  };
  return all;
}

selection_choice make_selection(const choice& c, random_numbers numbers, std::uint64_t stream) {
  const auto all = selection_entries();
  const auto found = std::ranges::find_if(all, [&](const selection_entry& e) { return e.note.name == c.name; });
  if (found == all.end())
    throw usage_error("--select: there is no selection '" + c.name + "'; see blockopt list selections");
  const auto make = numbers == random_numbers::numpy_legacy ? found->make_numpy : found->make;
  if (make == nullptr)
    throw usage_error("--select " + c.name +
                      ": --rng numpy-legacy is defined for cyclic, uniform, lipschitz and reshuffle");
  choice_reader parameters("--select", c);
  selection_choice result = make(parameters);
  parameters.finish();
  std::visit([&](auto& s) { s.seed = stream; }, result);
  return result;
}

}  // namespace blockopt::program
