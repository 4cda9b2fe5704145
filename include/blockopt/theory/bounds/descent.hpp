// SPDX-License-Identifier: MIT
// Part of blockopt: what gradient steps gain.
#pragma once

#include <cmath>

#include <blockopt/theory/theorem.hpp>

namespace blockopt::bounds {

/// Gradient descent on all coordinates at once with steps of 1/L. From f(x+) <= f - ||g||^2 / (2L) and
/// ||g||^2 >= 2 mu (f - f*).
[[nodiscard]] inline theorem gradient_descent() {
  return detail::linear("gradient descent", "(1 - mu/L)^k", "Nesterov, Introductory lectures, 2004; Polyak 1963",
                        [](const problem_constants& c) { return 1 - c.mu / c.smoothness; });
}

/// A step of 1/L_b gains ||g_b||^2 / (2 L_b) at least.
[[nodiscard]] inline theorem promised_decrease() {
  theorem t = detail::general("promised decrease", "f(x) - f(x+) >= ||g_b||^2/(2 L_b)", "Nesterov 2012",
                              [](const problem_constants&, double) { return 1.0; });
  t.of = bounded_quantity::promise;
  return t;
}

/// And exactly that on quadratics in blocks of one coordinate.
[[nodiscard]] inline theorem exact_decrease() {
  theorem t = detail::equality(promised_decrease());
  t.name = "exact decrease";
  t.statement = "f(x) - f(x+) = g_i^2/(2 L_i)";
  t.source = "f is a parabola along a coordinate";
  return t;
}

}  // namespace blockopt::bounds
