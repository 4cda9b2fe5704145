// SPDX-License-Identifier: MIT
// Part of blockopt: numbers for conformance checks: made, compared and printed.
#pragma once

#include <bit>
#include <cmath>
#include <concepts>
#include <cstddef>
#include <cstdint>
#include <string>
#include <string_view>
#include <type_traits>

#include <blockopt/error.hpp>
#include <blockopt/select/random_stream.hpp>
#include <blockopt/view/scalar.hpp>

namespace blockopt::detail {

/// Strings and numbers of any scalar, one after the other.
template <class... Parts>
[[nodiscard]] std::string say(const Parts&... parts) {
  const auto word_of = [](const auto& part) -> word {
    if constexpr (std::is_convertible_v<decltype(part), std::string_view>) return std::string_view(part);
    else if constexpr (std::integral<std::remove_cvref_t<decltype(part)>>) return part;
    else return static_cast<double>(part);
  };
  return joined({word_of(parts)...});
}

/// A number in [-1, 1), a function of its keys, at least 1/64 in size, so that its sign is never in doubt.
[[nodiscard]] inline double noise(std::uint64_t seed, std::uint64_t i) noexcept {
  random_stream stream{random_stream::derive(seed, i)};
  const double sign = (stream.bits() & 1) != 0 ? 1.0 : -1.0;
  return sign * (1.0 / 64 + stream.uniform() * 63.0 / 64);
}

/// A double as a T stores it.
template <scalar T>
[[nodiscard]] T stored_as(double value) noexcept {
  return static_cast<T>(static_cast<compute_type_t<T>>(value));
}

/// How many numbers of the format lie between a and b; 0 for equal bits (and for 0 and -0), the most there are for a NaN
/// beside a number.
template <scalar T>
[[nodiscard]] std::uint64_t ulps_apart(const T& a, const T& b) noexcept {
  using bits = std::conditional_t<sizeof(T) == 8, std::uint64_t,
                                  std::conditional_t<sizeof(T) == 4, std::uint32_t, std::uint16_t>>;
  const auto x = std::bit_cast<bits>(a);
  const auto y = std::bit_cast<bits>(b);
  if (x == y) return 0;
  const double p = static_cast<double>(static_cast<compute_type_t<T>>(a));
  const double q = static_cast<double>(static_cast<compute_type_t<T>>(b));
  if (std::isnan(p) && std::isnan(q)) return 0;
  if (std::isnan(p) || std::isnan(q)) return ~std::uint64_t{0};
  constexpr bits sign = static_cast<bits>(bits{1} << (8 * sizeof(bits) - 1));
  const auto place = [](bits v) {  // an integer that grows with the number
    const auto size = static_cast<std::int64_t>(static_cast<std::uint64_t>(v) & ~static_cast<std::uint64_t>(sign));
    return (v & sign) != 0 ? -size : size;
  };
  const std::int64_t m = place(x);
  const std::int64_t n = place(y);
  return m > n ? static_cast<std::uint64_t>(m) - static_cast<std::uint64_t>(n)
               : static_cast<std::uint64_t>(n) - static_cast<std::uint64_t>(m);
}

}  // namespace blockopt::detail
