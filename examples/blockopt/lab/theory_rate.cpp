// SPDX-License-Identifier: MIT
// Part of blockopt: the rate that theory knows for a policy and an update that were chosen by name.

#include "lab/theory_rate.hpp"

#include <blockopt/select/ascending.hpp>
#include <blockopt/select/descending.hpp>
#include <blockopt/select/fixed_shuffle.hpp>
#include <blockopt/select/gauss_southwell.hpp>
#include <blockopt/select/gauss_southwell_lipschitz.hpp>
#include <blockopt/select/lipschitz_sampling.hpp>
#include <blockopt/select/random_reshuffle.hpp>
#include <blockopt/select/uniform_random.hpp>
#include <blockopt/theory/rate_bound.hpp>

namespace blockopt::program {

std::optional<theorem> known_rate(const choice& selection, const choice& update, const problem_constants& c) {
  if (update.name != "gradient" && update.name != "prox" && update.name != "exact") return std::nullopt;
  choice_reader steps("--update", update), p("--select", selection);
  if (update.name != "exact" && steps.number("relaxation", 1) != 1) return std::nullopt;
  const std::string& name = selection.name;
  if (name == "cyclic") return best_theorem(c, ascending{});
  if (name == "descending") return best_theorem(c, descending{});
  if (name == "fixed-shuffle") return best_theorem(c, fixed_shuffle{});
  if (name == "reshuffle") return best_theorem(c, random_reshuffle{});
  if (name == "uniform") return best_theorem(c, uniform_random{});
  if (name == "lipschitz") return best_theorem(c, lipschitz_sampling{.power = p.number("a", 1)});
  if (p.count("norm", 2) != 2) return std::nullopt;
  if (name == "gs") return best_theorem(c, gauss_southwell{});
  if (name == "gsl") return best_theorem(c, gauss_southwell_lipschitz{});
  return std::nullopt;
}

}  // namespace blockopt::program
