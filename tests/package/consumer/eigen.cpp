// SPDX-License-Identifier: MIT
// Part of blockopt: a consumer of blockopt::eigen, which finds Eigen through the package.
#include <Eigen/Core>

#include <blockopt/backend/eigen/eigen_backend.hpp>
#include <blockopt/backend/eigen/view.hpp>
#include <blockopt/problem/problem.hpp>

#include "one_step.hpp"

int main() {
  Eigen::VectorXf first = Eigen::VectorXf::Ones(6);
  Eigen::VectorXf second = Eigen::VectorXf::Ones(5);
  return one_step_is_right<blockopt::eigen_backend>(blockopt::view(first), blockopt::view(second)) ? 0 : 1;
}
