// SPDX-License-Identifier: MIT
// Part of blockopt: the conformance kit on every memory strategy of the registry.
#include <string_view>

#include <doctest/doctest.h>

#include <blockopt/conformance/check_memory_strategy.hpp>

#include "registry/registry.hpp"

TEST_CASE("every memory strategy of the registry conforms") {
  blockopt_tests::for_each_memory([](std::string_view name, const auto& strategy) {
    const auto report = blockopt::check_memory_strategy(strategy, {.name = name});
    INFO(report);
    CHECK(report);
  });
}
