// SPDX-License-Identifier: MIT
// Part of blockopt: numbers with a constant ratio, for spectra.
#pragma once

#include <cmath>
#include <cstddef>
#include <vector>

#include <blockopt/error.hpp>

namespace blockopt {

/// `count` numbers from `first` to `last` with a constant ratio; both ends are exact. Throws invalid_option unless
/// both are positive and finite and there is at least one (one number alone is `first`).
[[nodiscard]] inline std::vector<double> log_spaced(double first, double last, std::size_t count) {
  if (!(first > 0 && last > 0 && std::isfinite(first) && std::isfinite(last))) {
    raise<invalid_option>({"log_spaced: from ", first, " to ", last, "; both must be positive and finite"});
  }
  if (count == 0) raise<invalid_option>("log_spaced: count = 0; at least 1 is needed");
  std::vector<double> result(count, first);
  const double step = count > 1 ? (std::log(last) - std::log(first)) / static_cast<double>(count - 1) : 0.0;
  for (std::size_t i = 1; i < count; ++i) result[i] = first * std::exp(step * static_cast<double>(i));
  if (count > 1) result.back() = last;
  return result;
}

}  // namespace blockopt
