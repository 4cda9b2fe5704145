// SPDX-License-Identifier: MIT
// Part of blockopt: one draw among the blocks that are not chosen yet, by weights.
#pragma once

#include <algorithm>
#include <cmath>
#include <cstddef>
#include <span>

#include <blockopt/select/random_stream.hpp>
#include <blockopt/select/selection_policy.hpp>

namespace blockopt::detail {

/// Among the blocks that `s.chosen` does not name, b with probability ~ weight(b); uniformly where all weights are 0.
/// Weights are not negative and finite. O(n k).
template <class F>
[[nodiscard]] std::size_t draw_unchosen(random_stream& rng, const selection_statistics& s, const F& weight) {
  const auto open = [&](std::size_t b) { return std::ranges::find(s.chosen, b) == s.chosen.end(); };
  double sum = 0;
  for (std::size_t b = 0; b < s.blocks; ++b) sum += open(b) ? weight(b) : 0.0;
  const bool flat = !(sum > 0 && std::isfinite(sum));
  double u = rng.uniform() * (flat ? static_cast<double>(s.blocks - s.chosen.size()) : sum);
  std::size_t last = s.blocks;
  for (std::size_t b = 0; b < s.blocks; ++b) {
    const double w = flat ? 1.0 : weight(b);
    if (!open(b) || w == 0) continue;
    last = b;
    if (u < w) break;
    u -= w;
  }
  return last;  // rounding may have gone past the end
}

}  // namespace blockopt::detail
