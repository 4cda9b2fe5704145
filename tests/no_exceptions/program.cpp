// SPDX-License-Identifier: MIT
// Part of blockopt: a program without exceptions and RTTI. Makes steps; with an argument it makes an error.
#include <cstdio>
#include <cstdlib>
#include <utility>
#include <vector>

#include "every_header.hpp"

namespace bo = blockopt;

#ifdef BLOCKOPT_EXCEPTIONS
#error "exceptions are on"
#endif

#ifdef BLOCKOPT_ON_ERROR
void my_handler(const char* sentence) {
  std::fprintf(stderr, "%s\n", sentence);
  std::exit(3);
}
#endif

#ifdef WITH_EIGEN
using backend = bo::eigen_backend;
#else
using backend = bo::plain_backend;
#endif

int main(int count, char**) {
  std::vector<float> x(20, 1.0F);
  std::vector<float> g(20, 0.5F);
  const std::vector<bo::parameter<float>> parameters{{"layers.0.weight", bo::view(x), bo::view(std::as_const(g))}};
  const double rate = count > 1 ? -1.0 : 0.5;
  bo::block_optimizer optimizer{bo::by_layer(parameters), bo::sgd{.learning_rate = rate}, bo::random_reshuffle{},
                                bo::drop_state{}, backend{}};
  std::puts("no error");
  optimizer.step();
  for (const float value : x) {
    if (value != 0.75F) return 1;
  }
  return 0;
}
