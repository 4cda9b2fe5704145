// SPDX-License-Identifier: MIT
// Part of blockopt: the plain backend's way to load and store: one element at a time.
#pragma once

#include <bit>
#include <cstddef>
#include <cstdint>

#include <blockopt/config.hpp>
#include <blockopt/memory/write_back.hpp>
#include <blockopt/view/scalar.hpp>

namespace blockopt {

namespace detail {

/// Rounds one number to a T with the random bits of its element.
template <scalar T>
BLOCKOPT_FN T round_stochastic(float value, std::uint32_t random) noexcept {
  const auto bits = std::bit_cast<std::uint32_t>(value);
  const std::uint32_t rounded = scalar_traits<T>::format == number_format::bfloat16
                                    ? bfloat16_from_float_stochastic(bits, random)
                                    : half_from_float_stochastic(bits, random);
  return std::bit_cast<T>(static_cast<std::uint16_t>(rounded));
}

}  // namespace detail

/// How a host backend moves elements between memory and the values that rules work on. `value<S>` is what a rule sees,
/// `width<S>` elements of it.
struct scalar_lanes {
  template <class S>
  using value = S;
  template <class S>
  static constexpr std::size_t width = 1;

  template <class S, scalar T>
  BLOCKOPT_FN static S load(const T* from) noexcept {
    return static_cast<S>(*from);
  }

  template <class S, scalar T>
  BLOCKOPT_FN static void store(T* to, const S& v) noexcept {
    *to = static_cast<T>(v);
  }

  template <class S, scalar T>
  BLOCKOPT_FN static void store_stochastic(T* to, const S& v, std::uint32_t index,
                                           const detail::rounding_key& key) noexcept {
    *to = detail::round_stochastic<T>(v, detail::random_bits(index, key));
  }

  /// v clamped to [-limit, limit]; NaN stays NaN.
  template <class S>
  BLOCKOPT_FN static S clamp(const S& v, S limit) noexcept {
    return v > limit ? limit : v < -limit ? -limit : v;
  }
};

}  // namespace blockopt
