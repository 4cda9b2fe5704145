// SPDX-License-Identifier: MIT
// Part of blockopt: the conformance kit on every update rule of the registry.
#include <cstddef>
#include <iostream>
#include <string_view>

#include <doctest/doctest.h>

#include <blockopt/conformance/check_update_rule.hpp>

#include "registry/registry.hpp"

TEST_CASE("every rule of the registry conforms") {
  std::size_t rules = 0;
  std::size_t checks = 0;
  blockopt_tests::for_each_rule([&](std::string_view name, const auto& rule) {
    const bool steady = name.starts_with("adam") || name == "amsgrad" || name == "lion" || name == "sign_momentum";
    const bool decoupled = name.starts_with("adamw") || name == "lion";
    const auto report =
        blockopt::check_update_rule(rule, {.name = name, .one_step_size = steady, .decoupled_decay = decoupled});
    INFO(report);
    CHECK(report);
    ++rules;
    checks += report.checks().size();
  });
  CHECK(rules >= 14);
  std::cout << "conformance: " << checks << " checks of " << rules << " rules\n";
}
