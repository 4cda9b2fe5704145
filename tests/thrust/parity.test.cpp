// SPDX-License-Identifier: MIT
// Part of blockopt: every rule in every scalar, bit by bit as on the Eigen backend: all tails and misalignments, strided
// views, several tensors, owned gradients, scaling and clipping, norms, finite checks, master copies, stochastic rounding.
#include <cstddef>

#include <doctest/doctest.h>

#include <blockopt/conformance/check_parity.hpp>

#include "registry/rules.hpp"
#include "support/border_backend.hpp"

namespace bo = blockopt;
using namespace blockopt_tests;

namespace {

template <class T, std::size_t Group>
void check_rules() {
  const border_backend oracle{side::oracle}, tested{side::tested};
  std::size_t rules = 0;
  for_each_rule_of<Group, 4>([&](const char* name, const auto& rule) {
    ++rules;
    const bo::conformance_report report = bo::check_parity<T>(rule, oracle, tested);
    CAPTURE(name);
    CAPTURE(report);
    CHECK(static_cast<bool>(report));
  });
  CHECK(rules == (std::tuple_size_v<decltype(all_rules())> + 3 - Group) / 4);
}

}  // namespace

TEST_CASE_TEMPLATE("rules 0 of 4 have the oracle's bits", T, float, double, bo::bfloat16, bo::half) {
  check_rules<T, 0>();
}
TEST_CASE_TEMPLATE("rules 1 of 4 have the oracle's bits", T, float, double, bo::bfloat16, bo::half) {
  check_rules<T, 1>();
}
TEST_CASE_TEMPLATE("rules 2 of 4 have the oracle's bits", T, float, double, bo::bfloat16, bo::half) {
  check_rules<T, 2>();
}
TEST_CASE_TEMPLATE("rules 3 of 4 have the oracle's bits", T, float, double, bo::bfloat16, bo::half) {
  check_rules<T, 3>();
}
