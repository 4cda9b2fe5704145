// SPDX-License-Identifier: MIT
// Part of blockopt: one step of a rule over a range of one parameter, tile by tile.
#pragma once

#include <algorithm>
#include <array>
#include <cmath>
#include <cstddef>
#include <cstdint>
#include <type_traits>
#include <utility>

#include <blockopt/backend/backend.hpp>
#include <blockopt/backend/host/gather.hpp>
#include <blockopt/config.hpp>
#include <blockopt/memory/write_back.hpp>

namespace blockopt::detail {

/// What the loop knows at compile time: the lanes that load and store, the rule, the stored types, whether there is a
/// master copy, and how values are written back. Where rounding is compensated, `master` is what it has lost so far.
template <class Lanes, class Rule, class T, class GradientElement, bool Master, rounding WriteBack>
struct update_loop {
  using S = compute_type_t<T>;
  using V = typename Lanes::template value<S>;
  static constexpr std::size_t width = Lanes::template width<S>;
  static constexpr std::size_t slots = slot_count<Rule>;
  static constexpr bool compensates = WriteBack == rounding::compensated;
  static constexpr bool has_copy = Master || compensates;
  using M = std::conditional_t<compensates, T, S>;

  rule_constants<Rule, S> constants;
  S scale, clip;
  bool scales, clips;
  rounding_key key;

  /// Where the arrays of a job start, to be brought near.
  struct place {
    const T* x = nullptr;
    const GradientElement* g = nullptr;
    const M* master = nullptr;
    std::array<const S*, slots> slot{};
    std::size_t size = 0;
  };

  /// One tile, all of its arrays contiguous. `index` is the place of its first element in the parameter. `Plain`: it is
  /// known that the gradient is neither scaled nor clipped.
  template <bool Plain = false>
  BLOCKOPT_FN void tile(T* x, const GradientElement* g, M* master, const std::array<S*, slots>& slot,
                        std::uint32_t index) const noexcept {
    tile<Plain>(x, g, master, slot, index, std::make_index_sequence<slots>{});
  }

  template <bool Plain, std::size_t... Slot>
  BLOCKOPT_FN void tile(T* x, const GradientElement* g, M* master, const std::array<S*, slots>& slot,
                        std::uint32_t index, std::index_sequence<Slot...>) const noexcept {
    V value = Master ? Lanes::template load<S>(static_cast<const M*>(master))
                     : Lanes::template load<S>(static_cast<const T*>(x));
    if constexpr (compensates) value = value + Lanes::template load<S>(static_cast<const T*>(master));
    V gradient = Lanes::template load<S>(g);
    if constexpr (!Plain) {
      if (scales) gradient = scale * gradient;
      if (clips) gradient = Lanes::template clamp<S>(gradient, clip);
    }
    [[maybe_unused]] std::array<V, slots + 1> state;
    ((state[Slot] = Lanes::template load<S>(static_cast<const S*>(slot[Slot]))), ...);
    Rule::update(constants, value, static_cast<const V&>(gradient), state[Slot]...);
    (Lanes::template store<S>(slot[Slot], state[Slot]), ...);
    if constexpr (Master) Lanes::template store<S>(master, value);
    if constexpr (WriteBack == rounding::stochastic) Lanes::template store_stochastic<S>(x, value, index, key);
    else Lanes::template store<S>(x, value);
    if constexpr (compensates)
      Lanes::template store<S>(master, V(value - Lanes::template load<S>(static_cast<const T*>(x))));
  }

  /// Elements [begin, end) of contiguous arrays of `size` elements, of which some are fetched ahead; `next` is what will
  /// be updated after the last one. Sizes of 0: nothing is fetched.
  void contiguous(T* x, const GradientElement* g, M* master, std::array<S*, slots> slot, std::size_t begin,
                  std::size_t end, std::size_t size, const place& next) const noexcept {
    for (S*& s : slot) s += begin;
    from_here(x + begin, g + begin, has_copy ? master + begin : nullptr, slot, begin, end, size, next);
  }

