// SPDX-License-Identifier: MIT
// Part of blockopt: logistic regression as a problem of the lab.

#include <utility>

#include <blockopt/problem/linear_model.hpp>

#include "lab/lab_run_body.hpp"
#include "lab/linear_problems.hpp"

namespace blockopt::program {

std::unique_ptr<lab_problem> logistic_problem(linear_data d, double l1, double l2) {
  const std::vector<lab_constant> more{{"l1", l1}, {"l2", l2}};
  if (l1 == 0)
    return make_lab_problem(
        linear_model(std::move(d.design), logistic_loss(std::move(d.target)), ridge_penalty{.l2 = l2}), more);
  return make_lab_problem(
      linear_model(std::move(d.design), logistic_loss(std::move(d.target)), l1_penalty{.l1 = l1, .l2 = l2}), more);
}

}  // namespace blockopt::program
