// SPDX-License-Identifier: MIT
// Part of blockopt: one step of a rule on state that is kept in codes, group by group of elements.
#pragma once

#include <array>
#include <bit>
#include <cstddef>
#include <cstdint>
#include <tuple>
#include <type_traits>
#include <utility>

#include <blockopt/backend/backend.hpp>
#include <blockopt/backend/thrust/job_part.hpp>
#include <blockopt/backend/thrust/launch.hpp>
#include <blockopt/backend/thrust/update_parts.hpp>
#include <blockopt/config.hpp>
#include <blockopt/memory/format/code_group.hpp>
#include <blockopt/memory/format/state_format.hpp>

namespace blockopt::detail {

/// Lanes that share a group, and the neighbouring elements of each.
inline constexpr std::size_t group_lanes = 64;
inline constexpr std::size_t lane_elements = state_group / group_lanes;
inline constexpr std::size_t groups_per_chunk = chunk_elements / state_group;

// Loops over a lane's elements have a constant number of turns, so that they unroll and its arrays stay in registers.

/// The codes of a lane's elements: in one access where there are all of them.
template <class Code>
BLOCKOPT_FN void load_lane(const std::byte* codes, std::size_t n, std::uint32_t* to) noexcept {
  using word = std::conditional_t<Code::bytes == 1, std::uint32_t, std::uint64_t>;
  if (n == lane_elements) {
    const word all = *reinterpret_cast<const word*>(codes);
    for (std::size_t i = 0; i < lane_elements; ++i)
      to[i] = static_cast<std::uint32_t>(all >> (8 * Code::bytes * i)) & ((1U << (8 * Code::bytes)) - 1U);
  } else {
    for (std::size_t i = 0; i < lane_elements; ++i)
      if (i < n) to[i] = load_codes<std::uint32_t, Code::bytes>(codes + i * Code::bytes);
  }
}
template <class Code>
BLOCKOPT_FN void store_lane(std::byte* codes, std::size_t n, const std::uint32_t* from) noexcept {
  using word = std::conditional_t<Code::bytes == 1, std::uint32_t, std::uint64_t>;
  if (n == lane_elements) {
    word all = 0;
    for (std::size_t i = 0; i < lane_elements; ++i) all |= static_cast<word>(from[i]) << (8 * Code::bytes * i);
    *reinterpret_cast<word*>(codes) = all;
  } else {
    for (std::size_t i = 0; i < lane_elements; ++i)
      if (i < n) store_codes<Code::bytes>(codes + i * Code::bytes, from[i]);
  }
}

/// A lane's elements of one row, in full precision or in codes. `row` is that of the whole job, of `size` elements.
template <class Code, class S>
struct lane_row {
  using layout = state_row<Code, S>;

  BLOCKOPT_FN static void load(const S* row, std::size_t size, std::size_t first, std::size_t n, S* to) noexcept {
    if constexpr (!std::is_same_v<Code, full_code>) {
      if (layout::coded(size)) {
        const auto* const bytes = reinterpret_cast<const std::byte*>(row);
        float scale = 1;
        if constexpr (Code::scaled)
          scale = *reinterpret_cast<const float*>(bytes + layout::scales(size) + first / state_group * sizeof(float));
        std::uint32_t codes[lane_elements] = {};
        load_lane<Code>(bytes + first * Code::bytes, n, codes);
        const typename Code::template decoder<std::uint32_t> decode(scale);
        for (std::size_t i = 0; i < lane_elements; ++i) to[i] = static_cast<S>(decode(codes[i]));
        return;
      }
    }
    for (std::size_t i = 0; i < lane_elements; ++i)
      if (i < n) to[i] = row[first + i];
  }

  /// Of elements that will be coded: the largest magnitude.
  [[nodiscard]] BLOCKOPT_FN static std::uint32_t largest([[maybe_unused]] std::size_t size,
                                                         [[maybe_unused]] std::size_t n,
                                                         [[maybe_unused]] const S* from) noexcept {
    std::uint32_t r = 0;
    if constexpr (!std::is_same_v<Code, full_code>) {
      if constexpr (Code::scaled) {
        for (std::size_t i = 0; i < lane_elements && layout::coded(size); ++i) {
          const std::uint32_t bits = std::bit_cast<std::uint32_t>(static_cast<float>(from[i])) & 0x7fffffffU;
          if (i < n && bits > r) r = bits;
        }
      }
    }
    return r;
  }

