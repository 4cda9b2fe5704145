// SPDX-License-Identifier: MIT
// Part of blockopt: the tested backend's functions for every fourth rule of the registry, from number 3 on, and for state in codes.
#include "thrust/runners/backend.hpp"

namespace blockopt_tests {

bool keep_tested_rules_3() { return keep_border<side::tested, 3, 4>() && keep_coded_border<side::tested>(); }

}  // namespace blockopt_tests
