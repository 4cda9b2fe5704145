// SPDX-License-Identifier: MIT
// Part of blockopt: the tested backend's functions for every fourth rule of the registry, from number 1 on.
#include "thrust/runners/backend.hpp"

namespace blockopt_tests {

bool keep_tested_rules_1() { return keep_border<side::tested, 1, 4>(); }

}  // namespace blockopt_tests
