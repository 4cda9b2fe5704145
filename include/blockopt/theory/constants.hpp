// SPDX-License-Identifier: MIT
// Part of blockopt: the numbers of a problem that convergence theorems speak of.
#pragma once

#include <algorithm>
#include <cmath>
#include <cstddef>
#include <limits>
#include <vector>

namespace blockopt {

/// A smooth convex f, or the smooth part of f + psi, with a Hessian between H and M everywhere, in N blocks of coordinates,
/// and a starting point x0. NaN: not known. D is the diagonal matrix that has L_b at every coordinate of block b.
/// `constants_of` computes it.
struct problem_constants {
  static constexpr double unknown = std::numeric_limits<double>::quiet_NaN();

  std::size_t coordinates = 0;    ///< n
  std::vector<double> lipschitz;  ///< L_b, one for each block
  double smoothness = unknown;    ///< L, the largest eigenvalue of M
  double mu = unknown;            ///< the least eigenvalue of H: strong convexity in the 2-norm
  double mu_1 = unknown;          ///< in the 1-norm; for blocks of one coordinate
  double mu_l = unknown;          ///< in the norm sum of sqrt(L_i) |x_i|; for blocks of one coordinate
  double sigma_half = unknown;    ///< in (x'D^(1/2) x)^(1/2)
  double sigma_1 = unknown;       ///< in (x'D x)^(1/2), Nesterov's ||.||_1: the least eigenvalue of D^(-1/2) H D^(-1/2)
  double sigma_blocks = unknown;  ///< the same with the blocks M_bb on the diagonal in place of D
  double scaled_norm = unknown;   ///< rho, the largest eigenvalue of D^(-1/2) M D^(-1/2); between 1 and N
  double separability = unknown;  ///< omega: f is a sum of functions of so many blocks each
  double sweep =
      unknown;  ///< quadratics: the largest factor of f - f* in one sweep of steps of 1/L_b in ascending order
  double coupling = unknown;  ///< two blocks: c, the largest singular value of M_11^(-1/2) M_12 M_22^(-1/2)
  double l2 = unknown;        ///< what of mu comes from a term l2/2 ||x||^2
  bool composite = false;     ///< there is a psi, of which the constants say nothing

  double suboptimality = unknown;            ///< f(x0) - f*
  double squared_distance = unknown;         ///< ||x0 - x*||_2^2
  double scaled_squared_distance = unknown;  ///< (x0 - x*)'D (x0 - x*)

  [[nodiscard]] double blocks() const noexcept { return static_cast<double>(lipschitz.size()); }  ///< N
  [[nodiscard]] double largest_lipschitz() const { return *std::ranges::max_element(lipschitz); }
  [[nodiscard]] double least_lipschitz() const { return *std::ranges::min_element(lipschitz); }
  /// S_a, the sum of L_b^a.
  [[nodiscard]] double lipschitz_sum(double power = 1) const {
    double sum = 0;
    for (const double l : lipschitz) sum += std::pow(l, power);
    return sum;
  }
  [[nodiscard]] double mean_lipschitz() const { return lipschitz_sum() / blocks(); }

  /// sigma_p, strong convexity in (x'D^p x)^(1/2); for p other than 0, 1/2 and 1 a lower bound: from H >= sigma_q D^q and
  /// H >= sigma_r D^r follows H >= sigma_q^(1-t) sigma_r^t D^((1-t) q + t r), because the geometric mean of matrices is
  /// monotone; outside of [0, 1] from D^p <= D^q max L^(p-q).
  [[nodiscard]] double sigma(double p) const {
    if (p < 0) return mu * std::pow(least_lipschitz(), -p);
    if (p > 1) return sigma_1 * std::pow(largest_lipschitz(), 1 - p);
    if (p == 0) return mu;
    if (p == 1) return sigma_1;
    const bool upper = p > 0.5;
    const double t = upper ? 2 * p - 1 : 2 * p;
    return std::pow(upper ? sigma_half : mu, 1 - t) * std::pow(upper ? sigma_1 : sigma_half, t);
  }
  /// mu_1, or where it is not known mu / N, which it is never below (||x||_1^2 <= N ||x||_2^2; for blocks in the sum of their
  /// 2-norms).
  [[nodiscard]] double least_mu_1() const { return std::isnan(mu_1) ? mu / blocks() : mu_1; }
  /// mu_L, or where it is not known the larger of mu / sum of L_b and sigma_1 / N, which it is never below.
  [[nodiscard]] double least_mu_l() const {
    return std::isnan(mu_l) ? std::max(mu / lipschitz_sum(), sigma_1 / blocks()) : mu_l;
  }
  /// R_p^2, a bound on (x - x*)'D^p (x - x*) over all x with f(x) <= f(x0): 2 (f(x0) - f*) / sigma_p, which quadratics attain.
  [[nodiscard]] double level_radius(double p) const { return 2 * suboptimality / sigma(p); }
};

}  // namespace blockopt
