// SPDX-License-Identifier: MIT
// Part of blockopt: a rule at work on one element, or on a pack of elements, for conformance checks.
#pragma once

#include <array>
#include <cmath>
#include <cstddef>
#include <cstdint>
#include <type_traits>
#include <utility>

#include <blockopt/config.hpp>
#include <blockopt/update/update_rule.hpp>

namespace blockopt::detail {

/// W numbers, as a rule sees a register tile: arithmetic with packs and scalars, and the tile functions of update/math.hpp.
template <class S, std::size_t W>
struct lane_pack {
  std::array<S, W> lane{};

  constexpr lane_pack() noexcept = default;
  constexpr explicit lane_pack(S s) noexcept { lane.fill(s); }

  template <class F>
  static constexpr lane_pack map(const F& f) noexcept {
    lane_pack r;
    for (std::size_t i = 0; i < W; ++i) r.lane[i] = f(i);
    return r;
  }

  friend lane_pack operator+(const lane_pack& a, const lane_pack& b) noexcept {
    return map([&](std::size_t i) { return a.lane[i] + b.lane[i]; });
  }
  friend lane_pack operator-(const lane_pack& a, const lane_pack& b) noexcept {
    return map([&](std::size_t i) { return a.lane[i] - b.lane[i]; });
  }
  friend lane_pack operator*(const lane_pack& a, const lane_pack& b) noexcept {
    return map([&](std::size_t i) { return a.lane[i] * b.lane[i]; });
  }
  friend lane_pack operator/(const lane_pack& a, const lane_pack& b) noexcept {
    return map([&](std::size_t i) { return a.lane[i] / b.lane[i]; });
  }
  friend lane_pack operator-(const lane_pack& a) noexcept {
    return map([&](std::size_t i) { return -a.lane[i]; });
  }
  friend lane_pack operator+(S a, const lane_pack& b) noexcept { return lane_pack(a) + b; }
  friend lane_pack operator+(const lane_pack& a, S b) noexcept { return a + lane_pack(b); }
  friend lane_pack operator-(S a, const lane_pack& b) noexcept { return lane_pack(a) - b; }
  friend lane_pack operator-(const lane_pack& a, S b) noexcept { return a - lane_pack(b); }
  friend lane_pack operator*(S a, const lane_pack& b) noexcept { return lane_pack(a) * b; }
  friend lane_pack operator*(const lane_pack& a, S b) noexcept { return a * lane_pack(b); }
  friend lane_pack operator/(S a, const lane_pack& b) noexcept { return lane_pack(a) / b; }
  friend lane_pack operator/(const lane_pack& a, S b) noexcept { return a / lane_pack(b); }
  lane_pack& operator+=(const lane_pack& b) noexcept { return *this = *this + b; }
  lane_pack& operator-=(const lane_pack& b) noexcept { return *this = *this - b; }
  lane_pack& operator*=(const lane_pack& b) noexcept { return *this = *this * b; }
  lane_pack& operator/=(const lane_pack& b) noexcept { return *this = *this / b; }
  lane_pack& operator*=(S b) noexcept { return *this = *this * b; }

  friend lane_pack tile_sqrt(const lane_pack& a) noexcept {
    return map([&](std::size_t i) { return std::sqrt(a.lane[i]); });
  }
  friend lane_pack tile_abs(const lane_pack& a) noexcept {
    return map([&](std::size_t i) { return std::fabs(a.lane[i]); });
  }
  friend lane_pack tile_min(const lane_pack& a, const lane_pack& b) noexcept {
    return map([&](std::size_t i) { return b.lane[i] < a.lane[i] ? b.lane[i] : a.lane[i]; });
  }
  friend lane_pack tile_max(const lane_pack& a, const lane_pack& b) noexcept {
    return map([&](std::size_t i) { return a.lane[i] < b.lane[i] ? b.lane[i] : a.lane[i]; });
  }
  friend lane_pack tile_select_less(const lane_pack& a, const lane_pack& b, const lane_pack& yes,
                                    const lane_pack& no) noexcept {
    return map([&](std::size_t i) { return a.lane[i] < b.lane[i] ? yes.lane[i] : no.lane[i]; });
  }
  friend lane_pack tile_sign(const lane_pack& a) noexcept {
    return map([&](std::size_t i) { return a.lane[i] > S(0) ? S(1) : a.lane[i] < S(0) ? S(-1) : a.lane[i]; });
  }
  friend lane_pack tile_flush(const lane_pack& a, S threshold) noexcept {
    return map([&](std::size_t i) { return std::fabs(a.lane[i]) < threshold ? S(0) : a.lane[i]; });
  }
};

/// A rule, the value that it changes, and all that it keeps for it. `V` is S or a pack of S.
template <class Rule, class S, class V = S>
struct rule_run {
  Rule rule;
  V x{};
  std::array<V, slot_count<Rule> + 1> slots{};  // one more than there are: none is no array
  rule_running<Rule> running{};
  std::uint64_t steps = 0;

  /// One step. Not inlined: the same instructions for the same V, wherever it is called.
  BLOCKOPT_COLD void step(const V& g) {
    ++steps;
    const auto constants = constants_at<S>(rule, step_count{steps}, running);
    apply<Rule>(constants, g, std::make_index_sequence<slot_count<Rule>>{});
  }

  /// The update of another rule with the same slots, at the count of the last step: at_leave() or at_enter().
  template <class Other>
  void move(const Other& other) {
    rule_running<Other> unused{};
    const auto constants = constants_at<S>(other, step_count{steps}, unused);
    apply<Other>(constants, V{}, std::make_index_sequence<slot_count<Rule>>{});
  }

 private:
  template <class R, class C, std::size_t... Slot>
  void apply(const C& constants, const V& g, std::index_sequence<Slot...>) {
    R::update(constants, x, g, slots[Slot]...);
  }
};

/// The rule without weight decay, where it has one under that name.
template <class Rule>
[[nodiscard]] Rule without_decay(Rule rule) {
  if constexpr (requires { rule.weight_decay = 0.0; }) rule.weight_decay = 0;
  return rule;
}

}  // namespace blockopt::detail