  /// The same where the pointers are those of element `begin`.
  void from_here(T* x, const GradientElement* g, M* master, std::array<S*, slots> slot, std::size_t begin,
                 std::size_t end, std::size_t size, const place& next) const noexcept {
    const std::size_t whole = end - (end - begin) % width;
    if (size == 0 && next.size == 0 && !scales && !clips) whole_tiles<true>(x, g, master, slot, begin, whole, 0, next);
    else whole_tiles<false>(x, g, master, slot, begin, whole, size, next);
    if (whole < end) {
      staged(
          whole, end - whole, [&](T* to, std::size_t n) { std::copy_n(x, n, to); },
          [&](const T* from, std::size_t n) { std::copy_n(from, n, x); },
          [&](GradientElement* to, std::size_t n) { std::copy_n(g, n, to); }, master, slot);
    }
  }

  /// The same for arrays of which values or gradient are strided; `job` says how.
  template <class Job>
  void strided(const Job& job, const GradientElement* g, const element_order& g_order, std::size_t begin,
               std::size_t end) const noexcept {
    std::array<S*, slots> slot = job.slots;
    for (S*& s : slot) s += begin;
    M* master = has_copy ? reinterpret_cast<M*>(job.master) + begin : nullptr;
    for (std::size_t i = begin; i < end; i += width) {
      const std::size_t n = std::min(width, end - i);
      staged(
          i, n, [&](T* to, std::size_t count) { gather(job.values, job.values_order, i, count, to); },
          [&](const T* from, std::size_t count) { scatter(from, i, count, job.values_order, job.values); },
          [&](GradientElement* to, std::size_t count) { gather(g, g_order, i, count, to); }, master, slot);
      for (S*& s : slot) s += n;
      if constexpr (has_copy) master += n;
    }
  }

 private:
  /// So many elements ahead of the tile each array is brought near. A tile's square root and division fill the window in
  /// which the processor finds later loads by itself, and a new tensor is found late: without it 1,000 tensors of 1,000
  /// elements take 1.8 times the time of one tensor of 10^6 (with it 1.2), and Adam on 2^22 bfloat16 values 1.35 times
  /// as long; one large tensor of floats gains nothing.
  static constexpr std::size_t ahead = 4096 / sizeof(S);

  template <class E>
  BLOCKOPT_FN static void fetch([[maybe_unused]] const E* p) noexcept {
#if defined(__GNUC__)
    if constexpr (width > 1) {
      for (std::size_t k = 0; k < width; k += 64 / sizeof(E)) __builtin_prefetch(p + k);
    }
#endif
  }

  /// The hot loop; moves the pointers to the end. `Plain`: without fetching, scaling and clipping.
  template <bool Plain>
  BLOCKOPT_FN void whole_tiles(T*& x, const GradientElement*& g, M*& master, std::array<S*, slots>& slot,
                               std::size_t begin, std::size_t end, std::size_t size, const place& next) const noexcept {
    // A copy that no store can alias, so that the constants stay in registers.
    const update_loop loop = *this;
    const std::size_t own_end = size > ahead ? size - ahead : 0;
    for (std::size_t i = begin; i < end; i += width) {
      if constexpr (!Plain) {
        if (i + width <= own_end) {
          fetch(x + ahead);
          fetch(g + ahead);
          if constexpr (has_copy) fetch(master + ahead);
          for (const S* s : slot) fetch(s + ahead);
        } else if (i >= own_end && i - own_end + width <= next.size) {
          const std::size_t k = i - own_end;
          fetch(next.x + k);
          fetch(next.g + k);
          if constexpr (has_copy) fetch(next.master + k);
          for (const S* s : next.slot) fetch(s + k);
        }
      }
      loop.template tile<Plain>(x, g, master, slot, static_cast<std::uint32_t>(i));
      x += width;
      g += width;
      if constexpr (has_copy) master += width;
      for (S*& s : slot) s += width;
    }
  }

