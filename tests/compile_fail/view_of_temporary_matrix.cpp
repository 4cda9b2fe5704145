// error: the temporary would be gone before its view
#include <Eigen/Core>
#include <blockopt/backend/eigen/view.hpp>

int main() { (void)blockopt::view(Eigen::VectorXf(3)); }
