// SPDX-License-Identifier: MIT
// Part of blockopt: one step of a rule over a range of one parameter whose state is kept in codes.
#pragma once

#include <algorithm>
#include <array>
#include <cmath>
#include <cstddef>
#include <cstdint>
#include <tuple>
#include <type_traits>
#include <utility>

#include <blockopt/backend/backend.hpp>
#include <blockopt/backend/host/code_stream.hpp>
#include <blockopt/backend/host/gather.hpp>
#include <blockopt/backend/host/update_range.hpp>
#include <blockopt/memory/format/code_group.hpp>
#include <blockopt/memory/format/state_format.hpp>
#include <blockopt/memory/write_back.hpp>

namespace blockopt::detail {

/// The numbers of one group of a row: the row itself where it is in full precision, else a buffer that `open` fills from the
/// codes. `measure` and `close` write it back, in two parts, so that the processor can look for the scales of several rows
/// at a time.
template <class Code, class U, class S>
struct open_group {
  alignas(64) S numbers[state_group];
  code_scale scale;

  S* open(S* row, std::size_t size, std::size_t first, std::size_t count) noexcept {
    if (!state_row<Code, S>::coded(size)) return row + first;
    decode_group<Code, U>(reinterpret_cast<const std::byte*>(row), size, first, count, numbers);
    return numbers;
  }
  void measure(std::size_t size, std::size_t count) noexcept {
    if (!state_row<Code, S>::coded(size)) return;
    if constexpr (!std::is_same_v<S, float>) {
      for (std::size_t i = 0; i < count; ++i) narrow[i] = static_cast<float>(numbers[i]);
    }
    scale = scale_of_group<Code, U>(as_floats(), count);
  }
  void close(S* row, std::size_t size, std::size_t first, std::size_t count, const rounding_key& key) const noexcept {
    if (!state_row<Code, S>::coded(size)) return;
    encode_group<Code, U>(reinterpret_cast<std::byte*>(row), size, first, count, as_floats(), scale, key);
  }

 private:
  [[no_unique_address]] std::conditional_t<std::is_same_v<S, float>, no_running, std::array<float, state_group>> narrow;
  [[nodiscard]] const float* as_floats() const noexcept {
    if constexpr (std::is_same_v<S, float>) return numbers;
    else return narrow.data();
  }
};
template <class U, class S>
struct open_group<full_code, U, S> {
  static S* open(S* row, std::size_t, std::size_t first, std::size_t) noexcept { return row + first; }
  static void measure(std::size_t, std::size_t) noexcept {}
  static void close(S*, std::size_t, std::size_t, std::size_t, const rounding_key&) noexcept {}
};

/// The groups of all slots at once.
template <class Format, class Rule, class U, class S, class Slots>
struct open_slots;
template <class Format, class Rule, class U, class S, std::size_t... Slot>
struct open_slots<Format, Rule, U, S, std::index_sequence<Slot...>> {
  std::tuple<open_group<slot_code<Format, Rule, Slot>, U, S>...> groups;

