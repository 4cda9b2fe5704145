// SPDX-License-Identifier: MIT
// Part of blockopt: one step on values in double, held against the oracle.
#include <doctest/doctest.h>

#include <blockopt/view/scalar.hpp>

#include "backend/update_sweep.hpp"

using namespace blockopt_tests;

TEST_CASE("sgd on double values is within two units in the last place of the oracle") {
  sweep<double, double>(sgd_rules, agreement::two_ulp);
}

TEST_CASE("momentum on double values is within two units in the last place of the oracle") {
  sweep<double, double>(momentum_rules, agreement::two_ulp);
}

TEST_CASE("adam on double values is within two units in the last place of the oracle") {
  sweep<double, double>(adam_rules, agreement::two_ulp);
}

TEST_CASE("adamw on double values is within two units in the last place of the oracle") {
  sweep<double, double>(adamw_rules, agreement::two_ulp);
}
