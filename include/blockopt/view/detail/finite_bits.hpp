// SPDX-License-Identifier: MIT
// Part of blockopt: whether a number is finite, from its bits.
#pragma once

#include <bit>
#include <cstdint>

#include <blockopt/config.hpp>
#include <blockopt/view/scalar.hpp>

namespace blockopt::detail {

/// Neither NaN nor infinity. Looks at bits, so -ffast-math cannot lose it.
template <scalar E>
[[nodiscard]] BLOCKOPT_FN constexpr bool is_finite_bits(const E& element) noexcept {
  if constexpr (scalar_traits<E>::format == number_format::float64) {
    return (std::bit_cast<std::uint64_t>(element) & 0x7ff0000000000000ULL) != 0x7ff0000000000000ULL;
  } else if constexpr (scalar_traits<E>::format == number_format::float32) {
    return (std::bit_cast<std::uint32_t>(element) & 0x7f800000U) != 0x7f800000U;
  } else {
    constexpr unsigned exponent = scalar_traits<E>::format == number_format::bfloat16 ? 0x7f80U : 0x7c00U;
    return (std::bit_cast<std::uint16_t>(element) & exponent) != exponent;
  }
}

}  // namespace blockopt::detail
