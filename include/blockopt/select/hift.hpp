// SPDX-License-Identifier: MIT
// Part of blockopt: selection of the layers from one end to the other, one per step.
#pragma once

#include <cstddef>
#include <cstdint>
#include <numeric>
#include <utility>
#include <vector>

#include <blockopt/select/selection_policy.hpp>

namespace blockopt {

/// Orders of hift, over blocks that are numbered from the input of the network to its output.
enum class hift_order : std::uint8_t { bottom_up, top_down, random };

/// HiFT (Liu et al., EMNLP 2024, arXiv 2401.15207): the groups of layers in a queue, bottom up, top down, or in a
/// random order that is drawn once, again and again: ascending, descending and fixed_shuffle under one name. What else
/// makes the method is not a policy's: switch_every = 1, state that is kept (keep_state, or offload_to_host as in its
/// code), and a learning rate that moves only when all groups had their step (the delayed update): a schedule of steps
/// / blocks, rounded down.
struct hift {
  hift_order order = hift_order::bottom_up;
  std::uint64_t seed = 1;
  std::vector<std::size_t> queue{};  ///< of the random order; state, not a setting

  void start(std::size_t blocks) { queue.resize(order == hift_order::random ? blocks : 0); }

  template <class A>
  void archive(A& a) {
    a.same("order", order);
    a("seed", seed);
    a("queue", queue);
  }

  [[nodiscard]] std::size_t next(random_stream& rng, const selection_statistics& s) {
    const auto position = static_cast<std::size_t>(s.visit % s.blocks);
    if (order == hift_order::bottom_up) return position;
    if (order == hift_order::top_down) return s.blocks - 1 - position;
    if (s.visit == 0) {
      std::iota(queue.begin(), queue.end(), std::size_t{0});
      for (std::size_t i = queue.size(); i > 1; --i)
        std::swap(queue[i - 1], queue[static_cast<std::size_t>(rng.below(i))]);
    }
    return queue[position];
  }
};

}  // namespace blockopt
