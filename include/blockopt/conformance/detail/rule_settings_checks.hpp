// SPDX-License-Identifier: MIT
// Part of blockopt: the trials of check_update_rule that look at settings, and at numbers from elsewhere.
#pragma once

#include <array>
#include <cmath>
#include <cstddef>
#include <cstdint>
#include <limits>
#include <span>
#include <string>
#include <type_traits>

#include <blockopt/conformance/detail/numbers.hpp>
#include <blockopt/conformance/detail/rule_run.hpp>
#include <blockopt/conformance/report.hpp>
#include <blockopt/conformance/update_rule_traits.hpp>
#include <blockopt/error.hpp>

namespace blockopt::detail {

/// Names and ranges of the hyper-parameters.
template <class Rule>
struct rule_settings_checks {
  const Rule& rule;
  conformance_report& report;

  void run() {
    bool named = true;
    for (std::size_t s = 0; s < slot_count<Rule>; ++s) {
      named = named && !Rule::slots[s].name.empty();
      for (std::size_t t = 0; t < s; ++t) named = named && Rule::slots[s].name != Rule::slots[t].name;
    }
    report.expect("slots have names", named, [] { return std::string("a slot has no name, or two have the same"); });
    if constexpr (requires { rule.check(); }) {
      report.expect("settings pass its own check", !refused(rule),
                    [] { return std::string("check() refuses the settings that were given"); });
      constexpr double nan = std::numeric_limits<double>::quiet_NaN();
      for (const double bad : {-1.0, nan, std::numeric_limits<double>::infinity()}) {
        try_setting(
            bad, "learning_rate", [](Rule & r) -> auto& { return r.learning_rate; });
        if constexpr (requires { rule.epsilon; })
          try_setting(
              bad, "epsilon", [](Rule & r) -> auto& { return r.epsilon; });
        if constexpr (requires { rule.weight_decay; })
          try_setting(
              bad, "weight_decay", [](Rule & r) -> auto& { return r.weight_decay; });
      }
      for (const double bad : {-0.5, 1.5, nan}) {
        if constexpr (requires { rule.beta; })
          try_setting(
              bad, "beta", [](Rule & r) -> auto& { return r.beta; });
        if constexpr (requires { rule.beta1; })
          try_setting(
              bad, "beta1", [](Rule & r) -> auto& { return r.beta1; });
        if constexpr (requires { rule.beta2; })
          try_setting(
              bad, "beta2", [](Rule & r) -> auto& { return r.beta2; });
      }
    }
  }

 private:
  [[nodiscard]] static bool refused([[maybe_unused]] const Rule& r) {
#ifdef BLOCKOPT_EXCEPTIONS
    try {
      r.check();
    } catch (const invalid_option&) {
      return true;
    }
#endif
    return false;
  }

  template <class Member>
  void try_setting([[maybe_unused]] double bad, [[maybe_unused]] const char* name,
                   [[maybe_unused]] const Member& member) {
#ifdef BLOCKOPT_EXCEPTIONS  // without them a refusal ends the program
    Rule changed = rule;
    if constexpr (std::is_floating_point_v<std::remove_reference_t<decltype(member(changed))>>) {
      member(changed) = bad;
      bool right = false;
      report.guard([&] { right = refused(changed); });
      report.expect("bad settings are refused", right,
                    [&] { return say("check() takes ", name, " = ", bad, " without invalid_option"); });
    }
#endif
  }
};

template <class Rule>
void check_float_follows_double(const Rule& rule, conformance_report& report) {
  for (std::size_t i = 0; i < 7; ++i) {
    rule_run<Rule, float> narrow{.rule = rule, .x = static_cast<float>(noise(1, i))};
    rule_run<Rule, double> wide{.rule = rule, .x = static_cast<double>(narrow.x)};
    for (std::size_t t = 0; t < 20; ++t) {
      const auto g = static_cast<float>(noise(2, i * 1000 + t));
      narrow.step(g);
      wide.step(static_cast<double>(g));
    }
    const double apart = std::fabs(static_cast<double>(narrow.x) - wide.x);
    report.expect("float follows double", apart <= 1e-4 * (1 + std::fabs(wide.x)), [&] {
      return say("after 20 steps element ", i, " is ", narrow.x, " in float and ", wide.x, " in double");
    });
  }
}

template <class Rule, class Reference>
void check_reference(const Rule& rule, const Reference& reference, conformance_report& report) {
  if constexpr (!std::is_same_v<Reference, no_reference>) {
    for (std::size_t i = 0; i < 7; ++i) {
      rule_run<Rule, double> r{.rule = rule, .x = noise(1, i)};
      double x = r.x;
      std::array<double, slot_count<Rule> + 1> slots{};
      for (std::size_t t = 0; t < 25; ++t) {
        const double g = noise(2, i * 1000 + t);
        const double from = r.x;
        r.step(g);
        reference(rule, std::uint64_t{t + 1}, x, g, std::span<double>(slots.data(), slot_count<Rule>));
        report.expect("follows the reference",
                      std::fabs(r.x - x) <= 1e-12 * static_cast<double>(t + 1) * (1 + std::fabs(x)), [&] {
                        return say("step ", t + 1, " of element ", i, " goes from ", from, " to ", r.x,
                                   "; the reference to ", x);
                      });
      }
    }
  }
}

}  // namespace blockopt::detail
