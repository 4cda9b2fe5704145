// SPDX-License-Identifier: MIT
// Part of blockopt: the oracle's functions for the other half of the rules.
#include "support/border_oracle.hpp"

namespace blockopt_tests {

bool keep_oracle_rules_1() { return keep_border<side::oracle, 1, 2>() && keep_coded_border<side::oracle>(); }

}  // namespace blockopt_tests
