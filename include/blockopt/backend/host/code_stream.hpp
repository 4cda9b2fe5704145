// SPDX-License-Identifier: MIT
// Part of blockopt: a row of codes on its way through a step, three groups of it at a time.
#pragma once

#include <algorithm>
#include <array>
#include <cstddef>
#include <cstdint>
#include <cstring>

#include <blockopt/memory/format/code_group.hpp>
#include <blockopt/memory/format/state_format.hpp>
#include <blockopt/memory/write_back.hpp>

namespace blockopt::detail {

/// Where a code_stream has its numbers.
struct stream_room {
  alignas(64) float numbers[3][state_group];
};

/// While the rule works on the numbers of one group, those of the next are decoded and those of the last are coded, tile by
/// tile: the processor's divisions and square roots run beside the instructions of the codes. `open`, `gauge` and `close`
/// give what does a group's part of that for the elements from `i` on.
template <class Code, class U>
class code_stream {
 public:
  code_stream(float* row, std::size_t size, const rounding_key& key, stream_room& room) noexcept
      : row_(reinterpret_cast<std::byte*>(row)), size_(size), key_(key), room_(&room) {}

  [[nodiscard]] BLOCKOPT_FN float* numbers(std::size_t group) noexcept { return room_->numbers[group % 3]; }

  struct opener {
    group_decoder<Code, U> decode;
    float* to;
    BLOCKOPT_FN void operator()(std::size_t i) const noexcept {
      const code_floats<U> x = decode(i);
      std::memcpy(to + i, &x, sizeof x);
    }
  };
  [[nodiscard]] BLOCKOPT_FN opener open(std::size_t group) noexcept {
    return {{row_, size_, group * state_group}, numbers(group)};
  }

  struct gauge_type {
    const float* from;
    U largest{};
    BLOCKOPT_FN void operator()([[maybe_unused]] std::size_t i) noexcept {
      if constexpr (Code::scaled) {
        U bits;
        std::memcpy(&bits, from + i, sizeof bits);
        bits = bits & 0x7fffffffU;
        largest = largest > bits ? largest : bits;
      }
    }
  };
  [[nodiscard]] BLOCKOPT_FN gauge_type gauge(std::size_t group) noexcept { return {numbers(group)}; }
  /// The group was gauged: stores its scale.
  BLOCKOPT_FN void gauged(std::size_t group, [[maybe_unused]] const gauge_type& gauge) noexcept {
    code_scale& scale = scales_[group % 3] = {1, 1};
    if constexpr (Code::scaled) scale = Code::scale_of(largest_lane(gauge.largest));
    store_scale<Code>(row_, size_, group * state_group, scale);
  }

  struct closer {
    group_encoder<Code, U> encode;
    const float* from;
    BLOCKOPT_FN void operator()(std::size_t i) const noexcept {
      code_floats<U> x;
      std::memcpy(&x, from + i, sizeof x);
      encode(i, x);
    }
  };
  [[nodiscard]] BLOCKOPT_FN closer close(std::size_t group) noexcept {
    return {{row_, group * state_group, scales_[group % 3], key_}, numbers(group)};
  }

 private:
  std::byte* row_;
  std::size_t size_;
  rounding_key key_;
  code_scale scales_[3]{};
  stream_room* room_;
};

/// A row in full precision has nothing to do but to be there.
template <class U>
class code_stream<full_code, U> {
 public:
  code_stream(float* row, std::size_t, const rounding_key&, stream_room&) noexcept : row_(row) {}
  [[nodiscard]] BLOCKOPT_FN float* numbers(std::size_t group) const noexcept {
    return row_ == nullptr ? nullptr : row_ + group * state_group;
  }
  struct nothing {
    BLOCKOPT_FN void operator()(std::size_t) const noexcept {}
  };
  [[nodiscard]] BLOCKOPT_FN static nothing open(std::size_t) noexcept { return {}; }
  [[nodiscard]] BLOCKOPT_FN static nothing gauge(std::size_t) noexcept { return {}; }
  BLOCKOPT_FN static void gauged(std::size_t, const nothing&) noexcept {}
  [[nodiscard]] BLOCKOPT_FN static nothing close(std::size_t) noexcept { return {}; }

 private:
  float* row_;
};

/// Updates the groups first .. last, one at least, of arrays whose elements are contiguous: `x`, `g`, and `copy`, where the
/// loop compensates, or else the numbers of `master`. `fetch(group)` brings what is not coded near for the next group.
template <class U, class Loop, class T, class E, class Master, class Fetch, class... Streams>
void update_streams(const Loop& loop, T* x, const E* g, typename Loop::M* copy, std::size_t first, std::size_t last,
                    const Fetch& fetch, Master& master, Streams&... slots) noexcept {
  constexpr std::size_t tile = Loop::width, lanes = sizeof(U) / sizeof(float);
  const auto copy_of = [&](std::size_t group) -> typename Loop::M* {
    if constexpr (Loop::compensates) return copy + group * state_group;
    else return master.numbers(group);
  };
  // A pass over the tiles of a group; what is beside it is none of its business.
  const auto pass = [&](std::size_t group, auto beside) {
    fetch(group);
    T* const values = x + group * state_group;
    const E* const gradient = g + group * state_group;
    typename Loop::M* const own_copy = copy_of(group);
    const Loop own = loop;  // that no store can alias
    const std::array<float*, sizeof...(Streams)> own_rows{slots.numbers(group)...};
    const auto run = [&](auto of_master, auto... of_slots) {
      for (std::size_t i = 0; i < state_group; i += tile) {
        for (std::size_t k = 0; k < tile; k += lanes) beside(i + k);
        std::array<float*, sizeof...(Streams)> rows = own_rows;
        for (float*& row : rows) row += i;
        own.tile(values + i, gradient + i, Loop::has_copy ? own_copy + i : nullptr, rows,
                 static_cast<std::uint32_t>(group * state_group + i));
        for (std::size_t k = 0; k < tile; k += lanes) {
          of_master(i + k);
          (of_slots(i + k), ...);
        }
      }
      master.gauged(group, of_master);
      (slots.gauged(group, of_slots), ...);
    };
    run(master.gauge(group), slots.gauge(group)...);
  };
  const auto all = [&](auto... parts) { return [=](std::size_t i) { (parts(i), ...); }; };
  const auto alone = [&](const auto& part) {
    for (std::size_t i = 0; i < state_group; i += lanes) part(i);
  };
  const auto nothing = [](std::size_t) {};  // few groups have no neighbour: no code of their own for these

  for (std::size_t k = first; k < std::min(last, first + 2); ++k) alone(all(master.open(k), slots.open(k)...));
  pass(first, nothing);
  for (std::size_t k = first + 1; k + 1 < last; ++k)
    pass(k, all(master.open(k + 1), slots.open(k + 1)..., master.close(k - 1), slots.close(k - 1)...));
  if (last - first > 1) {
    alone(all(master.close(last - 2), slots.close(last - 2)...));
    pass(last - 1, nothing);
  }
  alone(all(master.close(last - 1), slots.close(last - 1)...));
}

}  // namespace blockopt::detail
