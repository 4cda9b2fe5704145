// SPDX-License-Identifier: MIT
// Part of blockopt: bounds for blocks that are drawn independently, smooth objectives.
#pragma once

#include <algorithm>
#include <cmath>
#include <string>
#include <utility>

#include <blockopt/error.hpp>
#include <blockopt/theory/theorem.hpp>

/// Nesterov, Efficiency of coordinate descent methods on huge-scale optimization problems, SIAM J. Optim. 22(2), 2012, for
/// steps of 1/L_b. All are derived from one line: with probabilities p_b the expected gain of a step is at least the sum of
/// p_b ||g_b||^2 / (2 L_b); for p_b = L_b^a / S_a that is g'D^(a-1) g / (2 S_a) >= (sigma_(1-a) / S_a) (f - f*). Exact
/// minimization over the block gains no less.
namespace blockopt::bounds {

[[nodiscard]] inline theorem uniform() {
  return detail::on_mean(
      detail::linear("uniform", "(1 - mu/(N L_max))^k", "Nesterov 2012, Theorem 2 with sigma_1 >= mu/L_max",
                     [](const problem_constants& c) { return 1 - c.mu / (c.blocks() * c.largest_lipschitz()); }));
}
[[nodiscard]] inline theorem uniform_scaled() {
  return detail::on_mean(detail::linear("uniform, scaled", "(1 - sigma_1/N)^k", "Nesterov 2012, Theorem 2",
                                        [](const problem_constants& c) { return 1 - c.sigma_1 / c.blocks(); }));
}
[[nodiscard]] inline theorem uniform_convex() {
  return detail::on_mean(detail::general(
      "uniform, convex", "2 N R_1^2/(k + 4)", "Nesterov 2012, Theorem 1",
      [](const problem_constants& c, double k) { return 2 * c.blocks() * c.level_radius(1) / (k + 4); }));
}

/// P(b) = L_b^a / S_a.
[[nodiscard]] inline theorem importance(double a) {
  const std::string power = detail::joined({a});
  return detail::on_mean(
      detail::linear("importance a=" + power, a == 1 ? "(1 - mu/sum L_b)^k" : "(1 - sigma_(1-a)/S_a)^k",
                     "Nesterov 2012, Theorem 2, RCDM(a)",
                     [a](const problem_constants& c) { return 1 - c.sigma(1 - a) / c.lipschitz_sum(a); }));
}
/// From E d+ <= d - d^2 / (2 S_a R^2), d = f - f*, and d_0 <= S_a R^2 / 2.
[[nodiscard]] inline theorem importance_convex(double a) {
  const std::string power = detail::joined({a});
  return detail::on_mean(detail::general(
      "importance a=" + power + ", convex", "2 S_a R_(1-a)^2/(k + 4)", "Nesterov 2012, Theorem 1, RCDM(a)",
      [a](const problem_constants& c, double k) { return 2 * c.lipschitz_sum(a) * c.level_radius(1 - a) / (k + 4); }));
}

/// Blocks drawn uniformly and minimized exactly, or stepped on with H_b^-1: the expected gain is g'B^-1 g / (2N), B the
/// blocks M_bb on the diagonal.
[[nodiscard]] inline theorem uniform_matrix() {
  return detail::on_mean(detail::linear("uniform, matrix steps", "(1 - sigma_B/N)^k",
                                        "Qu, Richtarik, Takac & Fercoq, SDNA, ICML 2016",
                                        [](const problem_constants& c) { return 1 - c.sigma_blocks / c.blocks(); }));
}

/// One coordinate (or block of equal steps), uniform, step g: x_b <- x_b - g g_b, from
/// E||x+ - x*||^2 = (1 - 1/N) ||x - x*||^2 + ||x - g grad f - x*||^2 / N and the contraction of gradient descent. Attained in
/// every step by f = m/2 ||x||^2 with m one of mu and L.
[[nodiscard]] inline theorem uniform_distance(double step) {
  theorem t =
      detail::on_mean(detail::linear("uniform, distance", "(((1 - g m)^2 + N - 1)/N)^k, m = mu or L",
                                     "Taylor & Bach, COLT 2019, Theorem 17", [step](const problem_constants& c) {
                                       const double low = 1 - step * c.mu, high = 1 - step * c.smoothness;
                                       return (std::max(low * low, high * high) + c.blocks() - 1) / c.blocks();
                                     }));
  t.of = bounded_quantity::squared_distance;
  t.at = [factor = t.factor](const problem_constants& c, double k) {
    return c.squared_distance * std::pow(factor(c), k);
  };
  return t;
}

}  // namespace blockopt::bounds
