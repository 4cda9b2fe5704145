// SPDX-License-Identifier: MIT
// Part of blockopt: selection of several blocks at once, uniformly.
#pragma once

#include <algorithm>
#include <cstddef>
#include <cstdint>

#include <blockopt/select/selection_policy.hpp>

namespace blockopt {

/// `size` different blocks are active in each visit, every such subset with the same probability, independently of the
/// visits before (LISA, arXiv 2403.17919, which keeps embedding and head always active beside them and has size 2).
/// A subset of more blocks than there are is refused by the optimizer. Memory is that of the `size` largest blocks.
struct uniform_subset {
  std::size_t size = 2;
  std::uint64_t seed = 1;

  template <class A>
  void archive(A& a) {
    a.same("size", size);
    a("seed", seed);
  }

  [[nodiscard]] std::size_t blocks_per_visit() const noexcept { return size; }

  /// The k-th block of a visit is drawn among those that the first k left over: its rank among them, moved past the
  /// chosen ones that stand before it until no more do. O(k) as a rule and O(k^2) at most, however many blocks there
  /// are.
  [[nodiscard]] std::size_t next(random_stream& rng, const selection_statistics& s) const {
    const auto rank = static_cast<std::size_t>(rng.below(s.blocks - s.chosen.size()));
    for (std::size_t block = rank;;) {
      const auto before = std::ranges::count_if(s.chosen, [&](std::size_t c) { return c <= block; });
      const std::size_t moved = rank + static_cast<std::size_t>(before);
      if (moved == block) return block;
      block = moved;
    }
  }
};

}  // namespace blockopt
