// SPDX-License-Identifier: MIT
// Part of blockopt: selection of the layers with large gradients that were seldom visited.
#pragma once

#include <algorithm>
#include <cmath>
#include <cstddef>
#include <cstdint>
#include <limits>
#include <vector>

#include <blockopt/error.hpp>
#include <blockopt/select/selection_policy.hpp>

namespace blockopt {

/// BlockLLM (Ramesh et al., 2024, arXiv 2406.17296): the `size` blocks with the largest score ||g_b|| / exp(f_b / t),
/// f_b the visits of b so far and t that of all; of equals the first. A norm is the root of the mean square of the
/// block's last visit; blocks without one come first. The paper activates layers up to a share of all parameters, here
/// `size` is a number of blocks. It selects anew, with a new optimizer (drop_state), only when the loss stops falling:
/// with a large switch_every and plateau, which tells the caller to switch_block(). Every 20 steps its code also
/// unfreezes one random layer just to measure it; here in every `refresh`-th visit the last of the `size` blocks is
/// drawn uniformly from the others, for stale norms would stay where they are. O(n size) each visit.
struct block_llm {
  static constexpr feedback_kind feedback = feedback_kind::visited_block;
  std::size_t size = 2;
  std::uint64_t refresh = 4;  ///< 0: never
  std::uint64_t seed = 1;
  std::vector<double> norms{};  ///< of the last visit, infinity before it; state, not a setting

  void start(std::size_t blocks) { norms.assign(blocks, std::numeric_limits<double>::infinity()); }

  [[nodiscard]] std::size_t blocks_per_visit() const noexcept { return size; }

  [[nodiscard]] std::size_t next(random_stream& rng, const selection_statistics& s) const {
    const auto open = [&](std::size_t b) { return std::ranges::find(s.chosen, b) == s.chosen.end(); };
    const bool random = refresh != 0 && s.visit % refresh == refresh - 1 && s.chosen.size() + 1 == size;
    std::uint64_t rank = random ? rng.below(s.blocks - s.chosen.size()) : 0;
    std::size_t best = s.blocks;
    double most = 0;
    for (std::size_t b = 0; b < s.blocks; ++b) {
      if (!open(b)) continue;
      if (random && rank-- == 0) return b;
      const double share = static_cast<double>(s.visits[b]) / static_cast<double>(std::max<std::uint64_t>(s.visit, 1));
      const double score = norms[b] * std::exp(-share);
      if (best == s.blocks || score > most) {
        best = b;
        most = score;
      }
    }
    return best;
  }

  /// A norm that is not known counts as 0, so that the block waits for a draw.
  void observe(std::size_t block, const visit_feedback& f) {
    const double square = f.mean_squared_gradient;
    norms[block] = square >= 0 && std::isfinite(square) ? std::sqrt(square) : 0.0;
  }

  template <class A>
  void archive(A& a) {
    a.same("size", size);
    a.same("refresh", refresh);
    a("seed", seed);
    a("norms", norms);
  }
};

}  // namespace blockopt