  BLOCKOPT_FN static void store(S* row, std::size_t size, std::size_t first, std::size_t n, const S* from,
                                [[maybe_unused]] std::uint32_t largest,
                                [[maybe_unused]] const rounding_key& key) noexcept {
    if constexpr (!std::is_same_v<Code, full_code>) {
      if (layout::coded(size)) {
        auto* const bytes = reinterpret_cast<std::byte*>(row);
        code_scale scale{1, 1};
        if constexpr (Code::scaled) {
          scale = Code::scale_of(largest);
          if (first % state_group == 0)
            *reinterpret_cast<float*>(bytes + layout::scales(size) + first / state_group * sizeof(float)) =
                scale.stored;
        }
        const typename Code::template encoder<std::uint32_t> encode(scale.inverse);
        std::uint32_t codes[lane_elements] = {};
        for (std::size_t i = 0; i < lane_elements; ++i) {
          std::uint32_t random = 0;
          if constexpr (Code::random) random = random_bits(static_cast<std::uint32_t>(first + i), key);
          codes[i] = encode(static_cast<float>(from[i]), random);
        }
        store_lane<Code>(bytes + first * Code::bytes, n, codes);
        return;
      }
    }
    for (std::size_t i = 0; i < lane_elements; ++i)
      if (i < n) row[first + i] = from[i];
  }
};

/// One step on group `group` of a list of parts, in two phases: `begin` of every lane, then `finish` of every lane with the
/// largest magnitudes of all lanes.
template <class Rule, class Format, class T, class G>
struct update_coded_groups {
  using S = compute_type_t<T>;
  static constexpr std::size_t slots = slot_count<Rule>;
  static constexpr std::size_t rows = slots + 1;  ///< and the master copy
  using part = job_part<T, G, slots>;
  using master_row = lane_row<typename Format::master_code, S>;

  part_list<part> parts;
  std::array<rule_constants<Rule, S>, constants_per_launch> constants;
  std::uint64_t first_rule = 0;
  step_options<S> options;

  /// What a lane keeps between the phases.
  struct lane {
    part p;
    std::size_t at = 0;  ///< its first element in the part
    std::size_t n = 0;   ///< of its elements
    S x[lane_elements];
    S state[slots + 1][lane_elements];
  };

  BLOCKOPT_FN bool begin(std::size_t group, std::size_t k, lane& l, std::uint32_t* largest) const noexcept {
    if (options.control != nullptr && options.control->applies == 0) return false;
    part& p = l.p;
    p = parts(group / groups_per_chunk);
    const std::uint64_t set = p.rule - first_rule;
    const std::size_t start = group % groups_per_chunk * state_group;
    if (set >= constants_per_launch || start >= p.count) return false;
    auto c = std::get<0>(constants);
    if (set == 1) c = std::get<1>(constants);
    if (set == 2) c = std::get<2>(constants);
    if (set == 3) c = std::get<3>(constants);
    l.at = start + k * lane_elements;
    l.n = l.at >= p.count ? 0 : p.count - l.at < lane_elements ? p.count - l.at : lane_elements;
    const std::size_t first = static_cast<std::size_t>(p.first) + l.at;
    const gradient_scaling<S> scaled = gradient_scaling<S>::of(options);
    const bool master = p.has_master(options.write_back);
    S g[lane_elements] = {};
    for (std::size_t i = 0; i < lane_elements; ++i) {
      l.x[i] = S(0);
      for (std::size_t s = 0; s != slots; ++s) l.state[s][i] = S(0);
    }
    if (master) master_row::load(p.whole_master(), p.size, first, l.n, l.x);
    for (std::size_t i = 0; i < lane_elements; ++i) {
      if (i >= l.n) continue;
      if (!master) l.x[i] = static_cast<S>(p.value(l.at + i));
      if (p.compensates(options.write_back)) l.x[i] = l.x[i] + static_cast<S>(p.compensation()[first + i]);
      g[i] = scaled(p.with_gradient(l.at + i, [](const auto& e) { return static_cast<S>(e); }));
    }
    for_slots([&]<std::size_t Slot>(std::integral_constant<std::size_t, Slot>) {
      lane_row<slot_code<Format, Rule, Slot>, S>::load(p.whole_slot(Slot), p.size, first, l.n, l.state[Slot]);
    });
    for (std::size_t i = 0; i < lane_elements; ++i)
      apply(c, l.x[i], g[i], l.state, i, std::make_index_sequence<slots>{});
    for_slots([&]<std::size_t Slot>(std::integral_constant<std::size_t, Slot>) {
      largest[Slot] = lane_row<slot_code<Format, Rule, Slot>, S>::largest(p.size, l.n, l.state[Slot]);
    });
    largest[slots] = master ? master_row::largest(p.size, l.n, l.x) : 0;
    return true;
  }

  BLOCKOPT_FN void finish(const lane& l, const std::uint32_t* largest) const noexcept {
    const part& p = l.p;
    if (l.n == 0) return;
    const std::size_t first = static_cast<std::size_t>(p.first) + l.at;
    // element numbers beyond 32 bits go into the keys, as on the host
    const std::uint64_t seed = options.seed + (p.first >> 32);
    for_slots([&]<std::size_t Slot>(std::integral_constant<std::size_t, Slot>) {
      using code = slot_code<Format, Rule, Slot>;
      rounding_key key{};
      if constexpr (is_random<code>) key = rounding_key::of_slot(seed, Slot, p.noise, options.step);
      lane_row<code, S>::store(p.whole_slot(Slot), p.size, first, l.n, l.state[Slot], largest[Slot], key);
    });
    if (p.has_master(options.write_back))
      master_row::store(p.whole_master(), p.size, first, l.n, l.x, largest[slots], {});
    const bool stochastic = is_reduced_precision<T> && options.write_back == rounding::stochastic;
    const rounding_key key = stochastic ? rounding_key::make(seed, p.noise, options.step) : rounding_key{};
    for (std::size_t i = 0; i < lane_elements; ++i)
      if (i < l.n) p.write_back(l.at + i, l.x[i], options.write_back, key);
  }

