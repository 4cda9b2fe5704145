// SPDX-License-Identifier: MIT
// Part of blockopt: the functions that update rules may call on a value, whatever it is: scalar, register tile or pack.
//
// A type V that is no arithmetic type provides tile_sqrt, tile_abs, tile_min, tile_max, tile_sign and
// tile_flush(v, threshold), found by argument-dependent lookup.
#pragma once

#include <cmath>
#include <type_traits>

#include <blockopt/config.hpp>

namespace blockopt {

/// Elementwise square root, correctly rounded.
template <class V>
BLOCKOPT_FN V sqrt(const V& v) noexcept {
  if constexpr (std::is_arithmetic_v<V>) return std::sqrt(v);
  else return tile_sqrt(v);
}

/// Elementwise |v|.
template <class V>
BLOCKOPT_FN V abs(const V& v) noexcept {
  if constexpr (std::is_arithmetic_v<V>) return std::fabs(v);
  else return tile_abs(v);
}

/// Elementwise minimum; where one is NaN the result is unspecified.
template <class V>
BLOCKOPT_FN V min(const V& a, const V& b) noexcept {
  if constexpr (std::is_arithmetic_v<V>) return b < a ? b : a;
  else return tile_min(a, b);
}

/// Elementwise maximum; where one is NaN the result is unspecified.
template <class V>
BLOCKOPT_FN V max(const V& a, const V& b) noexcept {
  if constexpr (std::is_arithmetic_v<V>) return a < b ? b : a;
  else return tile_max(a, b);
}

/// Elementwise sign: -1, 0 or 1; the sign of NaN is NaN.
template <class V>
BLOCKOPT_FN V sign(const V& v) noexcept {
  if constexpr (std::is_arithmetic_v<V>) return v > V(0) ? V(1) : v < V(0) ? V(-1) : v;
  else return tile_sign(v);
}

/// The magnitude below which a decaying slot is set to zero: 2^-120 in float, 2^-1000 in double. A slot that is
/// multiplied by a factor of 2^-6 or more each step then never holds, nor produces, a denormal number.
template <class S>
inline constexpr S smallest_state = S(sizeof(S) == 4 ? 0x1p-120 : 0x1p-1000);

/// v where |v| >= smallest_state, else zero. Rules apply it to each slot that decays: on many processors arithmetic on
/// denormal numbers is tens of times slower, and the caller's floating-point mode is not ours to change.
template <class S, class V>
BLOCKOPT_FN V flush(const V& v) noexcept {
  if constexpr (std::is_arithmetic_v<V>) return std::fabs(v) < smallest_state<S> ? V(0) : v;
  else return tile_flush(v, smallest_state<S>);
}

}  // namespace blockopt
