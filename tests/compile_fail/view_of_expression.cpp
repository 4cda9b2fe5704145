// error: this Eigen expression has no memory of its own
#include <Eigen/Core>
#include <blockopt/backend/eigen/view.hpp>

int main() {
  Eigen::VectorXf a(3), b(3);
  (void)blockopt::view(a + b);
}
