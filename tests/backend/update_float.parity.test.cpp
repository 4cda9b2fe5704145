// SPDX-License-Identifier: MIT
// Part of blockopt: one step on values in float, held against the oracle.
#include <doctest/doctest.h>

#include <blockopt/view/scalar.hpp>

#include "backend/update_sweep.hpp"

using namespace blockopt_tests;

TEST_CASE("sgd on float values has the bits of the oracle on every backend") {
  sweep<float, float>(sgd_rules, agreement::exact);
}

TEST_CASE("momentum on float values has the bits of the oracle on every backend") {
  sweep<float, float>(momentum_rules, agreement::exact);
}

TEST_CASE("adam on float values has the bits of the oracle on every backend") {
  sweep<float, float>(adam_rules, agreement::exact);
}

TEST_CASE("adamw on float values has the bits of the oracle on every backend") {
  sweep<float, float>(adamw_rules, agreement::exact);
}

TEST_CASE("momentum on float values with double gradients has the bits of the oracle on every backend") {
  sweep<float, double>(momentum_rules, agreement::exact);
}
