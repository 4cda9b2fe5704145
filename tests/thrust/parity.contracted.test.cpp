// SPDX-License-Identifier: MIT
// Part of blockopt: in default builds, where compilers may contract a * b + c here and not there, steps from equal bits
// agree to two units in the last place.
#include <doctest/doctest.h>

#include <blockopt/conformance/check_parity.hpp>
#include <blockopt/update/adamw.hpp>
#include <blockopt/update/nadam.hpp>

#include "support/border_backend.hpp"

namespace bo = blockopt;
using namespace blockopt_tests;

namespace {

template <class T, class Rule>
void check_near(const Rule& rule) {
  const auto report =
      bo::check_parity<T>(rule, border_backend{side::oracle}, border_backend{side::tested}, {.ulps = 2});
  CAPTURE(report);
  CHECK(static_cast<bool>(report));
}

}  // namespace

TEST_CASE("contracted steps agree to two units in the last place") {
  check_near<float>(bo::adamw{.learning_rate = 0.01, .weight_decay = 0.1});
  check_near<double>(bo::nadam{.learning_rate = 0.01});
  check_near<bo::bfloat16>(bo::adamw{.learning_rate = 0.01});
}
