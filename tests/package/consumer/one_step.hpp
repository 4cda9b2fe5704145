// SPDX-License-Identifier: MIT
// Part of blockopt: what each consumer does with its backend.
#pragma once

#include <cstddef>
#include <vector>

#include <blockopt/block/by_layer.hpp>
#include <blockopt/block/parameter.hpp>
#include <blockopt/memory/drop_state.hpp>
#include <blockopt/run/block_optimizer.hpp>
#include <blockopt/select/ascending.hpp>
#include <blockopt/update/sgd.hpp>
#include <blockopt/view/tensor_view.hpp>

/// True when one step of SGD moves the first of two layers by rate times gradient, and the other not at all.
template <class Backend>
bool one_step_is_right(const blockopt::tensor_view<float>& first, const blockopt::tensor_view<float>& second) {
  const std::vector parameters{blockopt::parameter{"layers.0.weight", first},
                               blockopt::parameter{"layers.1.weight", second}};
  blockopt::block_optimizer optimizer{blockopt::by_layer(parameters), blockopt::sgd{.learning_rate = 0.5},
                                      blockopt::ascending{}, blockopt::drop_state{}, Backend{}};
  const auto active = optimizer.active();
  for (const std::size_t i : active.parameters) {
    const auto gradient = active.gradient(i);
    for (std::size_t k = 0; k < gradient.size(); ++k) gradient.data()[k] += 0.5F;
  }
  optimizer.step();
  bool right = true;
  for (std::size_t k = 0; k < first.size(); ++k) right = right && first.data()[k] == 0.75F;
  for (std::size_t k = 0; k < second.size(); ++k) right = right && second.data()[k] == 1.0F;
  return right;
}
