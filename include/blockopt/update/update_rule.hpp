// SPDX-License-Identifier: MIT
// Part of blockopt: what an update rule is, as a concept.
#pragma once

#include <array>
#include <concepts>
#include <cstddef>
#include <cstdint>
#include <string_view>
#include <type_traits>
#include <utility>

namespace blockopt {

/// The number of the step being made, counted from 1 by the block itself: bias corrections use it.
struct step_count {
  std::uint64_t value = 1;
};

/// One array of state that a rule keeps for each parameter: its name, and its shape by default that of the parameter.
struct slot {
  std::string_view name;
};

/// The slots of a rule, in the order in which `update` takes them: `static constexpr auto slots = bo::slots("momentum");`
template <class... Names>
[[nodiscard]] constexpr std::array<slot, sizeof...(Names)> slots(const Names&... names) {
  return {slot{names}...};
}

template <class Rule>
inline constexpr std::size_t slot_count = std::tuple_size_v<std::remove_cvref_t<decltype(Rule::slots)>>;

/// The constants of one step, folded from the hyper-parameters in double on the host and rounded to `S` once.
template <class Rule, class S>
using rule_constants = decltype(std::declval<const Rule&>().template at<S>(step_count{}));

/// A rule is plain data: hyper-parameters as public members, among them `learning_rate`, which schedules scale. It has
///   - `static constexpr auto slots`, naming its state;
///   - `at<S>(step_count)`: the constants of that step, as scalars S;
///   - `static void update(const constants<S>&, V& x, const V& g, V& slot...) noexcept`, marked BLOCKOPT_FN, generic
///     over V: a scalar, a register tile, a pack. It sees one element (or several that do not interact).
/// Optionally `check()`, which raises invalid_option for hyper-parameters out of range.
template <class Rule>
concept update_rule = std::is_trivially_copyable_v<Rule> && std::copyable<Rule> && requires(Rule& rule) {
  Rule::slots;
  { rule.learning_rate } -> std::convertible_to<double>;
  rule.learning_rate = 1.0;
  typename rule_constants<Rule, float>;
  typename rule_constants<Rule, double>;
};

namespace detail {

template <class Rule, class S, class V, std::size_t... Slot>
consteval bool updates_elements(std::index_sequence<Slot...>) {
  return requires(const rule_constants<Rule, S>& c, V& x, const V& g, std::array<V, sizeof...(Slot) + 1>& slots) {
    { Rule::update(c, x, g, slots[Slot]...) } noexcept;
  };
}

}  // namespace detail

/// A rule whose `update` works element by element on values V with scalar constants S.
template <class Rule, class S, class V = S>
concept elementwise_rule =
    update_rule<Rule> && detail::updates_elements<Rule, S, V>(std::make_index_sequence<slot_count<Rule>>{});

}  // namespace blockopt
