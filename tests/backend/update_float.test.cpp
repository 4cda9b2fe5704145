// SPDX-License-Identifier: MIT
// Part of blockopt: one step on values in float, held against the oracle.
#include <doctest/doctest.h>

#include <blockopt/view/scalar.hpp>

#include "backend/update_sweep.hpp"

using namespace blockopt_tests;

TEST_CASE("sgd on float values is within two units in the last place of the oracle") {
  sweep<float, float>(sgd_rules, agreement::two_ulp);
}

TEST_CASE("momentum on float values is within two units in the last place of the oracle") {
  sweep<float, float>(momentum_rules, agreement::two_ulp);
}

TEST_CASE("adam on float values is within two units in the last place of the oracle") {
  sweep<float, float>(adam_rules, agreement::two_ulp);
}

TEST_CASE("adamw on float values is within two units in the last place of the oracle") {
  sweep<float, float>(adamw_rules, agreement::two_ulp);
}
