// SPDX-License-Identifier: MIT
// Part of blockopt: the conformance check of update rules.
#pragma once

#include <cstdint>
#include <string>

#include <blockopt/conformance/detail/rule_checks.hpp>
#include <blockopt/conformance/detail/rule_settings_checks.hpp>
#include <blockopt/conformance/report.hpp>
#include <blockopt/conformance/update_rule_traits.hpp>
#include <blockopt/update/update_rule.hpp>

namespace blockopt {

/// Checks what every update rule must do, in float and in double, with the settings of `rule`; `traits` says what holds
/// for this rule beside that, or does not. Each property is a named check of the report:
///
///   settings    "settings pass its own check", "bad settings are refused" (rates, betas, epsilon and decay out of
///               range; where the rule has check()), "slots have names"
///   purity      "same numbers again", "copies give the same numbers", "order of elements does not matter", "elements do
///               not interact", "same numbers on every tile", "running sums belong to the block"
///   edges       "first step is finite", "zero gradient is no NaN", "zero gradient changes nothing", "state decays as it
///               says" (where the rule has slot_decay), "huge gradients stay finite", "tiny gradients stay finite", "state
///               holds no denormals"
///   meaning     "first step goes downhill", "descends on a quadratic", "rate scales the step", "no rate no change",
///               "decay pulls to zero", "decay is decoupled", "steps of one size", "evaluation point and back",
///               "float follows double", "follows the reference"
///
/// The learning rate must suit a quadratic whose curvature is at most 1 (below 2 for gradient descent).
template <update_rule Rule, class Reference = no_reference>
[[nodiscard]] conformance_report check_update_rule(const Rule& rule, const update_rule_traits& traits = {},
                                                   const Reference& reference = {}) {
  static_assert(elementwise_rule<Rule, float> && elementwise_rule<Rule, double>,
                "blockopt: the rule's update does not take (constants, x, g, slots...) or is not noexcept");
  static_assert(
      elementwise_rule<Rule, float, detail::lane_pack<float, 4>>,
      "blockopt: the rule's update does not compile for register tiles; it may use arithmetic and the functions "
      "of update/math.hpp only, on values V");
  conformance_report report(traits.name.empty() ? std::string("update rule") : std::string(traits.name));
  detail::rule_settings_checks<Rule>{rule, report}.run();
  detail::rule_checks<Rule, float>{rule, traits, report}.run();
  detail::rule_checks<Rule, double>{rule, traits, report}.run();
  report.guard([&] { detail::check_float_follows_double(rule, report); });
  report.guard([&] { detail::check_reference(rule, reference, report); });
  return report;
}

}  // namespace blockopt
