// SPDX-License-Identifier: MIT
// Part of blockopt: the registry of problems: matrix factorizations.

#include <utility>

#include <blockopt/problem/matrix_factorization.hpp>
#include <blockopt/problem/nonnegative_matrix_factorization.hpp>

#include "lab/lab_run_body.hpp"
#include "lab/problems.hpp"

namespace blockopt::program {

namespace {

std::unique_ptr<lab_problem> make_nonnegative(choice_reader& p, const problem_input& input) {
  const auto rank = static_cast<std::size_t>(p.count("rank", 3));
  nonnegative_matrix_factorization problem(
      planted_nonnegative_matrix(static_cast<std::size_t>(p.count("m", 40)), static_cast<std::size_t>(p.count("n", 40)),
                                 rank, input.seed, p.number("snr", 0)),
      rank, input.seed);
  coordinate_blocks components = problem.component_blocks();
  return make_lab_problem(std::move(problem), {}, std::move(components));
}

std::unique_ptr<lab_problem> make_factorization(choice_reader& p, const problem_input& input) {
  const auto m = static_cast<Eigen::Index>(p.count("m", 30)), n = static_cast<Eigen::Index>(p.count("n", 20));
  const auto rank = static_cast<std::size_t>(p.count("rank", 4));
  detail::random_source random(input.seed, 0);
  matrix_factorization problem(Eigen::MatrixXd::NullaryExpr(m, n, [&] { return random.normal(); }), rank, input.seed);
  coordinate_blocks factors = problem.factor_blocks();
  return make_lab_problem(std::move(problem), {}, std::move(factors));
}

}  // namespace

std::span<const problem_entry> factorization_entries() {
  static const problem_entry all[] = {
      {{.name = "nonnegative-matrix-factorization",
        .summary = "a matrix as a product of two that are not negative",
        .formula = "||Y - W H||^2 / 2 over W >= 0, H >= 0",
        .cost = "O(rank + line) a coordinate",
        .guarantee = "--block-size natural --update exact is HALS: f never rises",
        .source = "Lee & Seung, NIPS 2000; Cichocki, Zdunek & Amari, ICA 2007",
        .parameters = "m=40; n=40; rank=3; snr=0 (0: no noise)"},
       make_nonnegative},
      {{.name = "matrix-factorization",
        .summary = "a matrix as a product of two, the best approximation of its rank",
        .formula = "||Y - W H||^2 / 2",
        .cost = "O(rank + line) a coordinate",
        .guarantee = "every local minimum is global (Eckart & Young); --block-size natural --update exact: alternating "
                     "least squares",
        .parameters = "m=30; n=20; rank=4 (Y of independent normal numbers)"},
       make_factorization},
  };
  return all;
}

}  // namespace blockopt::program
