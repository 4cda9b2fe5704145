// SPDX-License-Identifier: MIT
// Part of blockopt: conversions between binary32 and the 16-bit formats, on bits.
//
// Each function is written once over `U`: std::uint32_t, or a vector of them (a compiler's vector extension), so that
// the scalar and the vector path give the same bits. `mask<U>(c)` turns a comparison into all ones or zero.
#pragma once

#include <cstdint>
#include <initializer_list>
#include <type_traits>

#include <blockopt/config.hpp>

namespace blockopt::detail {

/// All ones where a comparison holds, else zero. A comparison of vectors is already that, in signed lanes.
template <class U, class C>
BLOCKOPT_FN constexpr U mask(const C& condition) noexcept {
  if constexpr (std::is_same_v<C, bool>) return condition ? U(0xffffffffU) : U(0U);
  else return (U)condition;
}

template <class U>
BLOCKOPT_FN constexpr U choose(const U& m, const U& yes, const U& no) noexcept {
  return (yes & m) | (no & ~m);
}

/// Bits of a binary32 -> bits of the nearest bfloat16 (ties to even) in the lower half. NaN gives a quiet NaN.
template <class U>
BLOCKOPT_FN constexpr U bfloat16_from_float(const U& f) noexcept {
  const auto is_nan = (f & 0x7fffffffU) > U{} + 0x7f800000U;
  return (is_nan ? U(f | 0x400000U) : U(f + 0x7fffU + ((f >> 16) & 1U))) >> 16;
}

/// Bits of a binary32 -> bits of one of its two bfloat16 neighbours, the upper with probability equal to the dropped
/// fraction. `random` has 16 uniform bits in its lower half. A finite value stays finite, a NaN stays one.
template <class U>
BLOCKOPT_FN constexpr U bfloat16_from_float_stochastic(const U& f, const U& random) noexcept {
  const U up = (f + (random & 0xffffU)) >> 16;
  const U down = f >> 16;
  const U special = mask<U>((f & 0x7fffffffU) >= U{} + 0x7f800000U);       // infinity and NaN
  const U overflow = mask<U>((up & 0x7fffU) >= U{} + 0x7f80U) & ~special;  // would become infinity
  const U nan = mask<U>((f & 0x7fffffffU) > U{} + 0x7f800000U) & 0x40U;
  return choose(special | overflow, U(down | nan), up);
}

/// Bits of a binary16 (in the lower half) -> bits of the same value as binary32. Exact.
template <class U>
BLOCKOPT_FN constexpr U float_from_half(const U& h) noexcept {
  const U sign = (h & 0x8000U) << 16;
  const U magnitude = h & 0x7fffU;
  const U normal = (magnitude << 13) + (112U << 23);
  const U special = (magnitude << 13) | 0x7f800000U;
  // A subnormal m has the value m 2^-24: shift its leading one to bit 10 and count the shifts, in four halvings.
  U m = magnitude;
  U exponent = U{} + 113U;
  for (const std::uint32_t shift : {8U, 4U, 2U, 1U}) {
    const U tiny = mask<U>(m < U{} + (0x800U >> shift));
    m = choose(tiny, U(m << shift), m);
    exponent = exponent - (tiny & shift);
  }
  const U subnormal = choose(mask<U>(magnitude == U{}), U{}, U((exponent << 23) + ((m & 0x3ffU) << 13)));
  const U finite = choose(mask<U>(magnitude < U{} + 0x400U), subnormal, normal);
  return sign | choose(mask<U>(magnitude >= U{} + 0x7c00U), special, finite);
}

/// The 24-bit significand of a binary32 and the number of its bits that a binary16 drops.
template <class U>
struct half_split {
  U significand, dropped;
};

template <class U>
BLOCKOPT_FN constexpr half_split<U> split_for_half(const U& magnitude) noexcept {
  const U exponent = magnitude >> 23;
  const U subnormal = mask<U>(exponent < U{} + 113U);
  const U wanted = choose(subnormal, U(U{} + 126U - exponent), U{} + 13U);
  const U dropped = choose(mask<U>(wanted > U{} + 31U), U{} + 31U, wanted);  // from 26 on all of them
  return {(magnitude & 0x7fffffU) | (mask<U>(exponent != U{}) & 0x800000U), dropped};
}

/// Joins a kept significand with its exponent; a carry out of the significand raises the exponent by itself.
template <class U>
BLOCKOPT_FN constexpr U join_half(const U& magnitude, const U& kept) noexcept {
  const U exponent = magnitude >> 23;
  const U normal = kept + ((exponent - 113U) << 10);
  return choose(mask<U>(exponent < U{} + 113U), kept, normal);
}

/// Bits of a binary32 -> bits of the nearest binary16 (ties to even) in the lower half. Overflow gives infinity.
template <class U>
BLOCKOPT_FN constexpr U half_from_float(const U& f) noexcept {
  const U magnitude = f & 0x7fffffffU;
  const half_split<U> s = split_for_half(magnitude);
  const U odd = (s.significand >> s.dropped) & 1U;
  const U one = U{} + 1U;
  const U kept = (s.significand + ((one << (s.dropped - 1U)) - 1U) + odd) >> s.dropped;
  const U joined = join_half(magnitude, kept);
  const U finite = choose(mask<U>(joined > U{} + 0x7c00U), U{} + 0x7c00U, joined);
  const U overflow = choose(mask<U>(magnitude >= U{} + 0x47800000U), U{} + 0x7c00U, finite);
  const U nan = U{} + 0x7e00U;
  return ((f >> 16) & 0x8000U) | choose(mask<U>(magnitude > U{} + 0x7f800000U), nan, overflow);
}

/// Bits of a binary32 -> bits of one of its two binary16 neighbours, the upper with probability equal to the dropped
/// fraction. `random` is uniform. A finite value below the largest stays finite; a larger one becomes infinity.
template <class U>
BLOCKOPT_FN constexpr U half_from_float_stochastic(const U& f, const U& random) noexcept {
  const U magnitude = f & 0x7fffffffU;
  const half_split<U> s = split_for_half(magnitude);
  const U one = U{} + 1U;
  // below 2^-32 more bits are dropped than a shift can: some go first, so that the probability is still right
  const U exponent = magnitude >> 23;
  const U excess = mask<U>(exponent < U{} + 95U) & (U{} + 95U - exponent);
  const U significand = s.significand >> choose(mask<U>(excess > U{} + 31U), U{} + 31U, excess);
  const U kept = (significand + (random & ((one << s.dropped) - 1U))) >> s.dropped;
  const U joined = join_half(magnitude, kept);
  const U largest = U{} + 0x7bffU;
  const U finite = choose(mask<U>(joined > largest), largest, joined);
  const U overflow = choose(mask<U>(magnitude >= U{} + 0x47800000U), U{} + 0x7c00U, finite);
  const U nan = U{} + 0x7e00U;
  return ((f >> 16) & 0x8000U) | choose(mask<U>(magnitude > U{} + 0x7f800000U), nan, overflow);
}

}  // namespace blockopt::detail
