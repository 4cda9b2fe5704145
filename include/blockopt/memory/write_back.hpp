// SPDX-License-Identifier: MIT
// Part of blockopt: how results in full precision are written to 16-bit values.
#pragma once

#include <cstddef>
#include <cstdint>
#include <initializer_list>

#include <blockopt/config.hpp>

namespace blockopt {

/// nearest: round to nearest, ties to even. stochastic: to one of the two neighbours, with the probabilities that make
/// the rounding right on average; an update below half a unit in the last place is then not lost for ever. compensated: to
/// nearest, and what is lost is kept in a second 16-bit number and added to the value before the next update (Kahan, CACM 8,
/// 1965): 2 bytes per parameter where a master copy takes 4, among whose bytes they count, and to about 16 bits as good. They
/// live and end with the state; where a block's are dropped, less than a unit in the last place is lost. A value that is
/// not finite makes NaN of itself at the next step.
enum class rounding { nearest, stochastic, compensated };

namespace detail {

/// The keys of the random bits of one parameter in one step.
struct rounding_key {
  std::uint32_t first = 0, second = 0;

  /// A function of (seed, number of the parameter, step of the run), so that no two tensors, steps or runs
  /// share their bits, whatever the order of execution.
  static constexpr rounding_key make(std::uint64_t seed, std::uint64_t parameter, std::uint64_t step) noexcept {
    std::uint64_t z = 0;
    for (const std::uint64_t word : {seed, parameter, step}) {
      z = (z ^ word) + 0x9e3779b97f4a7c15ULL;
      z = (z ^ (z >> 30)) * 0xbf58476d1ce4e5b9ULL;
      z = (z ^ (z >> 27)) * 0x94d049bb133111ebULL;
      z ^= z >> 31;
    }
    return {static_cast<std::uint32_t>(z), static_cast<std::uint32_t>(z >> 32)};
  }

  /// Those of one of its slots, whose codes may be rounded by random bits too.
  static constexpr rounding_key of_slot(std::uint64_t seed, std::size_t slot, std::uint64_t parameter,
                                        std::uint64_t step) noexcept {
    return make(seed ^ (0x6a09e667f3bcc909ULL * (slot + 1)), parameter, step);
  }
};

/// 32 random bits for the element `index` (its lower 32 bits; the caller mixes the upper ones into the key). A counter
/// hashed in three rounds ("lowbias32", C. Wellons 2018, constants only), with a key before and within. `U` is an
/// unsigned 32-bit integer or a vector of them.
template <class U>
BLOCKOPT_FN constexpr U random_bits(const U& index, const rounding_key& key) noexcept {
  U x = index + key.first;
  x = (x ^ (x >> 16)) * 0x7feb352dU;
  x = (x ^ (x >> 15) ^ key.second) * 0x846ca68bU;
  x = (x ^ (x >> 16)) * 0x9e3779b9U;
  return x ^ (x >> 15);
}

}  // namespace detail
}  // namespace blockopt