 private:
  template <class Code>
  static constexpr bool is_random = [] {
    if constexpr (std::is_same_v<Code, full_code>) return false;
    else return Code::random;
  }();

  template <class F>
  BLOCKOPT_FN static void for_slots(const F& f) noexcept {
    [&]<std::size_t... Slot>(std::index_sequence<Slot...>) { (f(std::integral_constant<std::size_t, Slot>{}), ...); }
    (std::make_index_sequence<slots>{});
  }
  template <std::size_t... Slot>
  BLOCKOPT_FN static void apply(const rule_constants<Rule, S>& c, S& x, const S& g, S (*state)[lane_elements],
                                [[maybe_unused]] std::size_t i, std::index_sequence<Slot...>) noexcept {
    Rule::update(c, x, g, state[Slot][i]...);
  }
};

/// master = values in codes; phases as there.
template <class Format, class T, class G, std::size_t N>
struct code_master_groups {
  using S = compute_type_t<T>;
  static constexpr std::size_t rows = 1;
  using part = job_part<T, G, N>;
  using master_row = lane_row<typename Format::master_code, S>;

  part_list<part> parts;

  struct lane {
    part p;
    std::size_t at = 0, n = 0;
    S x[lane_elements];
  };

  BLOCKOPT_FN bool begin(std::size_t group, std::size_t k, lane& l, std::uint32_t* largest) const noexcept {
    part& p = l.p;
    p = parts(group / groups_per_chunk);
    const std::size_t start = group % groups_per_chunk * state_group;
    if (p.master == nullptr || start >= p.count) return false;
    l.at = start + k * lane_elements;
    l.n = l.at >= p.count ? 0 : p.count - l.at < lane_elements ? p.count - l.at : lane_elements;
    for (std::size_t i = 0; i < lane_elements; ++i) l.x[i] = i < l.n ? static_cast<S>(p.value(l.at + i)) : S(0);
    largest[0] = master_row::largest(p.size, l.n, l.x);
    return true;
  }
  BLOCKOPT_FN void finish(const lane& l, const std::uint32_t* largest) const noexcept {
    if (l.n != 0)
      master_row::store(l.p.whole_master(), l.p.size, static_cast<std::size_t>(l.p.first) + l.at, l.n, l.x, largest[0],
                        {});
  }
};

#ifdef BLOCKOPT_THRUST_CUDA

template <class Body>
__global__ void __launch_bounds__(group_lanes, 8) code_group(const __grid_constant__ Body body) {
  __shared__ std::uint32_t all[Body::rows][group_lanes];
  typename Body::lane lane;
  std::uint32_t largest[Body::rows] = {};
  const bool works = body.begin(blockIdx.x, threadIdx.x, lane, largest);
  if (!works) return;  // all lanes, or none
  for (std::size_t r = 0; r != Body::rows; ++r) all[r][threadIdx.x] = largest[r];
  __syncthreads();
  for (unsigned half = group_lanes / 2; half > 0; half /= 2) {
    if (threadIdx.x < half) {
      for (std::size_t r = 0; r != Body::rows; ++r) {
        const std::uint32_t other = all[r][threadIdx.x + half];
        if (other > all[r][threadIdx.x]) all[r][threadIdx.x] = other;
      }
    }
    __syncthreads();
  }
  for (std::size_t r = 0; r != Body::rows; ++r) largest[r] = all[r][0];
  body.finish(lane, largest);
}

#else

/// A group's lanes one after the other, by one item of a launch.
template <class Body>
struct code_group {
  Body body;

  void operator()(std::size_t group) const noexcept {
    typename Body::lane lanes[group_lanes];
    std::uint32_t largest[Body::rows] = {}, mine[Body::rows] = {};
    for (std::size_t k = 0; k < group_lanes; ++k) {
      if (!body.begin(group, k, lanes[k], mine)) return;
      for (std::size_t r = 0; r < Body::rows; ++r) largest[r] = mine[r] > largest[r] ? mine[r] : largest[r];
    }
    for (std::size_t k = 0; k < group_lanes; ++k) body.finish(lanes[k], largest);
  }
};

#endif

/// The groups of so many chunks.
template <class Body>
void launch_groups(const thrust_queue& queue, std::size_t chunks, const Body& body) {
  if (chunks == 0) return;
#ifdef BLOCKOPT_THRUST_CUDA
  code_group<<<static_cast<unsigned>(chunks * groups_per_chunk), static_cast<unsigned>(group_lanes), 0, queue.stream>>>(
      body);
  check_cuda(cudaPeekAtLastError(), "the launch of a kernel");
#else
  launch(queue, chunks * groups_per_chunk, code_group<Body>{body});
#endif
}

}  // namespace blockopt::detail
