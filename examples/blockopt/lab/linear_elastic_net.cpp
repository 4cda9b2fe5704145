// SPDX-License-Identifier: MIT
// Part of blockopt: lasso and elastic net as a problem of the lab.

#include <utility>

#include <blockopt/problem/linear_model.hpp>

#include "lab/lab_run_body.hpp"
#include "lab/linear_problems.hpp"

namespace blockopt::program {

std::unique_ptr<lab_problem> elastic_net_problem(linear_data d, double l1, double l2) {
  const double largest = largest_correlation(d);
  return make_lab_problem(
      linear_model(std::move(d.design), squared_loss{std::move(d.target)}, l1_penalty{.l1 = l1, .l2 = l2}),
      {{"l1", l1}, {"l2", l2}, {"l1_max", largest}});
}

}  // namespace blockopt::program
