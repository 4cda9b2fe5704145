// SPDX-License-Identifier: MIT
// Part of blockopt: the pack, a few neighbouring elements that a rule sees as one value.
#pragma once

#include <cstddef>

#include <blockopt/config.hpp>
#include <blockopt/update/math.hpp>

#if defined(__SSE2__) && !defined(__CUDACC__)
#include <immintrin.h>
#endif

namespace blockopt {

/// `W` elements of S in registers. Arithmetic is elementwise, with packs or scalars on either side, and rounds as that of
/// single elements does: a pack changes how elements are loaded and stored, and no bit of a result.
template <class S, std::size_t W>
struct pack {
  using scalar = S;
  static constexpr std::size_t width = W;

  S x[W];

  pack() = default;
  BLOCKOPT_FN explicit pack(S s) noexcept {
    for (std::size_t i = 0; i < W; ++i) x[i] = s;
  }

  template <class F>
  BLOCKOPT_FN static pack map(const F& f) noexcept {
    pack r;
    for (std::size_t i = 0; i < W; ++i) r.x[i] = f(i);
    return r;
  }

  BLOCKOPT_FN friend pack operator+(const pack& a, const pack& b) noexcept {
    return map([&](std::size_t i) { return a.x[i] + b.x[i]; });
  }
  BLOCKOPT_FN friend pack operator-(const pack& a, const pack& b) noexcept {
    return map([&](std::size_t i) { return a.x[i] - b.x[i]; });
  }
  BLOCKOPT_FN friend pack operator*(const pack& a, const pack& b) noexcept {
    return map([&](std::size_t i) { return a.x[i] * b.x[i]; });
  }
  BLOCKOPT_FN friend pack operator/(const pack& a, const pack& b) noexcept {
    return map([&](std::size_t i) { return a.x[i] / b.x[i]; });
  }
  BLOCKOPT_FN friend pack operator-(const pack& a) noexcept {
    return map([&](std::size_t i) { return -a.x[i]; });
  }
  BLOCKOPT_FN friend pack operator+(S a, const pack& b) noexcept { return pack(a) + b; }
  BLOCKOPT_FN friend pack operator+(const pack& a, S b) noexcept { return a + pack(b); }
  BLOCKOPT_FN friend pack operator-(S a, const pack& b) noexcept { return pack(a) - b; }
  BLOCKOPT_FN friend pack operator-(const pack& a, S b) noexcept { return a - pack(b); }
  BLOCKOPT_FN friend pack operator*(S a, const pack& b) noexcept { return pack(a) * b; }
  BLOCKOPT_FN friend pack operator*(const pack& a, S b) noexcept { return a * pack(b); }
  BLOCKOPT_FN friend pack operator/(S a, const pack& b) noexcept { return pack(a) / b; }
  BLOCKOPT_FN friend pack operator/(const pack& a, S b) noexcept { return a / pack(b); }
  BLOCKOPT_FN pack& operator+=(const pack& b) noexcept { return *this = *this + b; }
  BLOCKOPT_FN pack& operator-=(const pack& b) noexcept { return *this = *this - b; }
  BLOCKOPT_FN pack& operator*=(const pack& b) noexcept { return *this = *this * b; }
  BLOCKOPT_FN pack& operator/=(const pack& b) noexcept { return *this = *this / b; }
  BLOCKOPT_FN pack& operator*=(S b) noexcept { return *this = *this * b; }

  BLOCKOPT_FN friend pack tile_sqrt(const pack& a) noexcept {
#if defined(__SSE2__) && !defined(__CUDACC__)
    // std::sqrt sets errno for negative numbers, which keeps compilers from taking several roots at once.
    if constexpr (sizeof(S) == 4 && W % 4 == 0) {
      pack r;
      for (std::size_t i = 0; i < W; i += 4) _mm_storeu_ps(r.x + i, _mm_sqrt_ps(_mm_loadu_ps(a.x + i)));
      return r;
    } else if constexpr (sizeof(S) == 8 && W % 2 == 0) {
      pack r;
      for (std::size_t i = 0; i < W; i += 2) _mm_storeu_pd(r.x + i, _mm_sqrt_pd(_mm_loadu_pd(a.x + i)));
      return r;
    }
#endif
    return map([&](std::size_t i) { return blockopt::sqrt(a.x[i]); });
  }
  BLOCKOPT_FN friend pack tile_abs(const pack& a) noexcept {
    return map([&](std::size_t i) { return blockopt::abs(a.x[i]); });
  }
  BLOCKOPT_FN friend pack tile_min(const pack& a, const pack& b) noexcept {
    return map([&](std::size_t i) { return blockopt::min(a.x[i], b.x[i]); });
  }
  BLOCKOPT_FN friend pack tile_max(const pack& a, const pack& b) noexcept {
    return map([&](std::size_t i) { return blockopt::max(a.x[i], b.x[i]); });
  }
  BLOCKOPT_FN friend pack tile_sign(const pack& a) noexcept {
    return map([&](std::size_t i) { return blockopt::sign(a.x[i]); });
  }
  BLOCKOPT_FN friend pack tile_flush(const pack& a, S) noexcept {
    return map([&](std::size_t i) { return flush<S>(a.x[i]); });
  }
};

}  // namespace blockopt
