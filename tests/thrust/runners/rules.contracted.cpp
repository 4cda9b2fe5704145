// SPDX-License-Identifier: MIT
// Part of blockopt: the tested backend's functions for some rules, compiled with contraction of a * b + c.
#include "thrust/runners/backend.hpp"

namespace blockopt_tests {

template struct border<side::tested>;

bool keep_contracted_rules() {
  return keep_border_of<side::tested, blockopt::adamw, float>() &&
         keep_border_of<side::tested, blockopt::nadam, double>() &&
         keep_border_of<side::tested, blockopt::adamw, blockopt::bfloat16>();
}

}  // namespace blockopt_tests
