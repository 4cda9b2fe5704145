// SPDX-License-Identifier: MIT
// Part of blockopt: what the author of an update rule says about it, for its conformance check.
#pragma once

#include <cstdint>
#include <string_view>

namespace blockopt {

/// What holds for a rule beside what holds for all.
struct update_rule_traits {
  std::string_view name{};  ///< for the report
  bool descends = true;     ///< `descent_steps` steps at its rate make a quadratic smaller
  std::uint64_t descent_steps = 300;
  bool scales_with_rate = true;  ///< half the rate is half the first step
  bool one_step_size = false;    ///< bias corrected: under a constant gradient all steps are of the first one's size
  bool decoupled_decay = false;  ///< without gradient and state x shrinks by the factor 1 - learning_rate weight_decay
};

/// Stands for no reference. A reference is a function `void(const Rule& rule, std::uint64_t step, double& x, double g,
/// std::span<double> slots)`: the published formula for one element, in plain double; step counts from 1, slots begin at 0.
struct no_reference {};

}  // namespace blockopt
