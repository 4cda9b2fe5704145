// SPDX-License-Identifier: MIT
// Part of blockopt: the exact rate of the cyclic order on its worst case.
#pragma once

#include <cstddef>

#include <blockopt/problem/detail/decompositions.hpp>
#include <blockopt/theory/sun_ye_rates.hpp>

namespace blockopt {

/// Of the cyclic order, and so of any fixed order: the square of the spectral radius of E, about 1 - 4 pi^2 d / n^2 (tests).
/// O(n^3).
[[nodiscard]] inline double sun_ye_cyclic_factor(std::size_t n, double d) {
  const double radius = detail::spectral_radius(sun_ye_sweep(n, d));
  return radius * radius;
}

}  // namespace blockopt
