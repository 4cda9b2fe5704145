// SPDX-License-Identifier: MIT
// Part of blockopt: the registry of problems: logistic regression of many classes.

#include <algorithm>
#include <cstdint>
#include <string>
#include <utility>
#include <vector>

#include <blockopt/problem/published_regression.hpp>
#include <blockopt/problem/softmax_regression.hpp>

#include "common/failure.hpp"
#include "lab/lab_run_body.hpp"
#include "lab/linear_data.hpp"
#include "lab/problems.hpp"

namespace blockopt::program {

namespace {

std::unique_ptr<lab_problem> made(softmax_regression<sparse_columns> problem, std::size_t classes) {
  coordinate_blocks features = coordinate_blocks::contiguous(problem.size(), classes);
  return make_lab_problem(std::move(problem), {{"classes", static_cast<double>(classes)}}, std::move(features));
}

std::unique_ptr<lab_problem> make_softmax(choice_reader& p, const problem_input& input) {
  if (input.l1.value_or(0) != 0) p.refuse("it has no --l1");
  if (input.data.empty()) {
    if (input.l2.value_or(0) != 0) p.refuse("the published data have no --l2; give --data");
    return made(published_softmax(), 50);
  }
  linear_data d = regression_data(p, input);
  std::vector<double> values = d.target;
  std::sort(values.begin(), values.end());
  values.erase(std::unique(values.begin(), values.end()), values.end());
  if (values.size() < 2 || values.size() > 10'000)
    throw run_failure("'" + input.data.string() + "' has " + std::to_string(values.size()) +
                      " different labels; classes are 2 to 10000");
  std::vector<std::uint32_t> label;
  for (const double y : d.target)
    label.push_back(static_cast<std::uint32_t>(std::lower_bound(values.begin(), values.end(), y) - values.begin()));
  return made(
      softmax_regression<sparse_columns>(std::move(d.design), std::move(label), values.size(), input.l2.value_or(1.0)),
      values.size());
}

}  // namespace

std::span<const problem_entry> softmax_entries() {
  static const problem_entry all[] = {
      {{.name = "softmax",
        .summary = "logistic regression of many classes",
        .formula = "sum over rows of log sum_c exp(a_i'W_c) - a_i'W_(label of i), + l2/2 ||W||^2, --l2 1",
        .cost = "O(nonzeros of a column) with as many exponentials",
        .source = "without --data: Dataset C of Nutini, Laradji & Schmidt, JMLR 23(131), 2022 (50 classes, 50,000 "
                  "unknowns, l2 = 0)",
        .parameters = "--block-size natural: the classes of a feature"},
       make_softmax},
  };
  return all;
}

}  // namespace blockopt::program
