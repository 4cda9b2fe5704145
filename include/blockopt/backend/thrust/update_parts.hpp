// SPDX-License-Identifier: MIT
// Part of blockopt: one step of a rule, pack by pack, as a function of a counter.
#pragma once

#include <array>
#include <cstddef>
#include <cstdint>
#include <limits>
#include <type_traits>
#include <utility>

#include <blockopt/backend/backend.hpp>
#include <blockopt/backend/thrust/job_part.hpp>
#include <blockopt/backend/thrust/pack_access.hpp>
#include <blockopt/config.hpp>

namespace blockopt::detail {

/// The sets of constants that one launch is handed; more of them are more launches. Kernels find theirs by comparison: an
/// index that only the kernel knows would put all of them into slow memory of each thread.
inline constexpr std::size_t constants_per_launch = 4;

/// What a step does to gradients before the rule sees them.
template <class S>
struct gradient_scaling {
  S scale, clip;
  bool scales, clips;

  [[nodiscard]] BLOCKOPT_FN static gradient_scaling of(const step_options<S>& options) noexcept {
    const S scale = options.control == nullptr ? options.gradient_scale : static_cast<S>(options.control->scale);
    return {scale, options.clip_value, scale != S(1), options.clip_value <= std::numeric_limits<S>::max()};
  }

  template <class V>
  BLOCKOPT_FN V operator()(V g) const noexcept {
    if (scales) g = scale * g;
    if (clips) g = clamped(g);
    return g;
  }

 private:
  BLOCKOPT_FN S clamped(S g) const noexcept { return scalar_lanes::clamp<S>(g, clip); }
  template <std::size_t W>
  BLOCKOPT_FN pack<S, W> clamped(const pack<S, W>& g) const noexcept {
    return tile_clamp(g, clip);
  }
};

/// Item i of `Lanes` items per chunk: packs i, i + Lanes, ... of the chunk, so that neighbouring threads access neighbouring
/// packs. Elements that fill no pack, of misaligned and of strided arrays, are moved one by one, with the same bits.
template <class Rule, class T, class G, std::size_t Lanes>
struct update_parts {
  using S = compute_type_t<T>;
  static constexpr std::size_t slots = slot_count<Rule>;
  using part = job_part<T, G, slots>;
  static constexpr std::size_t width = pack_width<S, T, G>;
  using packed = pack<S, width>;

  part_list<part> parts;
  std::array<rule_constants<Rule, S>, constants_per_launch> constants;
  std::uint64_t first_rule = 0;  ///< the number of constants[0]: jobs of other rules are left to other launches
  step_options<S> options;

  BLOCKOPT_FN void operator()(std::size_t item) const noexcept {
    if (options.control != nullptr && options.control->applies == 0) return;
    const part p = parts(item / Lanes);
    const std::uint64_t set = p.rule - first_rule;
    if (set >= constants_per_launch) return;
    const std::size_t lane = item % Lanes;
    auto c = std::get<0>(constants);
    if (set == 1) c = std::get<1>(constants);
    if (set == 2) c = std::get<2>(constants);
    if (set == 3) c = std::get<3>(constants);
    const rounding how = is_reduced_precision<T> ? options.write_back : rounding::nearest;
    const bool stochastic = how == rounding::stochastic;
    // element numbers beyond 32 bits go into the key, as on the host
    const rounding_key key =
        stochastic ? rounding_key::make(options.seed + (p.first >> 32), p.noise, options.step) : rounding_key{};
    const scaling scaled = scaling::of(options);
    std::size_t packed_end = 0;
    if (!p.strided() && aligned(p, how)) packed_end = p.count / width * width;
    BLOCKOPT_KEEP_LOOP
    for (std::size_t i = lane * width; i < packed_end; i += Lanes * width) step_pack(p, c, i, how, key, scaled);
    BLOCKOPT_KEEP_LOOP
    for (std::size_t i = packed_end + lane; i < p.count; i += Lanes) step_element(p, c, i, how, key, scaled);
  }

