// SPDX-License-Identifier: MIT
// Part of blockopt: one step on values in bfloat16, held against the oracle.
#include <doctest/doctest.h>

#include <blockopt/view/scalar.hpp>

#include "backend/update_sweep.hpp"

using namespace blockopt_tests;

TEST_CASE("sgd on bfloat16 values with float gradients has the bits of the oracle on every backend") {
  sweep<blockopt::bfloat16, float>(sgd_rules, agreement::exact);
}

TEST_CASE("sgd on bfloat16 values with double gradients has the bits of the oracle on every backend") {
  sweep<blockopt::bfloat16, double>(sgd_rules, agreement::exact);
}
