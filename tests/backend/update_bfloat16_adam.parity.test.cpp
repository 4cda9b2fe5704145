// SPDX-License-Identifier: MIT
// Part of blockopt: one step on values in bfloat16, held against the oracle.
#include <doctest/doctest.h>

#include <blockopt/view/scalar.hpp>

#include "backend/update_sweep.hpp"

using namespace blockopt_tests;

TEST_CASE("adam on bfloat16 values has the bits of the oracle on every backend") {
  sweep<blockopt::bfloat16, blockopt::bfloat16>(adam_rules, agreement::exact);
}

TEST_CASE("adamw on bfloat16 values has the bits of the oracle on every backend") {
  sweep<blockopt::bfloat16, blockopt::bfloat16>(adamw_rules, agreement::exact);
}
