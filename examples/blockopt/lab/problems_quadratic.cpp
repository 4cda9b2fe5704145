// SPDX-License-Identifier: MIT
// Part of blockopt: the registry of problems: quadratics.

#include <cmath>
#include <string>
#include <utility>
#include <vector>

#include <blockopt/problem/quadratic.hpp>
#include <blockopt/problem/spectrum_quadratic.hpp>
#include <blockopt/problem/two_blocks.hpp>

#include "lab/lab_run_body.hpp"
#include "lab/problems.hpp"

namespace blockopt::program {

namespace {

std::unique_ptr<lab_problem> make_quadratic(choice_reader& p, const problem_input& input) {
  const std::uint64_t n = p.count("n", 100);
  const double condition = p.number("cond", 1e4);
  if (n == 0 || n > 5000) p.refuse("n=" + std::to_string(n) + " is not between 1 and 5000");
  if (!(condition >= 1)) p.refuse("cond must be at least 1");
  const spectrum_options options{.diagonal = p.count("diagonal", 0) != 0, .rescale = p.number("rescale", 1)};
  std::vector<lab_constant> more;
  if (options.rescale == 1) more = {{"lipschitz", 1}, {"strong_convexity", n == 1 ? 1 : 1 / condition}};
  return make_lab_problem(
      spectrum_quadratic(log_spaced(1 / condition, 1.0, static_cast<std::size_t>(n)), input.seed, options),
      std::move(more));
}

std::unique_ptr<lab_problem> make_two_cyclic(choice_reader& p, const problem_input& input) {
  const double mu = p.number("mu", 0.1);
  const auto n = static_cast<std::size_t>(p.count("n", 20));
  auto problem = two_cyclic(n, mu, input.seed);
  return make_lab_problem(std::move(problem), {{"lipschitz", 2 - mu}, {"strong_convexity", mu}},
                          coordinate_blocks::contiguous(n, n / 2));
}

}  // namespace

std::span<const problem_entry> quadratic_entries() {
  static const problem_entry all[] = {
      {{.name = "quadratic",
        .summary = "strongly convex quadratic with a logarithmic spectrum in random directions",
        .formula = "x'Ax/2 - b'x, A = Q diag(lambda) Q', lambda from 1/cond to 1",
        .cost = "O(n) a coordinate",
        .parameters = "n=100; cond=1e4; diagonal=0; rescale=1 (spreads the L_i by its square)"},
       make_quadratic},
      {{.name = "two-cyclic",
        .summary = "quadratic of two halves on which cyclic orders are twice as fast as random ones",
        .formula = "x'Ax/2 - b'x, A = [I, -B; -B', I], the largest singular value of B being 1 - mu",
        .cost = "O(n) a coordinate",
        .guarantee = "exact cyclic epochs: (1 - mu)^2; expected iterate of uniform draws: (1 - mu/n)^n",
        .source = "Gurbuzbalaban, Ozdaglar, Parrilo & Vanli, NeurIPS 2017",
        .parameters = "n=20; mu=0.1"},
       make_two_cyclic},
  };
  return all;
}

}  // namespace blockopt::program
