// SPDX-License-Identifier: MIT
// Part of blockopt: the registry of problems: Rosenbrock's function as the block optimizer has it.

#include <cstddef>
#include <utility>

#include <blockopt/problem/coordinates_of.hpp>
#include <blockopt/problem/rosenbrock.hpp>

#include "lab/lab_run_body.hpp"
#include "lab/problems.hpp"

namespace blockopt::program {

namespace {

std::unique_ptr<lab_problem> make_rosenbrock(choice_reader& p, const problem_input&) {
  coordinates_of problem(rosenbrock<double>({.variables = static_cast<std::size_t>(p.count("n", 2)), .block_size = 2}));
  coordinate_blocks pairs = problem.parameter_blocks();
  return make_lab_problem(std::move(problem), {}, std::move(pairs));
}

}  // namespace

std::span<const problem_entry> rosenbrock_entries() {
  static const problem_entry all[] = {
      {{.name = "rosenbrock",
        .summary = "the curved valley, in every pair of variables, by its gradient alone",
        .formula = "sum over pairs (u, v) of 100 (v - u^2)^2 + (1 - u)^2, f* = 0, from (-1.2, 1, -1.2, 1, ...)",
        .cost = "O(n) a pair",
        .guarantee = "no L_i is known: --update armijo, adaptive, adam or sgd; test-function[name=rosenbrock] has the "
                     "Hessian too, for exact and newton. --block-size natural: the pairs, which do not concern each "
                     "other; single variables crawl along the valley",
        .source = "More, Garbow & Hillstrom, ACM Trans. Math. Softw. 7(1), 1981, problem 21",
        .parameters = "n=2 (even)"},
       make_rosenbrock},
  };
  return all;
}

}  // namespace blockopt::program
