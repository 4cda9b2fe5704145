// SPDX-License-Identifier: MIT
// Part of blockopt: a model of a few tensors for tests of the optimizer.
#pragma once

#include <cstddef>
#include <cstdint>
#include <string>
#include <utility>
#include <vector>

#include <blockopt/block/by_layer.hpp>
#include <blockopt/block/by_list.hpp>
#include <blockopt/block/parameter.hpp>
#include <blockopt/block/partition.hpp>

#include "support/guarded.hpp"
#include "support/message_of.hpp"  // IWYU pragma: export

namespace blockopt_tests {

/// Tensors "layers.0.w", "layers.1.w", ... of the given sizes, between sentinels.
template <class T>
struct tensors {
  std::vector<guarded<T>> values;

  explicit tensors(const std::vector<std::size_t>& sizes, std::uint64_t seed = 1) {
    values.reserve(sizes.size());
    for (std::size_t p = 0; p < sizes.size(); ++p) {
      values.emplace_back(sizes[p]);
      for (std::size_t i = 0; i < sizes[p]; ++i) values[p][i] = stored<T>(noise(seed, 7, p, i));
    }
  }

  [[nodiscard]] std::vector<blockopt::parameter<T>> parameters() const {
    std::vector<blockopt::parameter<T>> result;
    for (std::size_t p = 0; p < values.size(); ++p)
      result.push_back({"layers." + std::to_string(p) + ".w", {values[p].data(), values[p].size()}, {}});
    return result;
  }
  /// One block for each tensor.
  [[nodiscard]] blockopt::partition<blockopt::parameter<T>> blocks() const { return blockopt::by_layer(parameters()); }
  /// All tensors in one block.
  [[nodiscard]] blockopt::partition<blockopt::parameter<T>> one_block() const {
    return blockopt::as_one_block(parameters());
  }

  [[nodiscard]] bool intact() const {
    for (const auto& v : values) {
      if (!v.intact()) return false;
    }
    return true;
  }
  [[nodiscard]] std::vector<std::vector<unsigned char>> image() const {
    std::vector<std::vector<unsigned char>> result;
    for (const auto& v : values) result.push_back(v.image());
    return result;
  }
};

/// The gradient of element i of parameter p at a step, in every test: in [-1, 1).
[[nodiscard]] inline double test_gradient(std::uint64_t step, std::size_t p, std::size_t i) {
  return noise(99, step, p, i);
}

/// Adds scale * test_gradient(step) where the optimizer wants a gradient, as an oracle would. Returns the block.
template <class Optimizer>
std::size_t feed(Optimizer& optimizer, std::uint64_t step, double scale = 1.0) {
  const auto active = optimizer.active();
  for (const std::size_t p : active.parameters) {
    const auto g = active.gradient(p);
    for (std::size_t i = 0; i < g.size(); ++i)
      g.data()[i] += static_cast<typename Optimizer::compute>(scale * test_gradient(step, p, i));
  }
  return active.index;
}

/// feed and step, `count` times from step `first` on.
template <class Optimizer>
void advance(Optimizer& optimizer, std::uint64_t first, std::uint64_t count) {
  for (std::uint64_t s = first; s < first + count; ++s) {
    feed(optimizer, s);
    optimizer.step();
  }
}

}  // namespace blockopt_tests
