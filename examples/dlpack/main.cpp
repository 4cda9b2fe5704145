// SPDX-License-Identifier: MIT
// Part of blockopt: trains tensors that another framework shows by DLPack.
//
// Prints the loss before and after. The status is 1 unless it is learned and every tensor was given back.
#include <cstddef>
#include <cstdio>
#include <vector>

#include <blockopt/adapt/dlpack.hpp>
#include <blockopt/blockopt.hpp>

#include "framework.hpp"

namespace bo = blockopt;
using managed = bo::dlpack::managed_tensor;  // or DLManagedTensor of <dlpack/dlpack.h>

int main() {
  framework::model model;
  const double start = model.forward_backward(false, false);
  double loss = 0;
  {
    std::vector<bo::dlpack_handle<managed>> borrowed;  // the deleters are called when this goes
    const auto borrow = [&](managed* tensor) -> const managed& { return *borrowed.emplace_back(tensor); };
    std::vector<bo::parameter<float>> parameters;
    for (const char* name : {"A", "b"})
      parameters.push_back({name, bo::dlpack_view<float>(borrow(model.value_to_dlpack(name))),
                            bo::dlpack_view<const float>(borrow(model.gradient_to_dlpack(name)))});

    bo::block_optimizer optimizer{bo::each_its_own_block(parameters),
                                  bo::adam{.learning_rate = 0.05},
                                  bo::ascending{},
                                  bo::keep_state{},
                                  bo::plain_backend{},
                                  {.switch_every = 5}};
    for (int step = 0; step < 1500; ++step) {
      const auto active = optimizer.active();
      loss = model.forward_backward(active.contains(0), active.contains(1));
      optimizer.step();
    }
  }
  std::printf("loss %.4f before, %.2e after; %d tensors still borrowed\n", start, loss, model.borrowed());
  return loss < 1e-6 && model.borrowed() == 0 ? 0 : 1;
}
