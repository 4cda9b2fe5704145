// SPDX-License-Identifier: MIT
// Part of blockopt: a consumer of blockopt::core, which has no Eigen to include.
#include <vector>

#include <blockopt/block/parameter.hpp>
#include <blockopt/version.hpp>
#include <blockopt/view/tensor_view.hpp>

#if __has_include(<Eigen/Core>)
#error "blockopt::core brings the include folder of Eigen along"
#endif

int main() {
  std::vector<float> values(6, 1.0F);
  const blockopt::parameter weight{"weight", blockopt::view(values.data(), {2, 3})};
  weight.values(1, 2) = 7.0F;
  return values[5] == 7.0F && BLOCKOPT_VERSION > 0 ? 0 : 1;
}
