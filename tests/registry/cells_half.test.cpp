// SPDX-License-Identifier: MIT
// Part of blockopt: the registry's cells in half.
#include <doctest/doctest.h>

#include "registry/check_cell.hpp"

TEST_CASE("every rule and policy and memory strategy composes on a quadratic in half") {
  blockopt_tests::check_cells<blockopt::half>("quadratic");
}
TEST_CASE("every rule and policy and memory strategy composes on a logistic regression in half") {
  blockopt_tests::check_cells<blockopt::half>("logistic_regression");
}
