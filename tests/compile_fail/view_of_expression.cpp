// error: this Eigen expression has no memory of its own
// SPDX-License-Identifier: MIT
// Part of blockopt: a view never evaluates, so what was not evaluated has no view.
#include <Eigen/Core>

#include <blockopt/backend/eigen/view.hpp>

int main() {
  const Eigen::VectorXf a(3), b(3);
#ifdef FIXED
  const Eigen::VectorXf sum = a + b;
  (void)blockopt::view(sum);
#else
  (void)blockopt::view(a + b);
#endif
}
