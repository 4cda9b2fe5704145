// SPDX-License-Identifier: MIT
// Part of blockopt: one step on values in double, held against the oracle.
#include <doctest/doctest.h>

#include <blockopt/view/scalar.hpp>

#include "backend/update_sweep.hpp"

using namespace blockopt_tests;

TEST_CASE("sgd on double values has the bits of the oracle on every backend") {
  sweep<double, double>(sgd_rules, agreement::exact);
}

TEST_CASE("momentum on double values has the bits of the oracle on every backend") {
  sweep<double, double>(momentum_rules, agreement::exact);
}

TEST_CASE("adam on double values has the bits of the oracle on every backend") {
  sweep<double, double>(adam_rules, agreement::exact);
}

TEST_CASE("adamw on double values has the bits of the oracle on every backend") {
  sweep<double, double>(adamw_rules, agreement::exact);
}

TEST_CASE("momentum on double values with float gradients has the bits of the oracle on every backend") {
  sweep<double, float>(momentum_rules, agreement::exact);
}
