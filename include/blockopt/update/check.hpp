// SPDX-License-Identifier: MIT
// Part of blockopt: range checks of hyper-parameters, with a sentence that names the one at fault.
#pragma once

#include <cmath>

#include <blockopt/error.hpp>

namespace blockopt::detail {

/// Raises invalid_option unless low <= value < high (NaN fails).
inline void check_range(const char* rule, const char* name, double value, double low, double high) {
  if (value >= low && value < high) return;
  raise<invalid_option>({rule, ".", name, " is ", value, "; it must be at least ", low, " and below ", high});
}

/// Raises invalid_option unless value is finite and >= 0.
inline void check_non_negative(const char* rule, const char* name, double value) {
  if (value >= 0 && std::isfinite(value)) return;
  raise<invalid_option>({rule, ".", name, " is ", value, "; it must be finite and not negative"});
}

}  // namespace blockopt::detail
