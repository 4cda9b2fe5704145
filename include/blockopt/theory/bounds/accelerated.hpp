// SPDX-License-Identifier: MIT
// Part of blockopt: bounds for accelerated and adaptive coordinate steps.
#pragma once

#include <cmath>

#include <blockopt/theory/theorem.hpp>

/// Uniform draws. Nesterov, SIAM J. Optim. 22(2), 2012.
namespace blockopt::bounds {

/// D of Theorem 6.
[[nodiscard]] inline double accelerated_start(const problem_constants& c) {
  return 2 * c.scaled_squared_distance + c.suboptimality / (c.blocks() * c.blocks());
}

/// ACDM that was told sigma = 0, or anything not above sigma_1.
[[nodiscard]] inline theorem accelerated_convex() {
  return detail::on_mean(detail::general("ACDM, convex", "(N/(k + 1))^2 (2 r_0^2 + (f_0 - f*)/N^2)",
                                         "Nesterov 2012, Theorem 6", [](const problem_constants& c, double k) {
                                           const double ratio = c.blocks() / (k + 1);
                                           return ratio * ratio * accelerated_start(c);
                                         }));
}
/// ACDM that was told sigma = sigma_1.
[[nodiscard]] inline theorem accelerated() {
  theorem t = detail::on_mean(detail::general(
      "ACDM", "sigma_1 (2 r_0^2 + (f_0 - f*)/N^2)/((1+q)^(k+1) - (1-q)^(k+1))^2, q = sqrt(sigma_1)/(2N)",
      "Nesterov 2012, Theorem 6", [](const problem_constants& c, double k) {
        const double q = std::sqrt(c.sigma_1) / (2 * c.blocks());
        // the difference without cancellation, for q that are next to nothing
        const double difference = std::expm1((k + 1) * std::log1p(q)) - std::expm1((k + 1) * std::log1p(-q));
        return c.sigma_1 * accelerated_start(c) / (difference * difference);
      }));
  t.factor = [](const problem_constants& c) { return std::pow(1 + std::sqrt(c.sigma_1) / (2 * c.blocks()), -2); };
  return t;
}

/// RACDM: steps with an estimate of L_i that doubles until the derivative keeps its sign, and is halved after.
[[nodiscard]] inline theorem adaptive() {
  return detail::on_mean(detail::general(
      "RACDM", "8 N R_1^2/(16 + 3k)", "Nesterov 2012, Theorem 7",
      [](const problem_constants& c, double k) { return 8 * c.blocks() * c.level_radius(1) / (16 + 3 * k); }));
}

/// APPROX with tau of N coordinates at once, beta its ESO factor (see parallel.hpp). Its constant was read in no paper here
/// but recalled and measured: means of runs stay below it.
[[nodiscard]] inline theorem approx(double together, double beta) {
  return detail::on_mean(detail::general(
      "APPROX", "4 N^2/((k-1) tau + 2N)^2 ((1 - tau/N)(F_0 - F*) + beta r_0^2/2)",
      "Fercoq & Richtarik, SIAM J. Optim. 25(4), 2015", [together, beta](const problem_constants& c, double k) {
        const double n = c.blocks(), below = (k - 1) * together + 2 * n;
        return 4 * n * n / (below * below) *
               ((1 - together / n) * c.suboptimality + beta * c.scaled_squared_distance / 2);
      }));
}

}  // namespace blockopt::bounds
