// SPDX-License-Identifier: MIT
// Part of blockopt: the registry of problems: quadratics.

#include <utility>
#include <vector>

#include <blockopt/problem/quadratic.hpp>
#include <blockopt/problem/quadratic_model.hpp>

#include "lab/lab_run_body.hpp"
#include "lab/problems.hpp"

namespace blockopt::program {

namespace {

std::unique_ptr<lab_problem> make_quadratic(choice_reader& p, const problem_input& input) {
  const std::uint64_t n = p.count("n", 100);
  const double condition = p.number("cond", 1e4);
  if (n == 0 || n > 5000) p.refuse("n=" + std::to_string(n) + " is not between 1 and 5000");
  if (!(condition >= 1)) p.refuse("cond must be at least 1");
  const quadratic<double> q{
      {.spectrum = log_spaced(1 / condition, 1.0, static_cast<std::size_t>(n)), .seed = input.seed}};
  const auto size = static_cast<Eigen::Index>(n);
  Eigen::MatrixXd a = Eigen::Map<const Eigen::MatrixXd>(q.matrix().data(), size, size);
  return make_lab_problem(
      quadratic_model<dense_columns>(dense_columns(std::move(a)), {q.linear().begin(), q.linear().end()}),
      {{"lipschitz", q.lipschitz()}, {"strong_convexity", q.strong_convexity()}});
}

}  // namespace

std::span<const problem_entry> quadratic_entries() {
  static const problem_entry all[] = {
      {{.name = "quadratic",
        .summary = "strongly convex quadratic with a logarithmic spectrum in random directions",
        .formula = "x'Ax/2 - b'x, A = Q diag(lambda) Q', lambda from 1/cond to 1",
        .cost = "O(n) a coordinate",
        .parameters = "n=100; cond=1e4"},
       make_quadratic},
  };
  return all;
}

}  // namespace blockopt::program
