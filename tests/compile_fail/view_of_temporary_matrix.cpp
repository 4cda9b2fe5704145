// error: the temporary would be gone before its view
// SPDX-License-Identifier: MIT
// Part of blockopt: a view of a temporary would outlive the coefficients.
#include <Eigen/Core>

#include <blockopt/backend/eigen/view.hpp>

int main() {
#ifdef FIXED
  Eigen::VectorXf elements(3);
  (void)blockopt::view(elements);
#else
  (void)blockopt::view(Eigen::VectorXf(3));
#endif
}
