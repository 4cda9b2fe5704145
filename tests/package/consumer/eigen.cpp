// SPDX-License-Identifier: MIT
// Part of blockopt: a consumer of blockopt::eigen, which finds Eigen through the package.
#include <cstddef>

#include <Eigen/Core>

#include <blockopt/block/parameter.hpp>
#include <blockopt/problem/problem.hpp>
#include <blockopt/view/tensor_view.hpp>

int main() {
  Eigen::VectorXf values = Eigen::VectorXf::Ones(6);
  const blockopt::parameter weight{"weight", blockopt::view(values.data(), static_cast<std::size_t>(values.size()))};
  weight.values(5) = 7.0F;
  return values[5] == 7.0F ? 0 : 1;
}
