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

/// What a slot holds, for memory strategies that treat slots apart.
///   moment         numbers of either sign, in the units of gradients: a momentum, a first moment
///   second_moment  numbers that are never negative, in the units of squared gradients
///   iterate        a place in the space of the parameters, or an offset from one: small changes of it count, so it is
///                  always kept in full precision
enum class slot_role { moment, second_moment, iterate };

/// One array of state that a rule keeps for each parameter: its name and role. Its shape is that of the parameter.
struct slot {
  std::string_view name;
  slot_role role = slot_role::moment;
};

/// The slots of a rule, in the order in which `update` takes them, each a name, or a name with a role:
/// `static constexpr auto slots = bo::slots("momentum", bo::slot{"second_moment", bo::slot_role::second_moment});`
template <class... Names>
[[nodiscard]] constexpr std::array<slot, sizeof...(Names)> slots(const Names&... names) {
  return {slot{names}...};
}

template <class Rule>
inline constexpr std::size_t slot_count = std::tuple_size_v<std::remove_cvref_t<decltype(Rule::slots)>>;

/// What a rule without running sums keeps of them.
struct no_running {};

namespace detail {

template <class Rule>
struct running_of {
  using type = no_running;
};
template <class Rule>
  requires requires { typename Rule::running; }
struct running_of<Rule> {
  using type = typename Rule::running;
};

}  // namespace detail

/// What a rule sums up over a block's own steps beside their count: `Rule::running`, or nothing.
template <class Rule>
using rule_running = typename detail::running_of<Rule>::type;

template <class Rule>
concept accumulating_rule = !std::is_same_v<rule_running<Rule>, no_running>;

/// The constants of a step. Advances `running` by this step, so it is called once for each; a caller that may drop the
/// step passes a copy.
template <class S, class Rule>
[[nodiscard]] constexpr auto constants_at(const Rule& rule, step_count step,
                                          [[maybe_unused]] rule_running<Rule>& running) {
  if constexpr (accumulating_rule<Rule>) return rule.template at<S>(step, running);
  else return rule.template at<S>(step);
}

/// The constants of one step, folded from the hyper-parameters in double on the host and rounded to `S` once.
template <class Rule, class S>
using rule_constants =
    decltype(constants_at<S>(std::declval<const Rule&>(), step_count{}, std::declval<rule_running<Rule>&>()));

/// A rule is plain data: hyper-parameters as public members, among them `learning_rate`, which schedules scale. It has
///   - `static constexpr auto slots`, naming its state;
///   - `at<S>(step_count)`: the constants of that step, as scalars S;
///   - `static void update(const constants<S>&, V& x, const V& g, V& slot...) noexcept`, marked BLOCKOPT_FN, generic
///     over V: a scalar, a register tile, a pack. It sees one element (or several that do not interact).
/// Optional members:
///   - `check()`, which raises invalid_option for hyper-parameters out of range;
///   - `struct running`, trivially copyable: sums over a block's own steps that no closed form gives (a product of
///     momenta, averaging weights). Then it is `at<S>(step_count, running&)`, which advances them by one step. They
///     begin value-initialized and live and end with the block's step count;
///   - `at_leave()` and `at_enter()`, for rules that train at one point and are judged at another (Schedule-Free): each
///     returns an element-wise rule with the same slots, whose `update` moves x from the one to the other and ignores g.
///     The first runs when a visit ends, so that other blocks and evaluations see the right point; the second when a
///     block is entered whose state was kept;
///   - `archive(a)`, a template, for checkpoints: names each hyper-parameter, `a("beta", beta)`; `running` has one too. Only
///     `save` and `load` ask for it;
///   - `slot_decay(slot)`: the factor by which a step with a zero gradient multiplies that slot (an index), for
///     decay_state; 1 for what such a step leaves alone.
template <class Rule>
concept update_rule = std::is_trivially_copyable_v<Rule> && std::copyable<Rule> && requires(Rule& rule) {
  Rule::slots;
  { rule.learning_rate } -> std::convertible_to<double>;
  rule.learning_rate = 1.0;
  typename rule_constants<Rule, float>;
  typename rule_constants<Rule, double>;
  requires std::is_trivially_copyable_v<rule_running<Rule>>;
};

/// A rule whose values are to be judged at another point than that at which it trains.
template <class Rule>
concept two_point_rule = update_rule<Rule> && requires(const Rule& rule) {
  { rule.at_leave() } -> update_rule;
  { rule.at_enter() } -> update_rule;
  requires slot_count<decltype(rule.at_leave())>
  == slot_count<Rule>;
  requires slot_count<decltype(rule.at_enter())>
  == slot_count<Rule>;
};

/// A rule whose state can be carried over steps in which its gradient was zero: it says how its slots decay, or has none.
template <class Rule>
concept decaying_rule = update_rule<Rule> &&(slot_count<Rule> == 0 || requires(const Rule& rule, std::size_t slot) {
  { rule.slot_decay(slot) } -> std::same_as<double>;
});

namespace detail {

template <class Rule, class S, class V, std::size_t... Slot>
consteval bool updates_elements(std::index_sequence<Slot...>) {
  return requires(const rule_constants<Rule, S>& c, V& x, const V& g, std::array<V, sizeof...(Slot) + 1>& slots) {
    { Rule::update(c, x, g, slots[Slot]...) }
    noexcept;
  };
}

}  // namespace detail

/// A rule whose `update` works element by element on values V with scalar constants S.
template <class Rule, class S, class V = S>
concept elementwise_rule = update_rule<Rule> &&
    detail::updates_elements<Rule, S, V>(std::make_index_sequence<slot_count<Rule>>{});

}  // namespace blockopt
