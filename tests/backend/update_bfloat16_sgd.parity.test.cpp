// SPDX-License-Identifier: MIT
// Part of blockopt: one step on values in bfloat16, held against the oracle.
#include <doctest/doctest.h>

#include <blockopt/view/scalar.hpp>

#include "backend/update_sweep.hpp"

using namespace blockopt_tests;

TEST_CASE("sgd on bfloat16 values has the bits of the oracle on every backend") {
  sweep<blockopt::bfloat16, blockopt::bfloat16>(sgd_rules, agreement::exact);
}

TEST_CASE("momentum on bfloat16 values has the bits of the oracle on every backend") {
  sweep<blockopt::bfloat16, blockopt::bfloat16>(momentum_rules, agreement::exact);
}
