// SPDX-License-Identifier: MIT
// Part of blockopt: bounds for objectives with a separable part without derivative, random draws.
#pragma once

#include <algorithm>
#include <cmath>

#include <blockopt/theory/theorem.hpp>

/// Uniform draws, prox steps with L_b. Both follow from
/// E[r+^2/2 + F(x+) - F*] <= r^2/2 + F - F* - (F - F* + sigma_1 r^2/2)/N, r^2 = (x - x*)'D (x - x*), because F never rises:
/// the first by F - F* >= sigma_1 r^2/2 for a part of F - F*, the second by summation. psi = 0 is allowed.
namespace blockopt::bounds {

[[nodiscard]] inline theorem composite() {
  theorem t =
      detail::on_mean(detail::general("composite uniform", "(1 - 2 s/((1 + s) N))^k (F_0 - F* + r_0^2/2), s = sigma_1",
                                      "Lu & Xiao, Math. Program. 152, 2015", {}));
  t.factor = [](const problem_constants& c) { return 1 - 2 * c.sigma_1 / ((1 + c.sigma_1) * c.blocks()); };
  t.at = [factor = t.factor](const problem_constants& c, double k) {
    return std::pow(factor(c), k) * (c.suboptimality + c.scaled_squared_distance / 2);
  };
  return t;
}

[[nodiscard]] inline theorem composite_convex() {
  return detail::on_mean(
      detail::general("composite uniform, convex", "N/(N + k) (F_0 - F* + r_0^2/2)",
                      "Lu & Xiao 2015; Richtarik & Takac 2014", [](const problem_constants& c, double k) {
                        return c.blocks() / (c.blocks() + k) * (c.suboptimality + c.scaled_squared_distance / 2);
                      }));
}

/// In each step, without r: what greedy_composite is for the best coordinate.
[[nodiscard]] inline theorem composite_step() {
  return detail::on_mean(detail::linear("composite uniform, each step", "(1 - sigma_1/N)^k",
                                        "Richtarik & Takac, Math. Program. 144, 2014",
                                        [](const problem_constants& c) { return 1 - c.sigma_1 / c.blocks(); }));
}

/// Duals of machines with a smooth loss, min ||A x||^2/2 + sum psi_i(x_i) with psi_i l2-strongly convex, one coordinate drawn
/// uniformly and minimized exactly: moving by s (x*_i - x_i) with s = l2/(largest ||a_i||^2 + l2) = l2/L_max leaves no more
/// than (1 - s/N). In the paper's words s = lambda n gamma/(R^2 + lambda n gamma).
[[nodiscard]] inline theorem dual_ascent() {
  return detail::on_mean(
      detail::linear("SDCA", "(1 - s/N)^k, s = l2/L_max", "Shalev-Shwartz & Zhang, JMLR 14, 2013",
                     [](const problem_constants& c) { return 1 - c.l2 / c.largest_lipschitz() / c.blocks(); }));
}
/// The duality gap is at most (N/s) E[f - f* now - f - f* after a step], because a step gains s/N of the gap.
[[nodiscard]] inline theorem dual_ascent_gap() {
  theorem t = detail::on_mean(
      detail::general("SDCA, duality gap", "(N/s) (1 - s/N)^k (f_0 - f*)", "Shalev-Shwartz & Zhang, JMLR 14, 2013",
                      [](const problem_constants& c, double k) {
                        const double s = c.l2 / c.largest_lipschitz();
                        return c.blocks() / s * std::pow(1 - s / c.blocks(), k) * c.suboptimality;
                      }));
  t.of = bounded_quantity::duality_gap;
  return t;
}

}  // namespace blockopt::bounds
