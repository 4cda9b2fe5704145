// SPDX-License-Identifier: MIT
// Part of blockopt: one step on values in half, held against the oracle.
#include <doctest/doctest.h>

#include <blockopt/view/scalar.hpp>

#include "backend/update_sweep.hpp"

using namespace blockopt_tests;

TEST_CASE("sgd on half values has the bits of the oracle on every backend") {
  sweep<blockopt::half, blockopt::half>(sgd_rules, agreement::exact);
}

TEST_CASE("momentum on half values has the bits of the oracle on every backend") {
  sweep<blockopt::half, blockopt::half>(momentum_rules, agreement::exact);
}