  /// A tile through buffers: the same instructions as a whole tile, so a tail has the same bits.
  template <class Load, class Store, class LoadGradient>
  void staged(std::size_t index, std::size_t n, const Load& load, const Store& store, const LoadGradient& load_gradient,
              M* master, const std::array<S*, slots>& slot) const noexcept {
    T x[width]{};
    GradientElement g[width]{};
    M m[width]{};
    S s[slots + 1][width]{};
    std::array<S*, slots> pointers{};
    load(x, n);
    load_gradient(g, n);
    if constexpr (has_copy) std::copy_n(master, n, m);
    for (std::size_t k = 0; k < slots; ++k) {
      std::copy_n(slot[k], n, s[k]);
      pointers[k] = s[k];
    }
    tile(x, g, m, pointers, static_cast<std::uint32_t>(index));
    store(x, n);
    if constexpr (has_copy) std::copy_n(m, n, master);
    for (std::size_t k = 0; k < slots; ++k) std::copy_n(s[k], n, slot[k]);
  }
};

/// f<E, Master, WriteBack>(gradient, its order): E is the scalar of the gradient that the step reads, Master whether there is
/// a master copy, WriteBack how values are rounded.
template <class T, class G, std::size_t N, class F>
BLOCKOPT_FN void with_step_kind(const parameter_job<T, G, N>& job, const step_options<compute_type_t<T>>& options,
                                const F& f) noexcept {
  using S = compute_type_t<T>;
  const auto with_rounding = [&]<bool Master, rounding WriteBack>() {
    if (job.owned_gradient != nullptr)
      f.template operator()<S, Master, WriteBack>(static_cast<const S*>(job.owned_gradient), job.owned_order);
    else f.template operator()<G, Master, WriteBack>(job.gradient, job.gradient_order);
  };
  if constexpr (is_reduced_precision<T>) {
    const bool stochastic = options.write_back == rounding::stochastic;
    if (options.write_back == rounding::compensated) {
      if (job.master != nullptr) with_rounding.template operator()<false, rounding::compensated>();
      else with_rounding.template operator()<false, rounding::nearest>();  // the values are not to change
    } else if (job.master != nullptr) {
      if (stochastic) with_rounding.template operator()<true, rounding::stochastic>();
      else with_rounding.template operator()<true, rounding::nearest>();
    } else {
      if (stochastic) with_rounding.template operator()<false, rounding::stochastic>();
      else with_rounding.template operator()<false, rounding::nearest>();
    }
  } else {
    with_rounding.template operator()<false, rounding::nearest>();
  }
}

/// One step of `Rule` on the elements [begin, end) of a job. `next`, where there is one, is the job that follows;
/// `distant`: the step's data does not fit in the caches nearby, so it pays to fetch ahead.
template <class Lanes, class Rule, class T, class G, std::size_t N>
void update_range(const rule_constants<Rule, compute_type_t<T>>& constants, const parameter_job<T, G, N>& job,
                  const step_options<compute_type_t<T>>& options, std::size_t begin, std::size_t end,
                  const parameter_job<T, G, N>* next, bool distant) noexcept {
  using S = compute_type_t<T>;
  // element numbers beyond 32 bits go into the key: tiles never straddle a multiple of 2^32
  const rounding_key key =
      options.write_back == rounding::stochastic
          ? rounding_key::make(options.seed + (static_cast<std::uint64_t>(begin) >> 32), job.noise, options.step)
          : rounding_key{};

  const S scale = options.control == nullptr ? options.gradient_scale : static_cast<S>(options.control->scale);
  const auto with_gradient = [&]<class E, bool Master, rounding WriteBack>(const E* g, const element_order& order) {
    using loop_type = update_loop<Lanes, Rule, T, E, Master, WriteBack>;
    const loop_type loop{constants, scale, options.clip_value, scale != S(1), std::isfinite(options.clip_value), key};
    if (job.values_order.contiguous() && order.contiguous()) {
      typename loop_type::place then;
      const E* next_g = nullptr;
      if (next != nullptr) {
        if constexpr (std::is_same_v<E, S>) next_g = next->owned_gradient;
        if constexpr (std::is_same_v<E, G>) next_g = job.owned_gradient == nullptr ? next->gradient : next_g;
      }
      if (distant && next_g != nullptr && (!loop_type::has_copy || next->master != nullptr)) {
        then.x = next->values;
        then.g = next_g;
        then.master = reinterpret_cast<const typename loop_type::M*>(next->master);
        std::copy(next->slots.begin(), next->slots.end(), then.slot.begin());
        // strided arrays are not where this would fetch them
        const bool flat = next->values_order.contiguous() && next->gradient_order.contiguous();
        then.size = flat && next->owned_order.contiguous() ? next->size : 0;
      }
      loop.contiguous(job.values, g, reinterpret_cast<typename loop_type::M*>(job.master), job.slots, begin, end,
                      distant ? job.size : 0, then);
    } else {
      loop.strided(job, g, order, begin, end);
    }
  };
  with_step_kind(job, options, with_gradient);
}

}  // namespace blockopt::detail
