// SPDX-License-Identifier: MIT
// Part of blockopt: the registry's cells in double.
#include <doctest/doctest.h>

#include "registry/check_cell.hpp"

TEST_CASE("every rule and policy and memory strategy composes on a quadratic in double") {
  blockopt_tests::check_cells<double>("quadratic");
}
TEST_CASE("every rule and policy and memory strategy composes on a logistic regression in double") {
  blockopt_tests::check_cells<double>("logistic_regression");
}
