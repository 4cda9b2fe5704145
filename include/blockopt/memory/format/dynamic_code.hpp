// SPDX-License-Identifier: MIT
// Part of blockopt: codes of 8 bits by the dynamic code book of bitsandbytes.
//
// Source: bitsandbytes, functional.py (create_dynamic_map) and Dettmers et al., "8-bit Optimizers via Block-wise
// Quantization", arXiv 2110.02861. The book's positive numbers come in seven levels i = 0 .. 6, the middles of n equal
// parts of [0.1, 1] times 10^(i - 6), n = 2^i (signed) or 2^(i + 1) (unsigned); and 0 and 1. Sorted, they are their codes:
// unsigned 0 is zero and 255 is 1; signed 127 is zero, 255 is 1, 0 is -0.99297 (-1 does not exist). So within a level the
// number is linear in the code, and the level follows from the code's logarithm: no table of 256 numbers is searched.
#pragma once

#include <array>
#include <bit>
#include <cstddef>
#include <cstdint>

#include <blockopt/config.hpp>
#include <blockopt/memory/format/code_lanes.hpp>
#include <blockopt/view/detail/float16_bits.hpp>

namespace blockopt::detail {

/// The numbers of a book by level: 0 is zero, 1 .. 7 are the seven, 8 is the number 1.
template <bool Signed>
struct dynamic_levels {
  static constexpr double parts(std::size_t level) noexcept {  // of the level
    return static_cast<double>(std::size_t{1} << (Signed ? level - 1 : level));
  }
  static constexpr double top(std::size_t level) noexcept {  // what [0.1, 1] is multiplied by
    double r = 1;
    for (std::size_t k = level; k < 7; ++k) r /= 10;
    return r;
  }
  /// The rank of the first number of a level, counted from zero's.
  static constexpr double first(std::size_t level) noexcept { return parts(level) - (Signed ? 0 : 1); }

  template <class F>
  static constexpr level_numbers by_level(double zero, double one, const F& f) noexcept {
    level_numbers r{static_cast<float>(zero)};
    for (std::size_t level = 1; level < code_levels - 1; ++level) r[level] = static_cast<float>(f(level));
    r[code_levels - 1] = static_cast<float>(one);
    return r;
  }

  // number = slope * half + base, where `half` is a half more than the rank: see `decoder`
  struct slope {
    static constexpr level_numbers numbers() noexcept {
      return by_level(0, 0, [](std::size_t l) { return 0.9 * top(l) / parts(l); });
    }
  };
  struct base {
    static constexpr level_numbers numbers() noexcept {
      return by_level(0, 1, [](std::size_t l) { return -0.8 * top(l); });
    }
  };
  // rank = floor(min(steep * number + offset, end of the level)) for numbers of the level, from `least` on: the half of the
  // way from the last number of the level below
  struct steep {
    static constexpr level_numbers numbers() noexcept {
      return by_level(0, 0, [](std::size_t l) { return parts(l) / (0.9 * top(l)); });
    }
  };
  struct offset {
    static constexpr level_numbers numbers() noexcept {
      return by_level(Signed ? 0 : 1, Signed ? 128 : 255, [](std::size_t l) { return first(l) - parts(l) / 9; });
    }
  };
  struct least {
    static constexpr level_numbers numbers() noexcept {
      const auto highest = [](std::size_t l) { return top(l) * (1 - 0.45 / parts(l)); };
      level_numbers r = by_level(0, 0.5 * (highest(7) + 1), [&](std::size_t l) {
        const double lowest = top(l) * (0.1 + 0.45 / parts(l));
        return 0.5 * (lowest + (l == 1 ? 0 : highest(l - 1)));
      });
      for (std::uint32_t k = 1; k < r.size(); ++k)  // as count_levels wants it; 15 units in the last place are nothing
        r[k] = std::bit_cast<float>((std::bit_cast<std::uint32_t>(r[k]) & ~15U) | (k - 1));
      return r;
    }
  };
  /// The last rank of a level and a half, from the number in `offset`. (Where the level has one number, that and more.)
  template <class F>
  BLOCKOPT_FN static F end(const F& offset) noexcept {
    return 2.25F * offset + (Signed ? -0.5F : 0.75F);
  }
};

/// A code of one byte for each element and a float for each group of them: the largest magnitude. Rounds to the nearest
/// number of the book. Zero stays zero; no number changes its sign; with `Signed` false, for numbers that are not
/// negative, none but zero becomes zero: bitsandbytes lets a small second moment vanish, and the next step is huge where the
/// first moment did not. A NaN or an infinity makes the whole group NaN. The largest magnitude counts as 2^-126 at least, so
/// that its inverse is finite: groups of denormal numbers use a lower part of the book.
template <bool Signed>
struct dynamic_code {
  using levels = dynamic_levels<Signed>;
  static constexpr std::size_t bytes = 1;
  static constexpr bool scaled = true;
  static constexpr bool random = false;
  /// Smaller parameters stay in full precision, as in bitsandbytes (min_8bit_size).
  static constexpr std::size_t least_size = 4096;

