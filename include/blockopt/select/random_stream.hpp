// SPDX-License-Identifier: MIT
// Part of blockopt: a small random generator whose numbers are the same on every machine.
#pragma once

#include <bit>
#include <cstdint>

namespace blockopt {

/// SplitMix64 (Steele, Lea & Flood, OOPSLA 2014): its whole state is one integer, so it copies, saves and compares.
/// Unlike std::uniform_int_distribution the results are specified.
struct random_stream {
  std::uint64_t state = 0;

  [[nodiscard]] constexpr std::uint64_t bits() noexcept {
    std::uint64_t z = (state += 0x9e3779b97f4a7c15ULL);
    z = (z ^ (z >> 30)) * 0xbf58476d1ce4e5b9ULL;
    z = (z ^ (z >> 27)) * 0x94d049bb133111ebULL;
    return z ^ (z >> 31);
  }

  /// The stream after `count` more calls of bits().
  [[nodiscard]] constexpr random_stream after(std::uint64_t count) const noexcept {
    return {state + count * 0x9e3779b97f4a7c15ULL};
  }

  /// Uniform in [0, n), without bias; n > 0.
  [[nodiscard]] constexpr std::uint64_t below(std::uint64_t n) noexcept {
    const std::uint64_t mask = n <= 1 ? 0 : ~std::uint64_t{0} >> std::countl_zero(n - 1);
    for (;;) {
      const std::uint64_t candidate = bits() & mask;
      if (candidate < n) return candidate;
    }
  }

  /// Uniform in [0, 1), on a grid of 2^-53.
  [[nodiscard]] constexpr double uniform() noexcept { return static_cast<double>(bits() >> 11) * 0x1p-53; }

  /// A seed for an independent stream: mixes a seed with the number of the stream.
  [[nodiscard]] static constexpr std::uint64_t derive(std::uint64_t seed, std::uint64_t stream) noexcept {
    random_stream outer{seed};
    random_stream inner{outer.bits() ^ (stream * 0xd1342543de82ef95ULL + 0x632be59bd9b4e019ULL)};
    return inner.bits();
  }

  friend constexpr bool operator==(const random_stream&, const random_stream&) = default;
};

}  // namespace blockopt
