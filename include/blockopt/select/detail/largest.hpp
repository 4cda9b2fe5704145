// SPDX-License-Identifier: MIT
// Part of blockopt: the largest of some scores.
#pragma once

#include <cstddef>
#include <span>

namespace blockopt::detail {

/// The place of the largest score, of equals the first one. A NaN is below all numbers, so that a block whose gradient
/// is not a number hides no other; 0 where there is no number.
[[nodiscard]] inline std::size_t first_largest(std::span<const double> scores) noexcept {
  std::size_t best = 0;
  for (std::size_t b = 1; b < scores.size(); ++b) {
    if (scores[b] > scores[best] || (scores[best] != scores[best] && scores[b] == scores[b])) best = b;
  }
  return best;
}

}  // namespace blockopt::detail
