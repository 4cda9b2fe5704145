// SPDX-License-Identifier: MIT
// Part of blockopt: the registry of problems: linear models on data.

#include <algorithm>
#include <cmath>
#include <utility>
#include <vector>

#include <blockopt/problem/linear_model.hpp>

#include "common/failure.hpp"
#include "lab/linear_data.hpp"
#include "lab/linear_problems.hpp"
#include "lab/problems.hpp"

namespace blockopt::program {

namespace {

std::unique_ptr<lab_problem> make_least_squares(choice_reader& p, const problem_input& input) {
  if (input.l1.value_or(0) != 0 || input.l2.value_or(0) != 0)
    p.refuse("it has neither --l1 nor --l2; see ridge and lasso");
  linear_data d = regression_data(p, input);
  return ridge_problem(std::move(d), 0);
}

std::unique_ptr<lab_problem> make_ridge(choice_reader& p, const problem_input& input) {
  if (input.l1.value_or(0) != 0) p.refuse("it has no --l1; see elastic-net");
  linear_data d = regression_data(p, input);
  return ridge_problem(std::move(d), input.l2.value_or(1.0));
}

/// --l1, or the parameter ratio times the least l1 whose solution is 0.
double l1_of(choice_reader& p, const problem_input& input, const linear_data& d) {
  const double ratio = p.number("ratio", 0.1);
  if (input.l1 && p.has("ratio")) p.refuse("give --l1 or ratio, not both");
  return input.l1 ? *input.l1 : ratio * largest_correlation(d);
}

std::unique_ptr<lab_problem> make_lasso(choice_reader& p, const problem_input& input) {
  if (input.l2.value_or(0) != 0) p.refuse("it has no --l2; see elastic-net");
  linear_data d = regression_data(p, input);
  const double l1 = l1_of(p, input, d);
  return elastic_net_problem(std::move(d), l1, 0);
}

std::unique_ptr<lab_problem> make_elastic_net(choice_reader& p, const problem_input& input) {
  linear_data d = regression_data(p, input);
  const double l1 = l1_of(p, input, d);
  return elastic_net_problem(std::move(d), l1, input.l2.value_or(1.0));
}

std::unique_ptr<lab_problem> make_logistic(choice_reader& p, const problem_input& input) {
  linear_data d = classification_data(p, input);
  return logistic_problem(std::move(d), input.l1.value_or(0), input.l2.value_or(1.0));
}

std::unique_ptr<lab_problem> make_svm_dual(choice_reader& p, const problem_input& input) {
  if (input.l1.value_or(0) != 0 || input.l2.value_or(0) != 0) p.refuse("it has neither --l1 nor --l2, but C=1");
  linear_data d = classification_data(p, input);
  const double c = p.number("C", 1);
  if (!(c > 0)) p.refuse("C must be above 0");
  const std::string loss = p.word("loss", "hinge");
  if (loss != "hinge" && loss != "squared") p.refuse("loss is hinge or squared");
  return svm_dual_problem(std::move(d), c, loss == "squared");
}

}  // namespace

std::span<const problem_entry> linear_entries() {
  static constexpr const char* generated =
      "without --data: m=200 rows; n=100 columns; rho=0 (correlation of neighbours); density=0.1 (of the planted "
      "weights); "
      "snr=10; or sparse by nonzeros=0.01 (share of elements); power=0.8 (of the columns' law)";
  static const problem_entry all[] = {
      {{.name = "least-squares",
        .summary = "least squares",
        .formula = "||Ax - y||^2 / 2",
        .cost = "O(nonzeros of a column)",
        .parameters = generated},
       make_least_squares},
      {{.name = "ridge",
        .summary = "least squares with an l2 penalty",
        .formula = "||Ax - y||^2 / 2 + l2/2 ||x||^2, --l2 1",
        .cost = "O(nonzeros of a column)",
        .parameters = generated},
       make_ridge},
      {{.name = "lasso",
        .summary = "least squares with an l1 penalty",
        .formula = "||Ax - y||^2 / 2 + l1 ||x||_1",
        .cost = "O(nonzeros of a column)",
        .parameters = "ratio=0.1 (l1 / ||A'y||_inf, without --l1); without --data as ridge"},
       make_lasso},
      {{.name = "elastic-net",
        .summary = "least squares with l1 and l2 penalties",
        .formula = "||Ax - y||^2 / 2 + l1 ||x||_1 + l2/2 ||x||^2, --l2 1",
        .cost = "O(nonzeros of a column)",
        .parameters = "ratio=0.1 (l1 / ||A'y||_inf, without --l1); without --data as ridge"},
       make_elastic_net},
      {{.name = "logistic",
        .summary = "logistic regression on two classes",
        .formula = "sum of log(1 + exp(-y_i a_i'x)) + l1 ||x||_1 + l2/2 ||x||^2, --l1 0 --l2 1",
        .cost = "O(nonzeros of a column) with as many exponentials",
        .parameters = "without --data as ridge"},
       make_logistic},
      {{.name = "svm-dual",
        .summary = "dual of a linear support vector machine",
        .formula =
            "||sum of a_i y_i x_i||^2 / 2 - sum of a_i on 0 <= a_i <= C; squared: + ||a||^2 / (4 C), no upper bound",
        .cost = "O(nonzeros of a sample)",
        .source = "Hsieh et al., ICML 2008",
        .parameters = "C=1; loss=hinge (or squared); without --data as ridge"},
       make_svm_dual},
  };
  return all;
}

}  // namespace blockopt::program
