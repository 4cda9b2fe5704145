// SPDX-License-Identifier: MIT
// Part of blockopt: a consumer of blockopt::core, which has no Eigen to include.
#include <string>
#include <vector>

#include <blockopt/backend/plain/plain_backend.hpp>
#include <blockopt/version.hpp>
#include <blockopt/view/tensor_view.hpp>

#include "one_step.hpp"

#if __has_include(<Eigen/Core>)
#error "blockopt::core brings the include folder of Eigen along"
#endif

static_assert(BLOCKOPT_VERSION >= 100, "0.1.0 or newer");
static_assert(BLOCKOPT_VERSION ==
              BLOCKOPT_VERSION_MAJOR * 10000 + BLOCKOPT_VERSION_MINOR * 100 + BLOCKOPT_VERSION_PATCH);

int main() {
  const std::string version = std::to_string(BLOCKOPT_VERSION_MAJOR) + "." + std::to_string(BLOCKOPT_VERSION_MINOR) +
                              "." + std::to_string(BLOCKOPT_VERSION_PATCH);
  if (version != BLOCKOPT_VERSION_STRING) return 2;
#ifdef PACKAGE_VERSION
  if (version != PACKAGE_VERSION) return 3;
#endif
  std::vector<float> first(6, 1.0F);
  std::vector<float> second(5, 1.0F);
  return one_step_is_right<blockopt::plain_backend>(blockopt::view(first.data(), {2, 3}), blockopt::view(second)) ? 0
                                                                                                                  : 1;
}
