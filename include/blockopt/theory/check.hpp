// SPDX-License-Identifier: MIT
// Part of blockopt: a measured run against a theorem.
#pragma once

#include <cmath>
#include <limits>

#include <blockopt/theory/theorem.hpp>

namespace blockopt {

enum class verdict { pass, fail, no_theorem };

struct bound_check {
  verdict outcome = verdict::no_theorem;
  double k = 0, measured = 0, standard_error = 0, bound = problem_constants::unknown;
  /// log(measured rate) / log(bound's rate), both from the start to k: 1 where the bound is met, more where it is loose, less
  /// where it is violated; NaN where the bound has not fallen below the start.
  double tightness = problem_constants::unknown;
};

/// Of numbers that are given. FAIL: the measured value exceeds the bound by more than 3 standard errors, a relative 1e-12 and
/// `rounding` (absolute: what the measured value cannot be trusted for); of an equality also where it falls short of it by
/// as much, with 4 standard errors and a relative 1e-6; anything measured that is not finite. A bound of NaN: no theorem.
[[nodiscard]] inline bound_check check_value(bool equality, double start, double bound, double k, double measured,
                                             double standard_error = 0, double rounding = 0) {
  bound_check r{.k = k, .measured = measured, .standard_error = standard_error, .bound = bound};
  if (std::isnan(bound)) return r;
  bool holds = measured <= bound + 3 * standard_error + 1e-12 * std::fabs(bound) + rounding;
  if (equality) holds = std::fabs(measured - bound) <= 4 * standard_error + 1e-6 * std::fabs(bound) + rounding;
  r.outcome = holds && std::isfinite(measured) ? verdict::pass : verdict::fail;
  if (bound > 0 && bound < start && measured > 0) r.tightness = std::log(measured / start) / std::log(bound / start);
  return r;
}

/// f(x_k) - f*, or what else the theorem bounds, after k steps (cycles, where it counts them): of one run, or where the
/// theorem is on the expectation the mean over runs with its standard error.
[[nodiscard]] inline bound_check check_bound(const theorem& t, const problem_constants& c, double k, double measured,
                                             double standard_error = 0, double rounding = 0) {
  const double start = t.of == bounded_quantity::squared_distance ? c.squared_distance : c.suboptimality;
  return check_value(t.equality, start, t.at ? t.at(c, k) : problem_constants::unknown, k, measured, standard_error,
                     rounding);
}

/// One step (or cycle): from f - f* = `before` to `after`, for theorems that hold in every step and are not on the
/// expectation.
[[nodiscard]] inline bound_check check_step(const theorem& t, const problem_constants& c, double k, double before,
                                            double after, double rounding = 0) {
  const double bound = t.factor && t.every_step && !t.on_mean ? before * t.factor(c) : problem_constants::unknown;
  return check_value(t.equality, before, bound, k, after, 0, rounding);
}

}  // namespace blockopt
