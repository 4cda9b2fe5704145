// SPDX-License-Identifier: MIT
// Part of blockopt: the registry's cells in bfloat16.
#include <doctest/doctest.h>

#include "registry/check_cell.hpp"

TEST_CASE("every rule and policy and memory strategy composes on a quadratic in bfloat16") {
  blockopt_tests::check_cells<blockopt::bfloat16>("quadratic");
}
TEST_CASE("every rule and policy and memory strategy composes on a logistic regression in bfloat16") {
  blockopt_tests::check_cells<blockopt::bfloat16>("logistic_regression");
}
