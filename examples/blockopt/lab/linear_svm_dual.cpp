// SPDX-License-Identifier: MIT
// Part of blockopt: the dual of a support vector machine as a problem of the lab.

#include <utility>

#include <blockopt/problem/linear_model.hpp>

#include "lab/lab_run_body.hpp"
#include "lab/linear_problems.hpp"

namespace blockopt::program {

/// Column i of the design is y_i times sample i.
std::unique_ptr<lab_problem> svm_dual_problem(linear_data d, double c, bool squared) {
  std::vector<std::size_t> first(d.target.size() + 1);
  for (std::size_t j = 0; j < d.design.columns(); ++j) {
    for (const std::uint32_t i : d.design.rows_of(j)) ++first[i + std::size_t{1}];
  }
  for (std::size_t i = 0; i + 1 < first.size(); ++i) first[i + 1] += first[i];
  std::vector<std::uint32_t> row(d.design.nonzeros());
  std::vector<double> value(d.design.nonzeros());
  std::vector<std::size_t> next(first.begin(), first.end() - 1);
  for (std::size_t j = 0; j < d.design.columns(); ++j) {
    for (std::size_t k = 0; k < d.design.nonzeros(j); ++k) {
      const std::size_t i = d.design.rows_of(j)[k], e = next[i]++;
      row[e] = static_cast<std::uint32_t>(j);
      value[e] = d.target[i] * d.design.values_of(j)[k];
    }
  }
  sparse_columns samples(d.design.columns(), std::move(first), std::move(row), std::move(value));
  std::vector<double> none(samples.rows());
  box_penalty penalty{.linear = -1, .lower = 0};
  if (squared) penalty.l2 = 1 / (2 * c);
  else penalty.upper = c;
  return make_lab_problem(linear_model(std::move(samples), squared_loss{std::move(none)}, penalty.checked()),
                          {{"C", c}});
}

}  // namespace blockopt::program
