// SPDX-License-Identifier: MIT
// Part of blockopt: bounds for several blocks at once, and the steps that they need.
#pragma once

#include <algorithm>
#include <cmath>

#include <blockopt/theory/theorem.hpp>

/// tau of N blocks drawn uniformly without replacement, each stepping by 1/(beta L_b). Richtarik & Takac, Math. Program.
/// 156, 2016: E f(x + h_S) <= f + (tau/N) (<g, h> + beta/2 h'D h) (expected separable overapproximation), so the expected
/// gain is (tau/N) g'D^-1 g/(2 beta).
namespace blockopt::bounds {

/// beta of an f that is a sum of functions of omega blocks each.
[[nodiscard]] inline double eso_factor(double omega, double blocks, double together) {
  return 1 + (omega - 1) * (together - 1) / std::max(1.0, blocks - 1);
}
/// beta for a bound M on the Hessian with rho the largest eigenvalue of D^(-1/2) M D^(-1/2): never larger, because
/// E h_S'M h_S = (tau/N) ((1 - t) h'(block diagonal of M) h + t h'M h), t = (tau - 1)/(N - 1). Shotgun's threshold of about
/// N/rho blocks (Bradley et al., ICML 2011) is where beta would be 2.
[[nodiscard]] inline double eso_factor(const problem_constants& c, double together) {
  return eso_factor(c.scaled_norm, c.blocks(), together);
}

[[nodiscard]] inline theorem parallel(double together, double beta) {
  return detail::on_mean(detail::linear(
      "PCDM", "(1 - tau sigma_1/(beta N))^k", "Richtarik & Takac 2016",
      [together, beta](const problem_constants& c) { return 1 - together * c.sigma_1 / (beta * c.blocks()); }));
}

}  // namespace blockopt::bounds
