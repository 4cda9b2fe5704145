// SPDX-License-Identifier: MIT
// Part of blockopt: linear models on data as problems of the lab; each in a file of its own, for they take long to compile.
#pragma once

#include <memory>

#include "lab/lab_run.hpp"
#include "lab/linear_data.hpp"

namespace blockopt::program {

[[nodiscard]] std::unique_ptr<lab_problem> ridge_problem(linear_data d, double l2);
[[nodiscard]] std::unique_ptr<lab_problem> elastic_net_problem(linear_data d, double l1, double l2);
[[nodiscard]] std::unique_ptr<lab_problem> logistic_problem(linear_data d, double l1, double l2);
[[nodiscard]] std::unique_ptr<lab_problem> svm_dual_problem(linear_data d, double c, bool squared);

}  // namespace blockopt::program
