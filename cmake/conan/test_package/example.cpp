// SPDX-License-Identifier: MIT
// Part of blockopt: one step of SGD, with the backend that the package has.
#include <cstdio>
#include <vector>

#ifdef WITH_EIGEN
#include <blockopt/backend/eigen/eigen_backend.hpp>
using backend = blockopt::eigen_backend;
#else
#include <blockopt/backend/plain/plain_backend.hpp>
using backend = blockopt::plain_backend;
#endif
#include <blockopt/block/by_layer.hpp>
#include <blockopt/memory/drop_state.hpp>
#include <blockopt/run/block_optimizer.hpp>
#include <blockopt/select/ascending.hpp>
#include <blockopt/update/sgd.hpp>
#include <blockopt/version.hpp>

int main() {
  std::vector<float> x(6, 1.0F);
  const std::vector parameters{blockopt::parameter{"layers.0.weight", blockopt::view(x)}};
  blockopt::block_optimizer optimizer{blockopt::by_layer(parameters), blockopt::sgd{.learning_rate = 0.5},
                                      blockopt::ascending{}, blockopt::drop_state{}, backend{}};
  const auto gradient = optimizer.active().gradient(0);
  for (std::size_t k = 0; k < x.size(); ++k) gradient.data()[k] += 0.5F;
  optimizer.step();
  std::printf("blockopt %s: %g\n", BLOCKOPT_VERSION_STRING, static_cast<double>(x[0]));
  return x[0] == 0.75F ? 0 : 1;
}
