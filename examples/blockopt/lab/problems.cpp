// SPDX-License-Identifier: MIT
// Part of blockopt: the registry of problems.

#include "lab/problems.hpp"

#include <algorithm>
#include <vector>

#include "common/failure.hpp"

namespace blockopt::program {

std::span<const problem_entry> problem_entries() {
  static const std::vector<problem_entry> all = [] {
    std::vector<problem_entry> joined;
    for (const auto part : {quadratic_entries(), linear_entries(), grouped_entries(), softmax_entries(),
                            graph_entries(), factorization_entries(), tensor_entries(), small_entries(),
                            test_function_entries(), rosenbrock_entries(), mlp_entries()})
      joined.insert(joined.end(), part.begin(), part.end());
    return joined;
  }();
  return all;
}

std::unique_ptr<lab_problem> make_problem(const choice& c, const problem_input& input) {
  const auto all = problem_entries();
  const auto found = std::ranges::find_if(all, [&](const problem_entry& e) { return e.note.name == c.name; });
  if (found == all.end())
    throw usage_error("--problem: there is no problem '" + c.name + "'; see blockopt list problems");
  choice_reader parameters("--problem", c);
  auto result = found->make(parameters, input);
  parameters.finish();
  return result;
}

}  // namespace blockopt::program
