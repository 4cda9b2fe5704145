// SPDX-License-Identifier: MIT
// Part of blockopt: a group of coded elements to numbers and back, on a CPU.
#pragma once

#include <algorithm>
#include <bit>
#include <cstddef>
#include <cstdint>
#include <cstring>
#include <span>
#include <type_traits>
#include <utility>
#include <vector>

#include <blockopt/backend/host/vector_lanes.hpp>
#include <blockopt/memory/format/state_format.hpp>
#include <blockopt/memory/write_back.hpp>

namespace blockopt::detail {

/// The codes at `from`, one in each lane.
template <class U, std::size_t Bytes>
BLOCKOPT_FN U load_codes(const std::byte* from) noexcept {
  if constexpr (std::is_same_v<U, std::uint32_t>) {
    if constexpr (Bytes == 1) {
      return static_cast<std::uint32_t>(*from);
    } else {
      std::uint16_t code;
      std::memcpy(&code, from, sizeof code);
      return code;
    }
  } else {
#if defined(BLOCKOPT_VECTORS)
    constexpr std::size_t lanes = sizeof(U) / 4;
    if constexpr (Bytes == 1) {
      typename integer_lanes<lanes>::u8 codes;
      std::memcpy(&codes, from, sizeof codes);
#if defined(__AVX512F__)
      if constexpr (lanes == 16) {
        return std::bit_cast<U>(_mm512_maskz_cvtepu8_epi32(static_cast<__mmask16>(-1), std::bit_cast<__m128i>(codes)));
      } else
#endif
        return __builtin_convertvector(codes, U);
    } else {
      typename integer_lanes<lanes>::u16 codes;
      std::memcpy(&codes, from, sizeof codes);
      return widen_lanes<lanes>(codes);
    }
#endif
  }
}

template <std::size_t Bytes, class U>
BLOCKOPT_FN void store_codes(std::byte* to, const U& codes) noexcept {
  if constexpr (std::is_same_v<U, std::uint32_t>) {
    if constexpr (Bytes == 1) {
      *to = static_cast<std::byte>(codes);
    } else {
      const auto code = static_cast<std::uint16_t>(codes);
      std::memcpy(to, &code, sizeof code);
    }
  } else {
#if defined(BLOCKOPT_VECTORS)
    constexpr std::size_t lanes = sizeof(U) / 4;
    if constexpr (Bytes == 1) {
      const auto narrow = __builtin_convertvector(codes, typename integer_lanes<lanes>::u8);
      std::memcpy(to, &narrow, sizeof narrow);
    } else {
      const auto narrow = __builtin_convertvector(codes, typename integer_lanes<lanes>::u16);
      std::memcpy(to, &narrow, sizeof narrow);
    }
#endif
  }
}

#if defined(BLOCKOPT_VECTORS)
/// What a backend whose tiles have `Width` elements codes in.
template <std::size_t Width>
struct codes_for {
  using type = typename integer_lanes<vector_bytes / 4>::u32;
};
template <>
struct codes_for<1> {
  using type = std::uint32_t;
};
template <std::size_t Width>
using codes_of_width = typename codes_for<Width>::type;
#else
template <std::size_t Width>
using codes_of_width = std::uint32_t;
#endif

/// f(std::type_identity of U, i) for the elements 0 .. count, as many at a time as U has lanes, the last ones one by one.
template <class U, class F>
BLOCKOPT_FN void for_each_lanes(std::size_t count, const F& f) {
  constexpr std::size_t lanes = sizeof(U) / 4;
  std::size_t i = 0;
  for (; i + lanes <= count; i += lanes) f(std::type_identity<U>{}, i);
  if constexpr (lanes > 1) {
    for (; i < count; ++i) f(std::type_identity<std::uint32_t>{}, i);
  }
}

/// Numbers of one group of a coded row of `size` elements, as many at a time as U has lanes. `first`, the group's first
/// element, is a multiple of state_group.
template <class Code, class U>
class group_decoder {
 public:
  BLOCKOPT_FN group_decoder(const std::byte* row, std::size_t size, std::size_t first) noexcept
      : codes_(row + first * Code::bytes), decode_(scale(row, size, first)) {}
  /// Those from element `i` of the group on.
  BLOCKOPT_FN code_floats<U> operator()(std::size_t i) const noexcept {
    const std::byte* const from = codes_ + i * Code::bytes;
    if constexpr (requires { decode_.load(from); }) return decode_.load(from);
    else return decode_(load_codes<U, Code::bytes>(from));
  }

 private:
  BLOCKOPT_FN static float scale([[maybe_unused]] const std::byte* row, [[maybe_unused]] std::size_t size,
                                 [[maybe_unused]] std::size_t first) noexcept {
    float stored = 1;
    if constexpr (Code::scaled)
      std::memcpy(&stored, row + state_row<Code, float>::scales(size) + first / state_group * sizeof stored,
                  sizeof stored);
    return stored;
  }

  const std::byte* codes_;
  typename Code::template decoder<U> decode_;
};

/// The way back. `key`: of the random bits of a code that wants them.
template <class Code, class U>
class group_encoder {
 public:
  BLOCKOPT_FN group_encoder(std::byte* row, std::size_t first, const code_scale& scale,
                            const rounding_key& key) noexcept
      : codes_(row + first * Code::bytes), first_(first), key_(key), encode_(scale.inverse) {}
  BLOCKOPT_FN void operator()(std::size_t i, const code_floats<U>& x) const noexcept {
    U random{};
    if constexpr (Code::random) {
      U index = U{} + static_cast<std::uint32_t>(first_ + i);
#if defined(BLOCKOPT_VECTORS)
      if constexpr (sizeof(U) > 4) index = index + iota_lanes<sizeof(U) / 4>();
#endif
      random = random_bits(index, key_);
    }
    std::byte* const to = codes_ + i * Code::bytes;
    if constexpr (requires { encode_.store(to, x, random); }) encode_.store(to, x, random);
    else store_codes<Code::bytes>(to, encode_(x, random));
  }

