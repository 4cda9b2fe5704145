// SPDX-License-Identifier: MIT
// Part of blockopt: steps of the check, as the theorems have them.

#include "check/lab_updates.hpp"

#include <Eigen/Cholesky>
#include <Eigen/Core>

namespace blockopt::program {

void solve_block(std::span<double> h, std::span<double> d) {
  const auto size = static_cast<Eigen::Index>(d.size());
  const Eigen::Map<const Eigen::MatrixXd> matrix(h.data(), size, size);
  Eigen::Map<Eigen::VectorXd> vector(d.data(), size);
  vector = matrix.llt().solve(vector).eval();
}

}  // namespace blockopt::program
