// SPDX-License-Identifier: MIT
// Part of blockopt: memory of the oracle, and its functions for half of the rules.
#include "support/border_oracle.hpp"

namespace blockopt_tests {

template struct border<side::oracle>;

bool keep_oracle_rules_0() { return keep_border<side::oracle, 0, 2>(); }

}  // namespace blockopt_tests