 private:
  using scaling = gradient_scaling<S>;

  BLOCKOPT_FN static bool aligned(const part& p, [[maybe_unused]] rounding how) noexcept {
    bool good = packs_are_aligned(p.values);
    if (p.compensates(how)) good = good && packs_are_aligned(p.compensation() + p.first);
    else good = good && packs_are_aligned(p.master);
    good = good && (p.owned != nullptr ? packs_are_aligned(p.owned) : packs_are_aligned(p.gradient));
    for (std::size_t k = 0; k != slots; ++k) good = good && packs_are_aligned(p.slots.data()[k]);
    return good;
  }

  template <class V, std::size_t... Slot>
  BLOCKOPT_FN static void apply(const rule_constants<Rule, S>& c, V& x, const V& g, V* state,
                                std::index_sequence<Slot...>) noexcept {
    Rule::update(c, x, g, state[Slot]...);
  }

  BLOCKOPT_FN static void step_pack(const part& p, const rule_constants<Rule, S>& c, std::size_t i,
                                    [[maybe_unused]] rounding how, const rounding_key& key,
                                    const scaling& scaled) noexcept {
    packed x;
    if (p.has_master(how)) x = load_pack<S, width>(p.master + i);
    else x = load_pack<S, width>(p.values + i);
    if constexpr (is_reduced_precision<T>) {
      if (p.compensates(how)) x = x + load_pack<S, width>(static_cast<const T*>(p.compensation() + p.first + i));
    }
    packed g;
    if constexpr (std::is_same_v<G, S>) g = load_pack<S, width>((p.owned != nullptr ? p.owned : p.gradient) + i);
    else if (p.owned != nullptr) g = load_pack<S, width>(p.owned + i);
    else g = load_pack<S, width>(p.gradient + i);
    packed state[slots + 1];
    for (std::size_t k = 0; k != slots; ++k) state[k] = load_pack<S, width>(p.slots.data()[k] + i);
    g = scaled(g);
    apply(c, x, g, state, std::make_index_sequence<slots>{});
    for (std::size_t k = 0; k != slots; ++k) store_pack<false>(p.slots.data()[k] + i, state[k], 0, key);
    if (p.has_master(how)) store_pack<false>(p.master + i, x, 0, key);
    if constexpr (is_reduced_precision<T>) {
      if (how == rounding::stochastic) {
        store_pack<true>(p.values + i, x, static_cast<std::uint32_t>(p.first + i), key);
        return;
      }
    }
    store_pack<false>(p.values + i, x, 0, key);
    if constexpr (is_reduced_precision<T>) {
      if (p.compensates(how)) {
        const packed rounded = load_pack<S, width>(static_cast<const T*>(p.values + i));
        store_pack<false>(p.compensation() + p.first + i, packed(x - rounded), 0, key);
      }
    }
  }

  BLOCKOPT_FN static void step_element(const part& p, const rule_constants<Rule, S>& c, std::size_t i, rounding how,
                                       const rounding_key& key, const scaling& scaled) noexcept {
    S x = p.has_master(how) ? p.master[i] : static_cast<S>(p.value(i));
    if (p.compensates(how)) x = x + static_cast<S>(p.compensation()[p.first + i]);
    const S g = scaled(p.with_gradient(i, [](const auto& e) { return static_cast<S>(e); }));
    S state[slots + 1];
    for (std::size_t k = 0; k != slots; ++k) state[k] = p.slots.data()[k][i];
    apply(c, x, g, state, std::make_index_sequence<slots>{});
    for (std::size_t k = 0; k != slots; ++k) p.slots.data()[k][i] = state[k];
    if (p.has_master(how)) p.master[i] = x;
    p.write_back(i, x, how, key);
  }
};

}  // namespace blockopt::detail