  void open([[maybe_unused]] const std::array<S*, sizeof...(Slot)>& rows, [[maybe_unused]] std::size_t size,
            [[maybe_unused]] std::size_t first, [[maybe_unused]] std::size_t count,
            [[maybe_unused]] std::array<S*, sizeof...(Slot)>& to) noexcept {
    ((to[Slot] = std::get<Slot>(groups).open(rows[Slot], size, first, count)), ...);
  }
  void close([[maybe_unused]] const std::array<S*, sizeof...(Slot)>& rows, [[maybe_unused]] std::size_t size,
             [[maybe_unused]] std::size_t first, [[maybe_unused]] std::size_t count,
             [[maybe_unused]] const std::array<rounding_key, sizeof...(Slot)>& keys) noexcept {
    (std::get<Slot>(groups).measure(size, count), ...);
    (std::get<Slot>(groups).close(rows[Slot], size, first, count, keys[Slot]), ...);
  }
};

/// Brings the elements of a group near: coding takes so many instructions that the processor does not look as far ahead.
template <class E>
void fetch_group([[maybe_unused]] const E* p) noexcept {
#if defined(__GNUC__)
  for (std::size_t k = 0; k < state_group; k += 64 / sizeof(E)) __builtin_prefetch(p + k);
#endif
}

/// Every row that the format codes is long enough for that.
template <class Format, class Rule, bool Master>
[[nodiscard]] bool all_coded(std::size_t size) noexcept {
  const auto coded = [&]<class Code>(std::type_identity<Code>) {
    return std::is_same_v<Code, full_code> || state_row<Code, float>::coded(size);
  };
  return [&]<std::size_t... Slot>(std::index_sequence<Slot...>) {
    return (coded(std::type_identity<slot_code<Format, Rule, Slot>>{}) && ...);
  }
  (std::make_index_sequence<slot_count<Rule>>{}) &&
      (!Master || coded(std::type_identity<typename Format::master_code>{}));
}

/// The whole groups of contiguous arrays from `begin` on.
template <class Format, class Rule, class U, class Loop, class T, class G, class E, std::size_t N, std::size_t... Slot>
void stream(const Loop& loop, const parameter_job<T, G, N>& job, const E* g, std::size_t begin, std::size_t groups,
            const std::array<rounding_key, N>& keys, bool distant, std::index_sequence<Slot...>) noexcept {
  using master_code = std::conditional_t<Loop::has_copy && !Loop::compensates, typename Format::master_code, full_code>;
  stream_room rooms[N + 1];
  code_stream<master_code, U> master(job.master, job.size, {}, rooms[N]);
  std::tuple<code_stream<slot_code<Format, Rule, Slot>, U>...> slots{
      code_stream<slot_code<Format, Rule, Slot>, U>(job.slots[Slot], job.size, keys[Slot], rooms[Slot])...};
  const std::size_t first = begin / state_group;
  const auto fetch = [&](std::size_t group) {
    if (!distant || group + 2 > job.size / state_group) return;
    fetch_group(job.values + (group + 1) * state_group);
    fetch_group(g + (group + 1) * state_group);
  };
  typename Loop::M* copy = nullptr;
  if constexpr (Loop::compensates) copy = reinterpret_cast<T*>(job.master);
  update_streams<U>(loop, job.values, g, copy, first, first + groups, fetch, master, std::get<Slot>(slots)...);
}

/// Tiles of whole vectors of codes.
template <class Loop, class U>
inline constexpr bool streams_codes =
    std::is_same_v<typename Loop::S, float> &&
    (Loop::width > 1) && Loop::width % (sizeof(U) / sizeof(float)) == 0 && state_group % Loop::width == 0;

/// One step of `Rule` on the elements [begin, end) of a job; `distant` as there. begin is a multiple of state_group. Group by
/// group: decode, the tiles of update_loop, code; for contiguous arrays these overlap (see code_stream).
template <class Lanes, class Rule, class Format, class T, class G, std::size_t N>
void update_coded_range(const rule_constants<Rule, compute_type_t<T>>& constants, const parameter_job<T, G, N>& job,
                        const step_options<compute_type_t<T>>& options, std::size_t begin, std::size_t end,
                        bool distant) noexcept {
  using S = compute_type_t<T>;
  using U = codes_of_width<Lanes::template width<float>>;
  // element numbers beyond 32 bits go into the keys: groups never straddle a multiple of 2^32
  const std::uint64_t upper = static_cast<std::uint64_t>(begin) >> 32;
  const rounding_key key = options.write_back == rounding::stochastic
                               ? rounding_key::make(options.seed + upper, job.noise, options.step)
                               : rounding_key{};
  std::array<rounding_key, N> keys;
  for (std::size_t k = 0; k < N; ++k) keys[k] = rounding_key::of_slot(options.seed + upper, k, job.noise, options.step);
  const S scale = options.control == nullptr ? options.gradient_scale : static_cast<S>(options.control->scale);

  const auto with = [&]<class E, bool Master, rounding WriteBack>(const E* g, const element_order& order) {
    using loop_type = update_loop<Lanes, Rule, T, E, Master, WriteBack>;
    const loop_type loop{constants, scale, options.clip_value, scale != S(1), std::isfinite(options.clip_value), key};
    const bool flat = job.values_order.contiguous() && order.contiguous();
    open_slots<Format, Rule, U, S, std::make_index_sequence<N>> slots;
    open_group<typename Format::master_code, U, S> master;
    T values[state_group];
    E gradient[state_group];
    std::size_t start = begin;
    if constexpr (streams_codes<loop_type, U>) {
      if (flat && end - begin >= state_group && all_coded<Format, Rule, Master>(job.size)) {
        const std::size_t groups = (end - begin) / state_group;
        stream<Format, Rule, U>(loop, job, g, begin, groups, keys, distant, std::make_index_sequence<N>{});
        start += groups * state_group;
      }
    }
    for (std::size_t first = start; first < end; first += state_group) {
      const std::size_t count = std::min(state_group, end - first);
      if (flat && distant && first + 2 * state_group < job.size) {
        fetch_group(job.values + first + state_group);
        fetch_group(g + first + state_group);
      }
      std::array<S*, N> numbers{};
      slots.open(job.slots, job.size, first, count, numbers);
      typename loop_type::M* copy = nullptr;
      if constexpr (loop_type::compensates) copy = reinterpret_cast<T*>(job.master) + first;
      else if constexpr (Master) copy = master.open(job.master, job.size, first, count);
      if (flat) {
        loop.from_here(job.values + first, g + first, copy, numbers, first, first + count, 0, {});
      } else {
        gather(job.values, job.values_order, first, count, values);
        gather(g, order, first, count, gradient);
        loop.from_here(values, gradient, copy, numbers, first, first + count, 0, {});
        scatter(static_cast<const T*>(values), first, count, job.values_order, job.values);
      }
      slots.close(job.slots, job.size, first, count, keys);
      if constexpr (Master) {
        master.measure(job.size, count);
        master.close(job.master, job.size, first, count, {});
      }
    }
  };
  with_step_kind(job, options, with);
}

/// The codes of the master copy of the elements [begin, end): the values.
template <class Lanes, class Format, class T, class G, std::size_t N>
void code_master([[maybe_unused]] const parameter_job<T, G, N>& job, [[maybe_unused]] std::size_t begin,
                 [[maybe_unused]] std::size_t end) noexcept {
  if constexpr (!std::is_same_v<typename Format::master_code, full_code>) {
    using S = compute_type_t<T>;
    using U = codes_of_width<Lanes::template width<float>>;
    for (std::size_t first = begin; first < end; first += state_group) {
      const std::size_t count = std::min(state_group, end - first);
      open_group<typename Format::master_code, U, S> group;
      job.values_order.for_each_element(first, count, [&](std::size_t position, std::ptrdiff_t offset) {
        group.numbers[position] = static_cast<S>(job.values[offset]);
      });
      group.measure(job.size, count);
      group.close(job.master, job.size, first, count, {});
    }
  }
}

}  // namespace blockopt::detail
