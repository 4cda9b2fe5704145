// SPDX-License-Identifier: MIT
// Part of blockopt: the oracle's functions for some rules, compiled with contraction of a * b + c.
#include "support/border_oracle.hpp"

namespace blockopt_tests {

template struct border<side::oracle>;

bool keep_contracted_oracle() {
  return keep_border_of<side::oracle, blockopt::adamw, float>() &&
         keep_border_of<side::oracle, blockopt::nadam, double>() &&
         keep_border_of<side::oracle, blockopt::adamw, blockopt::bfloat16>();
}

}  // namespace blockopt_tests
