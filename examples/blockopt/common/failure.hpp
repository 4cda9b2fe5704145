// SPDX-License-Identifier: MIT
// Part of blockopt: the two ways in which the program fails.
#pragma once

#include <stdexcept>

namespace blockopt::program {

/// Unknown or contradictory arguments: one line, status 2.
struct usage_error : std::runtime_error {
  using std::runtime_error::runtime_error;
};

/// A run that cannot go on: one line, status 1; what was computed is kept.
struct run_failure : std::runtime_error {
  using std::runtime_error::runtime_error;
};

}  // namespace blockopt::program
