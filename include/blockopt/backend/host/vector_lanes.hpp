// SPDX-License-Identifier: MIT
// Part of blockopt: vectors of the compiler's own, and 16-bit numbers to and from them.
//
// Conversions are integer arithmetic on bits, in vectors as wide as those of the numbers: a conversion through a buffer of
// another vector width stalls on store forwarding. This is for GCC and Clang; with other compilers, and in what nvcc
// compiles, BLOCKOPT_VECTORS is not defined and elements are converted one by one.
#pragma once

#if defined(__GNUC__) && !defined(__CUDACC__)
#define BLOCKOPT_VECTORS

#include <bit>
#include <cstddef>
#include <cstdint>
#include <cstring>

#if defined(__SSE2__)
#include <immintrin.h>
#endif

#include <blockopt/backend/host/scalar_lanes.hpp>
#include <blockopt/config.hpp>
#include <blockopt/memory/write_back.hpp>
#include <blockopt/view/scalar.hpp>

namespace blockopt::detail {

/// The bytes of the target's vectors.
#if defined(__AVX512F__)
inline constexpr std::size_t vector_bytes = 64;
#elif defined(__AVX__)
inline constexpr std::size_t vector_bytes = 32;
#else
inline constexpr std::size_t vector_bytes = 16;
#endif

/// Vectors of `Lanes` integers, and of floats beside them.
template <std::size_t Lanes>
struct integer_lanes {
  typedef std::uint8_t u8 __attribute__((vector_size(Lanes)));
  typedef std::uint16_t u16 __attribute__((vector_size(2 * Lanes)));
  typedef std::uint32_t u32 __attribute__((vector_size(4 * Lanes)));
  typedef std::int32_t i32 __attribute__((vector_size(4 * Lanes)));
  typedef float f32 __attribute__((vector_size(4 * Lanes)));
};

/// 0, 1, ... Lanes - 1.
template <std::size_t Lanes>
BLOCKOPT_FN typename integer_lanes<Lanes>::u32 iota_lanes() noexcept {
  typename integer_lanes<Lanes>::u32 r{};
  for (std::size_t i = 0; i < Lanes; ++i) r[i] = static_cast<std::uint32_t>(i);
  return r;
}

/// The numbers in lanes of twice the width.
template <std::size_t Lanes>
BLOCKOPT_FN typename integer_lanes<Lanes>::u32 widen_lanes(const typename integer_lanes<Lanes>::u16& v) noexcept {
#if defined(__AVX512F__)
  // g++ 12 cuts the generic form into halves; the masked form avoids its false warning about undefined values.
  if constexpr (Lanes == 16) {
    return std::bit_cast<typename integer_lanes<Lanes>::u32>(
        _mm512_maskz_cvtepu16_epi32(static_cast<__mmask16>(-1), std::bit_cast<__m256i>(v)));
  } else
#endif
    return __builtin_convertvector(v, typename integer_lanes<Lanes>::u32);
}

/// A packet of floats from `Lanes` 16-bit numbers.
template <class Packet, std::size_t Lanes, scalar T>
BLOCKOPT_FN Packet widen_packet(const T* from) noexcept {
  if constexpr (Lanes == 1) {
    return static_cast<Packet>(static_cast<float>(*from));
  } else {
    using lanes = integer_lanes<Lanes>;
    typename lanes::u16 stored;
    std::memcpy(&stored, from, sizeof stored);
    const auto bits = widen_lanes<Lanes>(stored);
    typename lanes::u32 wide;
    if constexpr (scalar_traits<T>::format == number_format::bfloat16) wide = bits << 16;
    else wide = float_from_half<typename lanes::u32>(bits);
    return std::bit_cast<Packet>(wide);
  }
}

/// `Lanes` 16-bit numbers from a packet of floats, rounded to nearest, or with random bits of the elements from `index`.
template <std::size_t Lanes, bool Stochastic, class Packet, scalar T>
BLOCKOPT_FN void narrow_packet(T* to, const Packet& packet, [[maybe_unused]] std::uint32_t index,
                               [[maybe_unused]] const rounding_key& key) noexcept {
  if constexpr (Lanes == 1) {
    if constexpr (Stochastic) *to = round_stochastic<T>(static_cast<float>(packet), random_bits(index, key));
    else *to = static_cast<T>(static_cast<float>(packet));
  } else {
    using lanes = integer_lanes<Lanes>;
    using u32 = typename lanes::u32;
    const u32 bits = std::bit_cast<u32>(packet);
    u32 rounded;
    if constexpr (Stochastic) {
      const u32 random = random_bits<u32>(iota_lanes<Lanes>() + index, key);
      if constexpr (scalar_traits<T>::format == number_format::bfloat16)
        rounded = bfloat16_from_float_stochastic<u32>(bits, random);
      else rounded = half_from_float_stochastic<u32>(bits, random);
    } else {
      if constexpr (scalar_traits<T>::format == number_format::bfloat16) rounded = bfloat16_from_float<u32>(bits);
      else rounded = half_from_float<u32>(bits);
    }
    const auto stored = __builtin_convertvector(rounded, typename lanes::u16);
    std::memcpy(static_cast<void*>(to), &stored, sizeof stored);
  }
}

}  // namespace blockopt::detail

#endif