  /// What a group's codes are multiplied by, and what its numbers are, from the largest magnitude's bits.
  BLOCKOPT_FN static code_scale scale_of(std::uint32_t largest) noexcept {
    if (largest == 0) return {0, 0};
    if (largest >= 0x7f800000U) return {std::bit_cast<float>(largest), 0};
    const auto scale = std::bit_cast<float>(largest < 0x00800000U ? 0x00800000U : largest);
    return {scale, 1 / scale};
  }

  template <class U>
  class decoder {
   public:
    BLOCKOPT_FN explicit decoder(float scale) noexcept : slope_(scale), base_(scale) {}
    BLOCKOPT_FN code_floats<U> operator()(const U& code) const noexcept {
      using floats = code_floats<U>;
      if constexpr (Signed) {
        const U rank = std::bit_cast<U>(code_lanes<U>::to_float(code - 127U));
        const floats magnitude = number(std::bit_cast<floats>(U(rank & 0x7fffffffU)) + 0.5F);
        return std::bit_cast<floats>(U(std::bit_cast<U>(magnitude) ^ (rank & 0x80000000U)));
      } else {
        return number(code_lanes<U>::to_float(code) + 1.5F);
      }
    }

   private:
    static constexpr std::uint32_t exponent_of_zero = Signed ? 126 : 127;
    /// The exponent of half says the level, and half over its power of two the place in it, at the middle of a part.
    BLOCKOPT_FN code_floats<U> number(const code_floats<U>& half) const noexcept {
      const U exponent = std::bit_cast<U>(half) >> 23;
      return slope_(exponent) * half + base_(exponent);
    }
    level_table<U, typename levels::slope, exponent_of_zero> slope_;
    level_table<U, typename levels::base, exponent_of_zero> base_;
  };

  template <class U>
  class encoder {
   public:
    BLOCKOPT_FN explicit encoder(float inverse) noexcept : inverse_(inverse), steep_(1), offset_(1) {}
    BLOCKOPT_FN U operator()(const code_floats<U>& x, const U&) const noexcept {
      using floats = code_floats<U>;
      const U bits = std::bit_cast<U>(x), magnitude = bits & 0x7fffffffU;
      const floats all = std::bit_cast<floats>(magnitude) * inverse_;
      const floats part = larger_or_second<U>(all, spread_code<U>(0x1p-31F));
      const U level = count_levels<U, typename levels::least>(part);
      const floats offset = offset_(level), place = steep_(level) * part + offset, end = levels::end(offset);
      const U rank = std::bit_cast<U>(floats(place < end ? place : end));
      if constexpr (Signed) {
        // 127 less the code is the rank with the other sign, of which 128, which would be the code -1, does not exist
        const U away = code_lanes<U>::truncate(std::bit_cast<floats>(U(rank ^ (~bits & 0x80000000U))));
        return (code_lanes<U>::smaller(away, U{} + 127U) & 0xffU) ^ 0x7fU;
      } else {  // the lowest level has the rank 1, for all but zero
        return magnitude != U{} ? code_lanes<U>::truncate(std::bit_cast<floats>(rank)) : U{};
      }
    }

   private:
    float inverse_;
    level_table<U, typename levels::steep> steep_;
    level_table<U, typename levels::offset> offset_;
  };
};

}  // namespace blockopt::detail
