// SPDX-License-Identifier: MIT
// Part of blockopt: Eigen's decompositions, compiled once for tests and programs.
#include <blockopt/problem/detail/decompositions_code.hpp>