 private:
  std::byte* codes_;
  std::size_t first_;
  rounding_key key_;
  typename Code::template encoder<U> encode_;
};

/// Elements [first, first + count) of a coded row; count is at most state_group.
template <class Code, class U, class S>
void decode_group(const std::byte* row, std::size_t size, std::size_t first, std::size_t count, S* to) noexcept {
  const group_decoder<Code, U> many(row, size, first);
  const group_decoder<Code, std::uint32_t> one(row, size, first);
  for_each_lanes<U>(count, [&]<class V>(std::type_identity<V>, std::size_t i) {
    code_floats<V> x;
    if constexpr (std::is_same_v<U, V>) x = many(i);
    else x = one(i);
    if constexpr (std::is_same_v<S, float>) {
      std::memcpy(to + i, &x, sizeof x);
    } else {
      float numbers[sizeof(V) / 4];
      std::memcpy(numbers, &x, sizeof x);
      std::copy(std::begin(numbers), std::end(numbers), to + i);
    }
  });
}

/// The largest lane, by halves.
template <class U>
std::uint32_t largest_lane(const U& all) noexcept {
  if constexpr (std::is_same_v<U, std::uint32_t>) {
    return all;
  } else {
#if defined(BLOCKOPT_VECTORS)
    constexpr std::size_t lanes = sizeof(U) / 4;
    if constexpr (lanes == 2) {
      return std::max(all[0], all[1]);
    } else {
      struct halves {
        typename integer_lanes<lanes / 2>::u32 low, high;
      };
      const auto h = std::bit_cast<halves>(all);
      return largest_lane(h.low > h.high ? h.low : h.high);
    }
#endif
  }
}

/// The bits of the largest magnitude of numbers; of a NaN they are larger than those of infinity.
template <class U>
[[nodiscard]] BLOCKOPT_FN std::uint32_t largest_magnitude(const float* from, std::size_t count) noexcept {
  U many{};
  std::uint32_t rest = 0;
  for_each_lanes<U>(count, [&]<class V>(std::type_identity<V>, std::size_t i) {
    V bits;
    std::memcpy(&bits, from + i, sizeof bits);
    bits = bits & 0x7fffffffU;
    if constexpr (std::is_same_v<U, V>) many = many > bits ? many : bits;
    else rest = std::max(rest, bits);
  });
  return std::max(rest, largest_lane(many));
}

/// The scale of a group for its code.
template <class Code, class U>
[[nodiscard]] BLOCKOPT_FN code_scale scale_of_group([[maybe_unused]] const float* from,
                                                    [[maybe_unused]] std::size_t count) noexcept {
  if constexpr (Code::scaled) return Code::scale_of(largest_magnitude<U>(from, count));
  else return {1, 1};
}

/// Stores the scale of a group, for a code that has one.
template <class Code>
BLOCKOPT_FN void store_scale([[maybe_unused]] std::byte* row, [[maybe_unused]] std::size_t size,
                             [[maybe_unused]] std::size_t first, [[maybe_unused]] const code_scale& scale) noexcept {
  if constexpr (Code::scaled)
    std::memcpy(row + state_row<Code, float>::scales(size) + first / state_group * sizeof scale.stored, &scale.stored,
                sizeof scale.stored);
}

/// The way back, with the scale of the group.
template <class Code, class U>
void encode_group(std::byte* row, std::size_t size, std::size_t first, std::size_t count, const float* from,
                  const code_scale& scale, const rounding_key& key) noexcept {
  store_scale<Code>(row, size, first, scale);
  const group_encoder<Code, U> many(row, first, scale, key);
  const group_encoder<Code, std::uint32_t> one(row, first, scale, key);
  for_each_lanes<U>(count, [&]<class V>(std::type_identity<V>, std::size_t i) {
    code_floats<V> x;
    std::memcpy(&x, from + i, sizeof x);
    if constexpr (std::is_same_v<U, V>) many(i, x);
    else one(i, x);
  });
}

/// The numbers of a row of slot number `slot`, copied to the host's memory.
template <class Format, class Rule, class S>
[[nodiscard]] std::vector<S> row_numbers(std::span<const std::byte> row, std::size_t slot, std::size_t size) {
  std::vector<S> numbers(size);
  const auto one = [&]<std::size_t Slot>(std::integral_constant<std::size_t, Slot>) {
    using code = slot_code<Format, Rule, Slot>;
    if (slot != Slot) return;
    if constexpr (!std::is_same_v<code, full_code>) {
      if (state_row<code, S>::coded(size)) {
        for (std::size_t first = 0; first < size; first += state_group) {
          decode_group<code, std::uint32_t>(row.data(), size, first, std::min(state_group, size - first),
                                            numbers.data() + first);
        }
        return;
      }
    }
    if (size != 0) std::memcpy(numbers.data(), row.data(), size * sizeof(S));
  };
  [&]<std::size_t... Slot>(std::index_sequence<Slot...>) { (one(std::integral_constant<std::size_t, Slot>{}), ...); }
  (std::make_index_sequence<slot_count<Rule>>{});
  return numbers;
}

}  // namespace blockopt::detail
