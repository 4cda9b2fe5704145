// SPDX-License-Identifier: MIT
// Part of blockopt: which blocks make the largest visit.
#pragma once

#include <algorithm>
#include <cstddef>
#include <functional>
#include <numeric>
#include <span>
#include <vector>

#include <blockopt/memory/memory_strategy.hpp>

namespace blockopt::detail {

/// The numbers of the `together` blocks (all, when there are fewer) of which `bytes` is largest; of equals the first.
template <class Bytes>
[[nodiscard]] std::vector<std::size_t> largest_blocks(std::span<const block_bytes> blocks, std::size_t together,
                                                      Bytes bytes) {
  std::vector<std::size_t> order(blocks.size());
  std::iota(order.begin(), order.end(), std::size_t{0});
  std::stable_sort(order.begin(), order.end(), [&](std::size_t a, std::size_t b) {
    return std::invoke(bytes, blocks[a]) > std::invoke(bytes, blocks[b]);
  });
  order.resize(std::min(together, blocks.size()));
  return order;
}

}  // namespace blockopt::detail
