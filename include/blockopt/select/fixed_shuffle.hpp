// SPDX-License-Identifier: MIT
// Part of blockopt: selection of the blocks in one random order, drawn once.
#pragma once

#include <cstddef>
#include <cstdint>
#include <numeric>
#include <utility>
#include <vector>

#include <blockopt/select/selection_policy.hpp>

namespace blockopt {

/// One permutation (Fisher-Yates) before the first visit, then that order again and again. It has the rates of the cyclic
/// order, whatever the permutation: the worst case of Sun & Ye (Math. Program. 185, 2021, arXiv 1604.07130) is invariant
/// under permutations. O(n) once, O(1) for each visit.
struct fixed_shuffle {
  std::uint64_t seed = 1;
  std::vector<std::size_t> order{};  ///< state, not a setting

  void start(std::size_t blocks) { order.resize(blocks); }

  template <class A>
  void archive(A& a) {
    a("seed", seed);
    a("order", order);
  }

  [[nodiscard]] std::size_t next(random_stream& rng, const selection_statistics& s) {
    if (s.visit == 0) {
      std::iota(order.begin(), order.end(), std::size_t{0});
      for (std::size_t i = order.size(); i > 1; --i)
        std::swap(order[i - 1], order[static_cast<std::size_t>(rng.below(i))]);
    }
    return order[static_cast<std::size_t>(s.visit % s.blocks)];
  }
};

}  // namespace blockopt
