// SPDX-License-Identifier: MIT
// Part of blockopt: element types as safetensors names them, and conversions between them.
#pragma once

#include <concepts>
#include <cstddef>
#include <cstdint>
#include <string_view>
#include <type_traits>

#include <blockopt/view/scalar.hpp>

namespace blockopt {

/// Bytes of one element of a safetensors dtype ("F32", "BF16", ...); 0 for one that is not known here.
[[nodiscard]] constexpr std::size_t dtype_bytes(std::string_view dtype) noexcept {
  struct entry {
    std::string_view name;
    std::size_t bytes;
  };
  constexpr entry all[] = {{"F64", 8},     {"F32", 4},     {"F16", 2}, {"BF16", 2}, {"I64", 8},    {"I32", 4},
                           {"I16", 2},     {"I8", 1},      {"U64", 8}, {"U32", 4},  {"U16", 2},    {"U8", 1},
                           {"F8_E4M3", 1}, {"F8_E5M2", 1}, {"C64", 8}, {"BOOL", 1}, {"F8_E8M0", 1}};
  for (const entry& e : all) {
    if (e.name == dtype) return e.bytes;
  }
  return 0;
}

/// What can be stored: a scalar of the library, or an integer.
template <class T>
concept storable = scalar<T> ||(std::integral<T> && !std::same_as<T, bool>);

/// The dtype of a C++ type.
template <storable T>
[[nodiscard]] constexpr std::string_view dtype_of() noexcept {
  if constexpr (scalar<T>) {
    switch (scalar_traits<T>::format) {
      case number_format::float64:
        return "F64";
      case number_format::float32:
        return "F32";
      case number_format::float16:
        return "F16";
      case number_format::bfloat16:
        return "BF16";
    }
    return {};
  } else if constexpr (std::is_signed_v<T>) {
    return sizeof(T) == 8 ? "I64" : sizeof(T) == 4 ? "I32" : sizeof(T) == 2 ? "I16" : "I8";
  } else {
    return sizeof(T) == 8 ? "U64" : sizeof(T) == 4 ? "U32" : sizeof(T) == 2 ? "U16" : "U8";
  }
}

/// Which dtypes may be read as another: none; those whose numbers are all kept (F16 and BF16 as F32, all as F64);
/// or any of F64, F32, F16 and BF16, rounded to nearest, a double on its way to 16 bits by way of float.
enum class conversion { none, exact, rounding };

/// One of the four floating-point formats as another.
template <scalar To, scalar From>
[[nodiscard]] constexpr To converted(From x) noexcept {
  return static_cast<To>(static_cast<compute_type_t<To>>(static_cast<compute_type_t<From>>(x)));
}

/// Whether `from` may be read as `to` under `allowed`.
[[nodiscard]] constexpr bool may_convert(std::string_view from, std::string_view to, conversion allowed) noexcept {
  if (from == to) return true;
  const auto floating = [](std::string_view d) { return d == "F64" || d == "F32" || d == "F16" || d == "BF16"; };
  if (allowed == conversion::none || !floating(from) || !floating(to)) return false;
  return allowed == conversion::rounding || dtype_bytes(from) < dtype_bytes(to);
}

}  // namespace blockopt
