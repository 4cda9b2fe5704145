// SPDX-License-Identifier: MIT
// Part of blockopt: codes of 16 bits in bfloat16.
#pragma once

#include <bit>
#include <cstddef>
#include <cstdint>

#include <blockopt/config.hpp>
#include <blockopt/memory/format/code_lanes.hpp>
#include <blockopt/view/detail/float16_bits.hpp>

namespace blockopt::detail {

/// A bfloat16 for each element, rounded by random bits: to nearest, a second moment that is multiplied by 0.999 each step
/// would never decay.
struct bfloat16_code {
  static constexpr std::size_t bytes = 2;
  static constexpr bool scaled = false;
  static constexpr bool random = true;
  static constexpr std::size_t least_size = 0;

  template <class U>
  class decoder {
   public:
    BLOCKOPT_FN explicit decoder(float) noexcept {}
    BLOCKOPT_FN code_floats<U> operator()(const U& code) const noexcept {
      return std::bit_cast<code_floats<U>>(U(code << 16));
    }
  };

  template <class U>
  class encoder {
   public:
    BLOCKOPT_FN explicit encoder(float) noexcept {}
    BLOCKOPT_FN U operator()(const code_floats<U>& x, const U& random_bits) const noexcept {
      return bfloat16_from_float_stochastic<U>(std::bit_cast<U>(x), random_bits);
    }
  };
};

}  // namespace blockopt::detail
