// SPDX-License-Identifier: MIT
// Part of blockopt: a consumer of blockopt::core, which has no Eigen to include.
#include <vector>

#include <blockopt/backend/plain/plain_backend.hpp>
#include <blockopt/version.hpp>
#include <blockopt/view/tensor_view.hpp>

#include "one_step.hpp"

#if __has_include(<Eigen/Core>)
#error "blockopt::core brings the include folder of Eigen along"
#endif

int main() {
  std::vector<float> first(6, 1.0F);
  std::vector<float> second(5, 1.0F);
  return BLOCKOPT_VERSION > 0 && one_step_is_right<blockopt::plain_backend>(blockopt::view(first.data(), {2, 3}),
                                                                            blockopt::view(second))
             ? 0
             : 1;
}
