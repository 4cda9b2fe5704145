// SPDX-License-Identifier: MIT
// Part of blockopt: bounds for greedy selection.
#pragma once

#include <utility>

#include <blockopt/error.hpp>
#include <blockopt/theory/theorem.hpp>

/// Deterministic, in every step, for steps of 1/L_b or better ones. Nutini et al., ICML 2015, arXiv 1506.00552. The chosen
/// block gains ||g_b||^2 / (2 L_b), and in the norm that is dual to the one of the strong convexity ||g||^2 >= 2 mu (f - f*):
/// the largest |g_i| is the dual of the 1-norm, the largest |g_i|/sqrt(L_i) that of the sum of sqrt(L_i) |x_i|.
namespace blockopt::bounds {

[[nodiscard]] inline theorem greedy() {
  return detail::linear("Gauss-Southwell", "(1 - mu_1/L_max)^k; mu_1 >= mu/N", "Nutini et al. 2015",
                        [](const problem_constants& c) { return 1 - c.least_mu_1() / c.largest_lipschitz(); });
}

/// Blocks: the largest ||g_b||^2 / L_b is at least ||g||^2 / (sum of L_b), and at least the mean over the blocks.
[[nodiscard]] inline theorem greedy_lipschitz() {
  return detail::linear("Gauss-Southwell-Lipschitz", "(1 - mu_L)^k; mu_L >= mu/sum L_b, sigma_1/N",
                        "Nutini et al. 2015", [](const problem_constants& c) { return 1 - c.least_mu_l(); });
}

/// |g_i| >= (1 - e) ||g||_inf for the chosen i: the gain is smaller by (1 - e)^2.
[[nodiscard]] inline theorem approximate_greedy(double e) {
  return detail::linear("approximate Gauss-Southwell e=" + detail::joined({e}), "(1 - (1 - e)^2 mu_1/L_max)^k",
                        "Nutini et al. 2015, multiplicative errors", [e](const problem_constants& c) {
                          return 1 - (1 - e) * (1 - e) * c.least_mu_1() / c.largest_lipschitz();
                        });
}

/// argmax g_b'H_b^-1 g_b with steps of H_b^-1: no less than the mean over the blocks.
[[nodiscard]] inline theorem greedy_matrix() {
  return detail::linear("Gauss-Southwell-quadratic", "(1 - sigma_B/N)^k",
                        "Nutini, Laradji & Schmidt, JMLR 23(131), 2022; as the mean of uniform draws",
                        [](const problem_constants& c) { return 1 - c.sigma_blocks / c.blocks(); });
}

/// The coordinate whose prox step promises the largest decrease (GS-q), composite objectives. No less than the mean over
/// the coordinates, and for that: with d = sigma (x* - x) in the model, sum of (model decreases) >= sigma_1 (F - F*).
[[nodiscard]] inline theorem greedy_composite() {
  return detail::linear("Gauss-Southwell-q, composite", "(1 - sigma_1/N)^k", "Nutini et al. 2015 (there with mu/L)",
                        [](const problem_constants& c) { return 1 - c.sigma_1 / c.blocks(); });
}

}  // namespace blockopt::bounds
