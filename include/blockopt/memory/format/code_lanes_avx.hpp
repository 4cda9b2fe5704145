// SPDX-License-Identifier: MIT
// Part of blockopt: state codes in the vectors of AVX2 and AVX-512: tables are permuted instead of compared, and binary16 is
// converted by the processor.
// Included by code_lanes.hpp.
#pragma once

#include <blockopt/memory/format/code_lanes.hpp>

#if defined(BLOCKOPT_VECTORS) && defined(__AVX2__)

namespace blockopt::detail {

#if defined(__AVX512F__)

/// Only the lowest four bits of an index count: the numbers lie where those of First + level say.
template <class U, class Table, std::uint32_t First>
  requires(sizeof(U) == 64)
class level_table<U, Table, First> {
 public:
  BLOCKOPT_FN explicit level_table(float factor) noexcept {
    alignas(64) static constexpr std::array<float, 16> numbers = [] {
      std::array<float, 16> r{};
      for (std::size_t k = 0; k < code_levels; ++k) r[(First + k) % 16] = Table::numbers()[k];
      return r;
    }();
    table_ = _mm512_load_ps(numbers.data()) * _mm512_set1_ps(factor);
  }
  BLOCKOPT_FN code_floats<U> operator()(const U& index) const noexcept {
    // The masked form avoids a false warning of g++ 12 about undefined values.
    return std::bit_cast<code_floats<U>>(
        _mm512_maskz_permutexvar_ps(static_cast<__mmask16>(-1), std::bit_cast<__m512i>(index), table_));
  }

 private:
  __m512 table_;
};

/// No two numbers of the table share a power of two: the level is known from the exponent and one comparison.
template <class Table>
struct exponent_steps {
  /// By the lower five bits of the exponent: the number within that power of two, or else a NaN, whose lowest four bits are
  /// the levels below.
  alignas(64) static constexpr std::array<float, 32> steps = [] {
    std::array<float, 32> r{};
    for (std::size_t e = 0; e < 32; ++e) {
      const auto low = std::bit_cast<float>(static_cast<std::uint32_t>(e + 96) << 23);
      const auto high = std::bit_cast<float>(static_cast<std::uint32_t>(e + 97) << 23);
      std::uint32_t below = 0;
      while (below + 1 < code_levels && Table::numbers()[below + 1] <= low) ++below;
      const bool within = below + 1 < code_levels && Table::numbers()[below + 1] < high;
      r[e] = within ? Table::numbers()[below + 1] : std::bit_cast<float>(0x7fc00000U | below);
    }
    return r;
  }();

  BLOCKOPT_FN static auto count(const __m512& u) noexcept {
    const __m512i exponent = _mm512_maskz_srli_epi32(static_cast<__mmask16>(-1), _mm512_castps_si512(u), 23);
    const __m512 step =
        _mm512_permutex2var_ps(_mm512_load_ps(steps.data()), exponent, _mm512_load_ps(steps.data() + 16));
    const __m512i below = _mm512_castps_si512(step);
    const __mmask16 above = _mm512_cmp_ps_mask(u, step, _CMP_GE_OQ);
    return std::bit_cast<integer_lanes<16>::u32>(_mm512_mask_add_epi32(below, above, below, _mm512_set1_epi32(1)));
  }
};

template <class U>
  requires(sizeof(U) == 64)
struct half_vectors<U> {
  static constexpr bool exist = true;

  BLOCKOPT_FN static code_floats<U> load(const std::byte* codes) noexcept {
    return std::bit_cast<code_floats<U>>(
        _mm512_maskz_cvtph_ps(static_cast<__mmask16>(-1), _mm256_loadu_si256(reinterpret_cast<const __m256i*>(codes))));
  }
  /// x times `inverse`, rounded; magnitudes beyond `largest` (bits, as is `least`) become it, but infinity and NaN stay. With
  /// `Positive` x has no sign, and is at least `least` unless it is zero.
  template <bool Positive>
  BLOCKOPT_FN static void store(std::byte* codes, const code_floats<U>& x, float inverse, std::uint32_t largest,
                                std::uint32_t least) noexcept {
    constexpr auto all = static_cast<__mmask16>(-1);
    const auto wanted = std::bit_cast<__m512i>(code_floats<U>(x * inverse));
    const __m512i magnitude = _mm512_maskz_and_epi32(all, wanted, number(0x7fffffffU));
    __m512i r = _mm512_maskz_min_epi32(all, magnitude, number(largest));
    if constexpr (Positive) r = _mm512_maskz_max_epi32(all, r, number(least));
    const __mmask16 strange = _mm512_cmpge_epi32_mask(magnitude, number(0x7f800000U));
    r = _mm512_mask_and_epi32(r, strange, magnitude, number(0x7fc00000U));
    __mmask16 some = all;
    if constexpr (Positive) {
      const auto bits = std::bit_cast<__m512i>(x);
      some = _mm512_test_epi32_mask(bits, bits);
    } else {
      r = _mm512_maskz_or_epi32(all, r, _mm512_maskz_and_epi32(all, wanted, number(0x80000000U)));
    }
    _mm256_storeu_si256(reinterpret_cast<__m256i*>(codes),
                        _mm512_maskz_cvtps_ph(some, _mm512_castsi512_ps(r), _MM_FROUND_TO_NEAREST_INT));
  }

 private:
  BLOCKOPT_FN static __m512i number(std::uint32_t n) noexcept { return _mm512_set1_epi32(static_cast<int>(n)); }
};

#endif

template <class U, class Table, std::uint32_t First>
  requires(sizeof(U) == 32)
class level_table<U, Table, First> {
 public:
  BLOCKOPT_FN explicit level_table(float factor) noexcept {
    alignas(32) static constexpr std::array<float, 8> numbers = [] {
      std::array<float, 8> r{};
      for (std::size_t k = 0; k < r.size(); ++k) r[(First + k) % 8] = Table::numbers()[k];
      return r;
    }();
    table_ = _mm256_load_ps(numbers.data()) * _mm256_set1_ps(factor);
    last_ = spread_code<U>(level_number<Table, code_levels - 1> * factor);
  }
  BLOCKOPT_FN code_floats<U> operator()(const U& index) const noexcept {
    const auto r = std::bit_cast<code_floats<U>>(_mm256_permutevar8x32_ps(table_, std::bit_cast<__m256i>(index)));
    return index == U{} + (First + static_cast<std::uint32_t>(code_levels - 1)) ? last_ : r;
  }

 private:
  __m256 table_;
  code_floats<U> last_;
};

}  // namespace blockopt::detail

#endif
