// SPDX-License-Identifier: MIT
// Part of blockopt: the pack, a few neighbouring elements that a rule sees as one value.
#pragma once

#include <cstddef>

#include <blockopt/backend/thrust/pack_part.hpp>
#include <blockopt/config.hpp>
#include <blockopt/update/math.hpp>

namespace blockopt {

/// `W` elements of S in registers. Arithmetic is elementwise, with packs or scalars on either side, and rounds as that of
/// single elements does: a pack changes how elements are loaded and stored, and no bit of a result.
template <class S, std::size_t W>
struct pack {
  using scalar = S;
  using part = detail::pack_part<S, W>;
  static constexpr std::size_t width = W;
  static constexpr std::size_t parts = sizeof(S) * W / sizeof(part);

  part x[parts];

  pack() = default;
  BLOCKOPT_FN explicit pack(S s) noexcept {
    for (std::size_t i = 0; i < parts; ++i) x[i] = detail::spread<part>(s);
  }

  template <class F>
  BLOCKOPT_FN static pack map(const F& f) noexcept {
    pack r;
    for (std::size_t i = 0; i < parts; ++i) r.x[i] = f(i);
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
    return map([&](std::size_t i) { return detail::part_sqrt(a.x[i]); });
  }
  BLOCKOPT_FN friend pack tile_abs(const pack& a) noexcept {
    return map([&](std::size_t i) { return detail::part_abs(a.x[i]); });
  }
  BLOCKOPT_FN friend pack tile_min(const pack& a, const pack& b) noexcept {
    return map([&](std::size_t i) { return b.x[i] < a.x[i] ? b.x[i] : a.x[i]; });
  }
  BLOCKOPT_FN friend pack tile_max(const pack& a, const pack& b) noexcept {
    return map([&](std::size_t i) { return a.x[i] < b.x[i] ? b.x[i] : a.x[i]; });
  }
  BLOCKOPT_FN friend pack tile_sign(const pack& a) noexcept {
    return map([&](std::size_t i) { return detail::part_sign(a.x[i]); });
  }
  BLOCKOPT_FN friend pack tile_flush(const pack& a, S threshold) noexcept {
    const part zero = detail::spread<part>(S(0)), least = detail::spread<part>(threshold);
    return map([&](std::size_t i) { return detail::part_abs(a.x[i]) < least ? zero : a.x[i]; });
  }
  /// a clamped to [-limit, limit]; NaN stays NaN.
  BLOCKOPT_FN friend pack tile_clamp(const pack& a, S limit) noexcept {
    return map([&](std::size_t i) { return detail::part_clamp(a.x[i], limit); });
  }
};

}  // namespace blockopt
