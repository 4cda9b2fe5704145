// SPDX-License-Identifier: MIT
// Part of blockopt: the scalars that parameters are stored in, and the ones that updates are computed in.
#pragma once

#include <bit>
#include <concepts>
#include <cstdint>
#include <string_view>
#include <type_traits>

#include <blockopt/view/detail/float16_bits.hpp>

namespace blockopt {

/// How the bits of a stored scalar are to be read.
enum class number_format { float32, float64, bfloat16, float16 };

/// bfloat16: the upper half of a binary32. Storage only: arithmetic happens in float.
/// Conversion from float rounds to nearest, ties to even; NaN stays NaN.
struct bfloat16 {
  std::uint16_t bits;

  bfloat16() = default;
  constexpr explicit bfloat16(float value) noexcept
      : bits(static_cast<std::uint16_t>(detail::bfloat16_from_float(std::bit_cast<std::uint32_t>(value)))) {}
  constexpr operator float() const noexcept { return std::bit_cast<float>(std::uint32_t{bits} << 16); }
};

/// IEEE 754 binary16. Storage only: arithmetic happens in float.
/// Conversion from float rounds to nearest, ties to even; overflow gives infinity, NaN stays NaN.
struct half {
  std::uint16_t bits;

  half() = default;
  constexpr explicit half(float value) noexcept
      : bits(static_cast<std::uint16_t>(detail::half_from_float(std::bit_cast<std::uint32_t>(value)))) {}
  constexpr operator float() const noexcept { return std::bit_cast<float>(detail::float_from_half(std::uint32_t{bits})); }
};

/// What the library must know of a scalar. Specialize it to store parameters in a type of your own whose bits are one
/// of the four formats: `format`, `compute_type` (float, or double for binary64) and `name`.
template <class T>
struct scalar_traits;

template <>
struct scalar_traits<float> {
  using compute_type = float;
  static constexpr number_format format = number_format::float32;
  static constexpr std::string_view name = "float";
};

template <>
struct scalar_traits<double> {
  using compute_type = double;
  static constexpr number_format format = number_format::float64;
  static constexpr std::string_view name = "double";
};

template <>
struct scalar_traits<bfloat16> {
  using compute_type = float;
  static constexpr number_format format = number_format::bfloat16;
  static constexpr std::string_view name = "bfloat16";
};

template <>
struct scalar_traits<half> {
  using compute_type = float;
  static constexpr number_format format = number_format::float16;
  static constexpr std::string_view name = "half";
};

/// A scalar that parameters may be stored in.
template <class T>
concept scalar = std::is_trivially_copyable_v<T> && requires {
  typename scalar_traits<T>::compute_type;
  { scalar_traits<T>::format } -> std::convertible_to<number_format>;
};

/// The scalar that gradients, master copies and state of a `T` are computed in: float for float and the 16-bit
/// formats, double for double.
template <scalar T>
using compute_type_t = typename scalar_traits<T>::compute_type;

/// True where a parameter of this scalar gains from a full-precision master copy.
template <scalar T>
inline constexpr bool is_reduced_precision =
    scalar_traits<T>::format == number_format::bfloat16 || scalar_traits<T>::format == number_format::float16;

}  // namespace blockopt
