// SPDX-License-Identifier: MIT
// Part of blockopt: least squares with and without an l2 penalty as a problem of the lab.

#include <utility>

#include <blockopt/problem/linear_model.hpp>

#include "lab/lab_run_body.hpp"
#include "lab/linear_problems.hpp"

namespace blockopt::program {

std::unique_ptr<lab_problem> ridge_problem(linear_data d, double l2) {
  return make_lab_problem(linear_model(std::move(d.design), squared_loss{std::move(d.target)}, ridge_penalty{.l2 = l2}),
                          {{"l2", l2}});
}

}  // namespace blockopt::program
