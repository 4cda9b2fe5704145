// SPDX-License-Identifier: MIT
// Part of blockopt: selection of the blocks in a new random order each block epoch.
#pragma once

#include <cstddef>
#include <cstdint>
#include <numeric>
#include <utility>
#include <vector>

#include <blockopt/select/selection_policy.hpp>

namespace blockopt {

/// A fresh permutation (Fisher-Yates) at the start of each block epoch, so that every block is visited once per epoch:
/// the order of the BAdam paper (arXiv 2404.02827, section 2).
struct random_reshuffle {
  std::uint64_t seed = 1;
  std::vector<std::size_t> order{};  ///< of the present epoch; state, not a setting

  void start(std::size_t blocks) { order.resize(blocks); }

  template <class A>
  void archive(A& a) {
    a("seed", seed);
    a("order", order);
  }

  [[nodiscard]] std::size_t next(random_stream& rng, const selection_statistics& s) {
    const auto position = static_cast<std::size_t>(s.visit % s.blocks);
    if (position == 0) {
      std::iota(order.begin(), order.end(), std::size_t{0});
      for (std::size_t i = order.size(); i > 1; --i)
        std::swap(order[i - 1], order[static_cast<std::size_t>(rng.below(i))]);
    }
    return order[position];
  }
  /// The block of the visit after this one; at the end of an epoch, where no order is drawn yet, the last once more.
  [[nodiscard]] std::size_t upcoming(const selection_statistics& s) const {
    const auto position = static_cast<std::size_t>(s.visit % s.blocks);
    return order[position + 1 < order.size() ? position + 1 : position];
  }
};

}  // namespace blockopt
