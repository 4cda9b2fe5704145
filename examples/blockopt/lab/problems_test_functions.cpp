// SPDX-License-Identifier: MIT
// Part of blockopt: the registry of problems: the classical test functions.

#include <cstddef>
#include <string>
#include <utility>
#include <vector>

#include <blockopt/problem/nonlinear_least_squares.hpp>
#include <blockopt/problem/test_functions.hpp>

#include "lab/lab_run_body.hpp"
#include "lab/problems.hpp"

namespace blockopt::program {

namespace {

/// "rosenbrock, beale, ...", in lines of the width of a page.
std::string names_of_functions() {
  std::string text = "name=rosenbrock (or ";
  for (const test_function_entry& e : test_function_table()) {
    if (e.name == "rosenbrock") continue;
    text += std::string(e.name) + (e.least < e.most ? "*, " : ", ");
  }
  text.resize(text.size() - 2);
  return text + "; those with * in any number of variables); n=the paper's (variables)";
}

std::unique_ptr<lab_problem> make_test_function(choice_reader& p, const problem_input&) {
  const std::string name = p.word("name", "rosenbrock");
  nonlinear_least_squares problem(test_function(name, static_cast<std::size_t>(p.count("n", 0))));
  coordinate_blocks natural = problem.natural_blocks();
  std::vector<lab_constant> more{{"residuals", static_cast<double>(problem.function().residuals)}};
  return make_lab_problem(std::move(problem), std::move(more), std::move(natural));
}

}  // namespace

std::span<const problem_entry> test_function_entries() {
  static const std::string parameters = names_of_functions();
  static const problem_entry all[] = {
      {{.name = "test-function",
        .summary = "a classical test function of unconstrained optimization, a sum of squares",
        .formula = "sum of r_i(x)^2 from the standard start; f* where the literature has it",
        .cost = "O(residuals) a coordinate",
        .guarantee = "no L_i is known, so without gradient and prox: updates with line searches or Hessians descend "
                     "(--update exact, newton, armijo)",
        .source = "More, Garbow & Hillstrom, ACM Trans. Math. Softw. 7(1), 1981",
        .parameters = parameters},
       make_test_function},
  };
  return all;
}

}  // namespace blockopt::program
