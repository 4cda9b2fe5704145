// SPDX-License-Identifier: MIT
// Part of blockopt: bounds for orders that visit every block once in each cycle.
#pragma once

#include <algorithm>
#include <cmath>

#include <blockopt/theory/theorem.hpp>

/// Beck & Tetruashvili, SIAM J. Optim. 23(4), 2013, and what quadratics attain. Steps of 1/L_b.
///
/// Derivation of the first two: a cycle moves block b by its gradient at that time over L_b, gaining the sum of
/// ||g~_b||^2 / (2 L_b), where ||g_b - g~_b|| <= L ||what moved before b||. So ||g||^2 <= 2 (1 + N L^2/L_min^2) sum ||g~_b||^2,
/// and with C = 4 L_max (1 + N L^2/L_min^2) a cycle gains ||g||^2 / C. It uses no order: they hold for any permutation in
/// any cycle, a new one each time too.
namespace blockopt {

namespace detail {
/// Half of C.
[[nodiscard]] inline double cycle_constant(const problem_constants& c) {
  const double ratio = c.smoothness / c.least_lipschitz();
  return 2 * c.largest_lipschitz() * (1 + c.blocks() * ratio * ratio);
}
}  // namespace detail

namespace bounds {

[[nodiscard]] inline theorem cyclic() {
  return detail::in_cycles(detail::linear(
      "cyclic", "(1 - mu/(2 L_max (1 + N L^2/L_min^2)))^cycles", "Beck & Tetruashvili 2013, strongly convex",
      [](const problem_constants& c) { return 1 - c.mu / detail::cycle_constant(c); }));
}

/// R = radius of the level set; f_0 - f* <= L R^2/2 and L <= N L_max give the 8/N.
[[nodiscard]] inline theorem cyclic_convex() {
  return detail::in_cycles(
      detail::general("cyclic, convex", "4 L_max (1 + N L^2/L_min^2) R^2/(cycles + 8/N)",
                      "Beck & Tetruashvili 2013, convex", [](const problem_constants& c, double k) {
                        return 2 * detail::cycle_constant(c) * c.level_radius(0) / (k + 8 / c.blocks());
                      }));
}

/// Quadratics, ascending order: the energy norm of the Gauss-Seidel sweep, which some start attains in its first cycle.
[[nodiscard]] inline theorem cyclic_quadratic() {
  return detail::in_cycles(detail::linear("cyclic, quadratic", "(||E||_A^2)^cycles, E the error's matrix of a sweep",
                                          "Xu & Zikatanov, J. AMS 15(3), 2002",
                                          [](const problem_constants& c) { return c.sweep; }));
}

/// Two blocks, each minimized exactly, in turn. After a step one half of the gradient is zero, so each step but the first
/// gains ||g||^2 / (2 L_b): (1 - mu/L_2)^k (1 - mu/L_1)^(k-1), which implies the published form.
[[nodiscard]] inline theorem two_blocks() {
  theorem t = detail::in_cycles(
      detail::general("two blocks, exact", "(1 - mu/min(L_1, L_2))^(cycles-1)", "Beck & Tetruashvili 2013, section 5",
                      [](const problem_constants& c, double k) {
                        if (c.lipschitz.size() != 2) return problem_constants::unknown;
                        return c.suboptimality * std::pow(1 - c.mu / c.least_lipschitz(), std::max(0.0, k - 1));
                      }));
  t.factor = [](const problem_constants& c) {
    return c.lipschitz.size() == 2 ? 1 - c.mu / c.least_lipschitz() : problem_constants::unknown;
  };
  return t;
}

/// Quadratics in two blocks, each minimized exactly, in turn: the error of the second block is multiplied by C'C, C the
/// scaled coupling, so f - f* by c^4 at worst from the second cycle on, and in every cycle for the singular vector of c. With
/// A = [[1, B], [B', 1]] (2-cyclic) c = 1 - mu: the iterates contract by (1 - mu)^2, which is twice the log-rate of random
/// draws as mu -> 0.
[[nodiscard]] inline theorem two_cyclic() {
  theorem t = detail::in_cycles(detail::equality(
      detail::linear("2-cyclic", "(c^4)^cycles", "Gurbuzbalaban, Ozdaglar, Parrilo & Vanli, NeurIPS 2017; Young 1971",
                     [](const problem_constants& c) { return std::pow(c.coupling, 4); })));
  return t;
}

/// The same with relaxation w in (0, 2) (SOR): rho^2 of f - f*, where rho is the spectral radius of the sweep,
/// lambda of (lambda + w - 1)^2 = lambda w^2 c^2; w - 1 from the best w* = 2/(1 + sqrt(1 - c^2)) on, which is the square of
/// heavy ball's. Attained from the eigenvector of c.
[[nodiscard]] inline double relaxed_radius(double coupling, double w) {
  const double root = w * w * coupling * coupling - 4 * (w - 1);
  if (root <= 0) return w - 1;
  const double half = (w * coupling + std::sqrt(root)) / 2;
  return half * half;
}
[[nodiscard]] inline double best_relaxation(double coupling) { return 2 / (1 + std::sqrt(1 - coupling * coupling)); }
/// `relaxation` 0: the best.
[[nodiscard]] inline theorem over_relaxed(double relaxation = 0) {
  return detail::in_cycles(
      detail::equality(detail::linear("over-relaxed", "(rho^2)^cycles; w - 1 at w* = 2/(1 + sqrt(1 - c^2))",
                                      "Young 1971; Peng & Yin, ICML 2024", [relaxation](const problem_constants& c) {
                                        const double w = relaxation == 0 ? best_relaxation(c.coupling) : relaxation;
                                        return std::pow(relaxed_radius(c.coupling, w), 2);
                                      })));
}

}  // namespace bounds
}  // namespace blockopt
