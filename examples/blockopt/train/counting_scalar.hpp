// SPDX-License-Identifier: MIT
// Part of blockopt: a scalar that counts what a rule computes with it.
#pragma once

#include <array>
#include <cstddef>
#include <utility>

#include <blockopt/update/update_rule.hpp>

namespace blockopt::program {

/// A number without a value: each +, -, *, / and square root adds one to `count`; comparisons are free.
struct counting_scalar {
  static inline std::size_t count = 0;

  constexpr counting_scalar() = default;
  constexpr counting_scalar(double) {}

  friend counting_scalar operator+(counting_scalar, counting_scalar) noexcept { return counted(); }
  friend counting_scalar operator-(counting_scalar, counting_scalar) noexcept { return counted(); }
  friend counting_scalar operator*(counting_scalar, counting_scalar) noexcept { return counted(); }
  friend counting_scalar operator/(counting_scalar, counting_scalar) noexcept { return counted(); }
  friend counting_scalar tile_sqrt(counting_scalar) noexcept { return counted(); }
  friend counting_scalar tile_flush(counting_scalar v, double) noexcept { return v; }

 private:
  static counting_scalar counted() noexcept {
    ++count;
    return {};
  }
};

/// The flops of one element in one step of the rule, counted by running it.
template <class Rule>
[[nodiscard]] std::size_t update_flops_of(const Rule& rule) {
  counting_scalar x, g;
  std::array<counting_scalar, slot_count<Rule> + 1> slots;
  rule_running<Rule> running{};
  const auto constants = constants_at<double>(rule, step_count{}, running);
  const std::size_t before = counting_scalar::count;
  [&]<std::size_t... I>(std::index_sequence<I...>) { Rule::update(constants, x, g, slots[I]...); }
  (std::make_index_sequence<slot_count<Rule>>{});
  return counting_scalar::count - before;
}

}  // namespace blockopt::program
