// SPDX-License-Identifier: MIT
// Part of blockopt: one step on values in bfloat16, held against the oracle.
#include <doctest/doctest.h>

#include <blockopt/view/scalar.hpp>

#include "backend/update_sweep.hpp"

using namespace blockopt_tests;

TEST_CASE("sgd on bfloat16 values is within two units in the last place of the oracle") {
  sweep<blockopt::bfloat16, blockopt::bfloat16>(sgd_rules, agreement::two_ulp);
}

TEST_CASE("adamw on bfloat16 values is within two units in the last place of the oracle") {
  sweep<blockopt::bfloat16, blockopt::bfloat16>(adamw_rules, agreement::two_ulp);
}
