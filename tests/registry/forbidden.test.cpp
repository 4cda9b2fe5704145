// SPDX-License-Identifier: MIT
// Part of blockopt: what the registry forbids is refused with the sentence that it carries.
#include <iostream>
#include <string>
#include <string_view>
#include <vector>

#include <doctest/doctest.h>

#include <blockopt/error.hpp>
#include <blockopt/run/optimizer_options.hpp>

#include "registry/registry.hpp"

namespace bo = blockopt;
using namespace blockopt_tests;

TEST_CASE("a forbidden pair is refused with its sentence") {
  for (const forbidden_pair& pair : forbidden_pairs) {
    std::cout << "forbidden: " << pair.first << " with " << pair.second << ": " << pair.sentence << '\n';
    if (pair.first != "consume") continue;  // the others do not compile: tests/compile_fail
    bo::optimizer_options options{.consume = true};
    if (pair.second == "accumulate") options.accumulate = 2;
    else options.clip_norm = 1;
    std::string message;
    try {
      options.check();
    } catch (const bo::invalid_option& e) {
      message = e.what();
    }
    CHECK(message == "blockopt: " + std::string(pair.sentence));
  }
}
