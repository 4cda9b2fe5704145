// SPDX-License-Identifier: MIT
// Part of blockopt: the registry's cells in float.
#include <doctest/doctest.h>

#include "registry/check_cell.hpp"

TEST_CASE("every rule and policy and memory strategy composes on a quadratic in float") {
  blockopt_tests::check_cells<float>("quadratic");
}
TEST_CASE("every rule and policy and memory strategy composes on a logistic regression in float") {
  blockopt_tests::check_cells<float>("logistic_regression");
}
