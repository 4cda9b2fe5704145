// SPDX-License-Identifier: MIT
// Part of blockopt: codes in small floating-point formats with a scale.
#pragma once

#include <bit>
#include <cstddef>
#include <cstdint>

#include <blockopt/config.hpp>
#include <blockopt/memory/format/code_lanes.hpp>

namespace blockopt::detail {

/// A sign, an exponent and `Fraction` bits in `Bytes` bytes, rounded to nearest, ties to even, and for each group of elements
/// a scale: the power of two 2^floor(log2(largest number / largest magnitude)), as MS-AMP has it for a whole tensor (arXiv
/// 2310.18313; margin 0). It is 1 where the magnitude is 0 or not finite, and 2^126 at most, so that its inverse, which is
/// what is stored, is no denormal number. `Largest` are the bits of the largest number; larger ones become it. Codes from
/// `Infinite` on are not finite, and `NotANumber` is one of them. With `Positive`, for numbers that are not negative, none
/// but zero becomes zero.
template <std::size_t Bytes, unsigned Fraction, std::uint32_t Bias, std::uint32_t Largest, std::uint32_t Infinite,
          std::uint32_t NotANumber, bool Positive>
struct small_float_code {
  static constexpr std::size_t bytes = Bytes;
  static constexpr bool scaled = true;
  static constexpr bool random = false;
  static constexpr std::size_t least_size = 0;
  static constexpr bool is_half = Bytes == 2 && Fraction == 10 && Bias == 15 && NotANumber == 0x7e00U;

  BLOCKOPT_FN static code_scale scale_of(std::uint32_t largest) noexcept {
    if (largest == 0 || largest >= 0x7f800000U) return {1, 1};
    const std::uint32_t fits = (largest & 0x7fffffU) <= (Largest & 0x7fffffU) ? 1 : 0;
    std::uint32_t scale = (Largest >> 23) + 126U + fits - (largest >> 23);
    if (scale > 253U) scale = 253U;
    return {std::bit_cast<float>((254U - scale) << 23), std::bit_cast<float>(scale << 23)};
  }

  template <class U>
  class decoder {
   public:
    BLOCKOPT_FN explicit decoder(float scale) noexcept : scale_(scale) {}
    BLOCKOPT_FN code_floats<U> operator()(const U& code) const noexcept {
      using floats = code_floats<U>;
      const U magnitude = code & (sign_bit - 1U), wide = magnitude << shift;
      // below the least normal number: as if there were a leading one, which is taken off again
      const floats tiny = std::bit_cast<floats>(U(wide + (least_exponent << 23))) - least_normal;
      U r = magnitude < U{} + (1U << Fraction) ? std::bit_cast<U>(tiny) : U(wide + ((least_exponent - 1U) << 23));
      r = magnitude >= U{} + Infinite ? U(wide | special) : r;
      return std::bit_cast<floats>(U(r | ((code & sign_bit) << (32U - 8U * Bytes)))) * scale_;
    }
    /// The same from where the codes lie, where the processor knows the format.
    BLOCKOPT_FN code_floats<U> load(const std::byte* codes) const noexcept requires(is_half&& half_vectors<U>::exist) {
      return half_vectors<U>::load(codes) * scale_;
    }

   private:
    /// E4M3 has no infinity: its one code that is not finite is NaN.
    static constexpr std::uint32_t special = Infinite == NotANumber ? 0x7fc00000U : 0x7f800000U;
    float scale_;
  };

  template <class U>
  class encoder {
   public:
    BLOCKOPT_FN explicit encoder(float inverse) noexcept : inverse_(inverse) {}
    BLOCKOPT_FN U operator()(const code_floats<U>& x, const U&) const noexcept {
      using floats = code_floats<U>;
      const U bits = std::bit_cast<U>(floats(x * inverse_)), all = bits & 0x7fffffffU;
      U magnitude = code_lanes<U>::smaller(all, U{} + Largest);
      if constexpr (Positive) magnitude = magnitude > U{} + least_number ? magnitude : U{} + least_number;
      const U normal = (magnitude + ((1U << (shift - 1U)) - 1U) + ((magnitude >> shift) & 1U)) >> shift;
      // below the least normal number by an addition whose sum has units of the least number
      const floats tiny = std::bit_cast<floats>(magnitude) + tiny_units;
      U code = magnitude < U{} + (least_exponent << 23)
                   ? U(std::bit_cast<U>(tiny) - std::bit_cast<std::uint32_t>(tiny_units))
                   : U(normal - ((least_exponent - 1U) << Fraction));
      const U strange = all > U{} + 0x7f800000U ? U{} + NotANumber : U{} + Infinite;
      code = all >= U{} + 0x7f800000U ? strange : code;
      if constexpr (Positive) return std::bit_cast<U>(x) != U{} ? code : U{};
      else return code | ((bits >> (32U - 8U * Bytes)) & sign_bit);
    }
    BLOCKOPT_FN void store(std::byte* codes, const code_floats<U>& x, const U&) const noexcept
        requires(is_half&& half_vectors<U>::exist) {
      half_vectors<U>::template store<Positive>(codes, x, inverse_, Largest, least_number);
    }

   private:
    float inverse_;
  };

 private:
  static constexpr std::uint32_t sign_bit = 1U << (8 * Bytes - 1);
  static constexpr unsigned shift = 23 - Fraction;
  static constexpr std::uint32_t least_exponent = 128U - Bias;  ///< of the least normal number, in a binary32
  static constexpr std::uint32_t least_number = (least_exponent - Fraction) << 23;
  static constexpr float least_normal = std::bit_cast<float>(least_exponent << 23);
  static constexpr float tiny_units = std::bit_cast<float>((least_exponent + 23U - Fraction) << 23);
};

/// E4M3 without infinities ("FN": OCP 8-bit floating point, 2023): largest number 448, least 2^-9. Infinities become NaN.
using e4m3_code = small_float_code<1, 3, 7, 0x43e00000U, 0x7fU, 0x7fU, false>;

/// Binary16: largest number 65504, least 2^-24.
template <bool Positive>
using half_code = small_float_code<2, 10, 15, 0x477fe000U, 0x7c00U, 0x7e00U, Positive>;

}  // namespace blockopt::detail
