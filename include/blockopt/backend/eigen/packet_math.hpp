// SPDX-License-Identifier: MIT
// Part of blockopt: what rules need of a packet and Eigen does not give as it should be.
#pragma once

#include <cmath>
#include <cstddef>

#include <Eigen/Core>

#include <blockopt/config.hpp>

namespace blockopt::detail {

template <class Packet>
inline constexpr std::size_t packet_lanes_of = static_cast<std::size_t>(Eigen::internal::unpacket_traits<Packet>::size);

/// Square root, correctly rounded. Eigen 3.4's psqrt is an approximation with the default EIGEN_FAST_MATH, and then the
/// bits differ between backends. The masked forms of AVX-512 avoid a false warning of g++ 12 about undefined values.
template <class Packet>
BLOCKOPT_FN Packet exact_sqrt(const Packet& a) noexcept {
  using S = typename Eigen::internal::unpacket_traits<Packet>::type;
  S lanes[packet_lanes_of<Packet>];
  Eigen::internal::pstoreu(lanes, a);
  for (S& s : lanes) s = std::sqrt(s);
  return Eigen::internal::ploadu<Packet>(lanes);
}
template <>
BLOCKOPT_FN float exact_sqrt(const float& a) noexcept {
  return std::sqrt(a);
}
template <>
BLOCKOPT_FN double exact_sqrt(const double& a) noexcept {
  return std::sqrt(a);
}
#if defined(EIGEN_VECTORIZE_SSE2)
template <>
BLOCKOPT_FN __m128 exact_sqrt(const __m128& a) noexcept {
  return _mm_sqrt_ps(a);
}
template <>
BLOCKOPT_FN __m128d exact_sqrt(const __m128d& a) noexcept {
  return _mm_sqrt_pd(a);
}
#endif
#if defined(EIGEN_VECTORIZE_AVX)
template <>
BLOCKOPT_FN __m256 exact_sqrt(const __m256& a) noexcept {
  return _mm256_sqrt_ps(a);
}
template <>
BLOCKOPT_FN __m256d exact_sqrt(const __m256d& a) noexcept {
  return _mm256_sqrt_pd(a);
}
#endif
#if defined(EIGEN_VECTORIZE_AVX512)
template <>
BLOCKOPT_FN __m512 exact_sqrt(const __m512& a) noexcept {
  return _mm512_maskz_sqrt_ps(static_cast<__mmask16>(-1), a);
}
template <>
BLOCKOPT_FN __m512d exact_sqrt(const __m512d& a) noexcept {
  return _mm512_maskz_sqrt_pd(static_cast<__mmask8>(-1), a);
}
#endif

/// a < b ? yes : no, lane by lane; a comparison with NaN is false. By the compiler's own vector operators where there
/// are any: Eigen's comparison goes through a full-width mask, several instructions more on AVX-512.
template <class Packet>
BLOCKOPT_FN Packet select_less(const Packet& a, const Packet& b, const Packet& yes, const Packet& no) noexcept {
  if constexpr (packet_lanes_of<Packet> == 1) {
    return a < b ? yes : no;
  } else {
#if defined(__GNUC__)
    return a < b ? yes : no;
#else
    return Eigen::internal::pselect(Eigen::internal::pcmp_lt(a, b), yes, no);
#endif
  }
}

}  // namespace blockopt::detail
