// SPDX-License-Identifier: MIT
// Part of blockopt: at which steps of a run a record is made.
#pragma once

#include <algorithm>
#include <cmath>
#include <cstdint>

namespace blockopt {

/// Records at the start, at the end, and in between every so many updates, or at powers of 10^(1/20): twenty per decade.
struct record_schedule {
  std::uint64_t every = 0;  ///< 0: logarithmic

  /// The first update after `k` that is recorded.
  [[nodiscard]] std::uint64_t after(std::uint64_t k) const noexcept {
    if (every > 0) return k - k % every + every;
    constexpr double per_decade = 20;
    const double x = static_cast<double>(std::max<std::uint64_t>(k, 1));
    auto p = static_cast<std::int64_t>(std::floor(per_decade * std::log10(x)));
    for (;; ++p) {
      const auto next = static_cast<std::uint64_t>(std::llround(std::pow(10.0, static_cast<double>(p) / per_decade)));
      if (next > k) return next;
    }
  }
};

}  // namespace blockopt
