// SPDX-License-Identifier: MIT
// Part of blockopt: what a pack is made of: single elements in device code, vectors of the target's width on a CPU.
//
// g++ keeps arrays of its vectors apart in registers and turns their arithmetic into single instructions; of loops over
// arrays of floats it makes neither reliably: Adam on 2^20 floats took six times as long as on the Eigen backend.
#pragma once

#include <cmath>
#include <cstddef>
#include <type_traits>
#include <utility>

#include <blockopt/backend/host/scalar_lanes.hpp>
#include <blockopt/backend/host/vector_lanes.hpp>
#include <blockopt/config.hpp>
#include <blockopt/update/math.hpp>

namespace blockopt::detail {

/// The bytes of one access in device code: as wide as every CUDA device has them in one instruction.
inline constexpr std::size_t access_bytes = 16;

#if defined(BLOCKOPT_VECTORS)

/// A vector of `W` elements, or of as many of them as the target has in one.
template <class S, std::size_t W>
struct vector_of {
  static constexpr std::size_t bytes = sizeof(S) * W < vector_bytes ? sizeof(S) * W : vector_bytes;
  typedef S type __attribute__((vector_size(bytes)));
};
template <class S, std::size_t W>
using pack_part = typename vector_of<S, W>::type;

/// Elements of a pack for rules on S: two vectors, as the Eigen backend's tiles have two packets.
template <class S, class T, class G>
inline constexpr std::size_t pack_width = 2 * vector_bytes / sizeof(S);

template <class Part, class S>
BLOCKOPT_FN Part spread(S s) noexcept {
  return s - Part{};  // keeps the sign of a zero
}

template <class Part>
using vector_element = std::remove_cvref_t<decltype(std::declval<Part&>()[0])>;

template <class Part>
BLOCKOPT_FN Part part_abs(const Part& a) noexcept {
  using S = vector_element<Part>;
  using word = std::conditional_t<sizeof(S) == 4, std::uint32_t, std::uint64_t>;
  using words = pack_part<word, sizeof(Part) / sizeof(S)>;
  return std::bit_cast<Part>(std::bit_cast<words>(a) & (~word(0) >> 1));
}

template <class Part>
BLOCKOPT_FN Part part_sign(const Part& a) noexcept {
  const Part zero{}, one = zero + 1, other = a < zero ? -one : a;
  return a > zero ? one : other;
}
template <class Part, class S>
BLOCKOPT_FN Part part_clamp(const Part& a, S limit) noexcept {
  const Part high = spread<Part>(limit), other = a < -high ? -high : a;
  return a > high ? high : other;
}

/// Correctly rounded. std::sqrt sets errno for negative numbers, which keeps compilers from taking several roots at once.
template <class Part>
BLOCKOPT_FN Part part_sqrt(const Part& a) noexcept {
  [[maybe_unused]] constexpr bool is_float = sizeof(vector_element<Part>) == 4;
#if defined(__AVX512F__)
  // The masked forms avoid a false warning of g++ 12 about undefined values.
  if constexpr (sizeof(Part) == 64) {
    if constexpr (is_float)
      return std::bit_cast<Part>(_mm512_maskz_sqrt_ps(static_cast<__mmask16>(-1), std::bit_cast<__m512>(a)));
    else return std::bit_cast<Part>(_mm512_maskz_sqrt_pd(static_cast<__mmask8>(-1), std::bit_cast<__m512d>(a)));
  } else
#endif
#if defined(__AVX__)
      if constexpr (sizeof(Part) == 32) {
    if constexpr (is_float) return std::bit_cast<Part>(_mm256_sqrt_ps(std::bit_cast<__m256>(a)));
    else return std::bit_cast<Part>(_mm256_sqrt_pd(std::bit_cast<__m256d>(a)));
  } else
#endif
#if defined(__SSE2__)
      if constexpr (sizeof(Part) == 16) {
    if constexpr (is_float) return std::bit_cast<Part>(_mm_sqrt_ps(std::bit_cast<__m128>(a)));
    else return std::bit_cast<Part>(_mm_sqrt_pd(std::bit_cast<__m128d>(a)));
  } else
#endif
  {
    Part r;
    for (std::size_t i = 0; i < sizeof(Part) / sizeof(r[0]); ++i) r[i] = std::sqrt(a[i]);
    return r;
  }
}

#else

template <class S, std::size_t W>
using pack_part = S;

/// Elements of a pack for rules on S, of values T and gradients G: one access of the narrowest of its arrays.
template <class S, class T, class G>
inline constexpr std::size_t pack_width = access_bytes / (sizeof(T) < sizeof(G) ? sizeof(T) : sizeof(G));

template <class Part, class S>
BLOCKOPT_FN Part spread(S s) noexcept {
  return s;
}
template <class S>
BLOCKOPT_FN S part_abs(S a) noexcept {
  return blockopt::abs(a);
}
template <class S>
BLOCKOPT_FN S part_sign(S a) noexcept {
  return blockopt::sign(a);
}
template <class S>
BLOCKOPT_FN S part_clamp(S a, S limit) noexcept {
  return scalar_lanes::clamp<S>(a, limit);
}
template <class S>
BLOCKOPT_FN S part_sqrt(S a) noexcept {
  return blockopt::sqrt(a);
}

#endif

}  // namespace blockopt::detail
