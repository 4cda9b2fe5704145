// SPDX-License-Identifier: MIT
// Part of blockopt: what codes of state are computed in: single numbers, or vectors of them on a CPU.
//
// A code is written once over `U`: std::uint32_t, or a vector of them. Both give the same bits, and so does device code,
// where nothing is contracted (-ffp-contract=off, -fmad=false).
#pragma once

#include <array>
#include <bit>
#include <cstddef>
#include <cstdint>
#include <utility>

#include <blockopt/backend/host/vector_lanes.hpp>
#include <blockopt/config.hpp>
#include <blockopt/view/detail/float16_bits.hpp>

namespace blockopt::detail {

/// The floats beside `U`, and conversions of integers of few bits.
template <class U>
struct code_lanes {
#if defined(BLOCKOPT_VECTORS)
  static constexpr std::size_t width = sizeof(U) / 4;
  using floats = typename integer_lanes<width>::f32;
  using integers = typename integer_lanes<width>::i32;

  BLOCKOPT_FN static floats to_float(const U& number) noexcept {
    const auto s = (integers)number;
    return __builtin_convertvector(s, floats);
  }
  BLOCKOPT_FN static U truncate(const floats& f) noexcept { return (U) __builtin_convertvector(f, integers); }
  /// The smaller of two signed integers.
  BLOCKOPT_FN static U smaller(const U& a, const U& b) noexcept {
    const auto x = (integers)a, y = (integers)b;
    return (U)(x < y ? x : y);
  }
#endif
};
template <>
struct code_lanes<std::uint32_t> {
  static constexpr std::size_t width = 1;
  using floats = float;

  BLOCKOPT_FN static constexpr float to_float(std::uint32_t number) noexcept {
    return static_cast<float>(static_cast<std::int32_t>(number));
  }
  BLOCKOPT_FN static constexpr std::uint32_t truncate(float f) noexcept {
    return static_cast<std::uint32_t>(static_cast<std::int32_t>(f));
  }
  BLOCKOPT_FN static constexpr std::uint32_t smaller(std::uint32_t a, std::uint32_t b) noexcept {
    return static_cast<std::int32_t>(a) < static_cast<std::int32_t>(b) ? a : b;
  }
};

template <class U>
using code_floats = typename code_lanes<U>::floats;

/// The number in every lane.
template <class U>
BLOCKOPT_FN constexpr code_floats<U> spread_code(float f) noexcept {
  return f - code_floats<U>{};
}

/// The larger, lane by lane; of a NaN and a number b it is b.
template <class U>
BLOCKOPT_FN code_floats<U> larger_or_second(const code_floats<U>& a, const code_floats<U>& b) noexcept {
#if defined(__AVX512F__) && defined(BLOCKOPT_VECTORS)
  if constexpr (sizeof(U) == 64) {
    return std::bit_cast<code_floats<U>>(
        _mm512_maskz_max_ps(static_cast<__mmask16>(-1), std::bit_cast<__m512>(a), std::bit_cast<__m512>(b)));
  } else
#endif
    return a > b ? a : b;
}

/// What the codes of a group are multiplied by, and what its numbers are multiplied by before they are coded.
struct code_scale {
  float stored, inverse;
};

/// A table has a number for each level; `Table::numbers()` is constexpr.
inline constexpr std::size_t code_levels = 9;
using level_numbers = std::array<float, code_levels>;

template <class Table, std::size_t Level>
inline constexpr float level_number = Table::numbers()[Level];

/// The numbers of a table times `factor`, to be asked for by `First` + level. In general by comparisons: an array that is
/// indexed in device code would lie in slow memory.
template <class U, class Table, std::uint32_t First = 0>
class level_table {
  using floats = code_floats<U>;

 public:
  BLOCKOPT_FN explicit level_table(float factor) noexcept : factor_(factor) {}
  BLOCKOPT_FN floats operator()(const U& index) const noexcept {
    return [&]<std::size_t... K>(std::index_sequence<K...>) {
      floats r = spread_code<U>(level_number<Table, code_levels - 1>);
      ((r = index == U{} + (First + static_cast<std::uint32_t>(K)) ? spread_code<U>(level_number<Table, K>) : r), ...);
      return floats(r * factor_);
    }
    (std::make_index_sequence<code_levels - 1>{});
  }

 private:
  float factor_;
};

#if defined(__AVX512F__) && defined(BLOCKOPT_VECTORS)
template <class Table>
struct exponent_steps;
#endif

/// How many of the numbers of an ascending table, without the first, are at most u, which is from 2^-31 to 1.5; upper bits
/// besides, that a level_table of vectors ignores. The lowest four bits of number k are k - 1.
template <class U, class Table>
BLOCKOPT_FN U count_levels(const code_floats<U>& u) noexcept {
#if defined(__AVX512F__) && defined(BLOCKOPT_VECTORS)
  if constexpr (sizeof(U) == 64) return exponent_steps<Table>::count(std::bit_cast<__m512>(u));
  else
#endif
    return [&]<std::size_t... K>(std::index_sequence<K...>) {
      U r{};
      ((r = r - mask<U>(u >= spread_code<U>(level_number<Table, K + 1>))), ...);
      return r;
    }
  (std::make_index_sequence<code_levels - 1>{});
}

/// Vectors of binary16 that a processor loads as floats and stores from them.
template <class U>
struct half_vectors {
  static constexpr bool exist = false;
};

}  // namespace blockopt::detail

#include <blockopt/memory/format/code_lanes_avx.hpp>
