// SPDX-License-Identifier: MIT
// Part of blockopt: accelerated parallel proximal coordinate descent, without operations on whole vectors.
#pragma once

#include <cmath>
#include <cstddef>
#include <span>
#include <vector>

#include <blockopt/error.hpp>
#include <blockopt/problem/coordinate_problem.hpp>
#include <blockopt/update/block/detail/image_pair.hpp>
#include <blockopt/update/block_update.hpp>

namespace blockopt {

/// APPROX (Fercoq & Richtarik, SIAM J. Optim. 25(4), 2015, Algorithm 2). u_0 = 0, z_0 = x_0, theta_0 = tau/n; at each step
/// for the coordinates i of a random set S of tau, all derivatives at theta^2 u + z:
///   t_i = argmin g_i t + n theta beta L_i / (2 tau) t^2 + psi_i(z_i + t),
///   z_i += t_i,   u_i -= (1 - n theta / tau) / theta^2 t_i,   theta+ = (sqrt(theta^4 + 4 theta^2) - theta^2) / 2.
/// The point is theta^2 u + z, theta of the last step. For convex f, tau-nice sampling (uniform_subset of each_coordinate;
/// tau = 1: uniform_random) and beta = eso_beta, E F - F* <= 4 n^2 / ((k - 1) tau + 2 n)^2 C with
/// C = (1 - tau/n)(F_0 - F*) + beta/2 sum of L_i (x_0 - x*)_i^2 (Theorem 3). F does not fall at every step.
///
/// Keeps z and u with their images under the problem's linear_image: a step costs about twice that of tau gradient steps,
/// whatever n. The problem's own point is that of the last `synchronize`.
struct approx_step {
  std::size_t together = 1;  ///< tau, at least 1, at most n
  double beta = 1;           ///< positive; eso_beta for together > 1

  /// Problems that it can step on.
  template <class P>
  static constexpr bool fits = linear_image<P> && (separable_composite<P> || !block_composite<P>);

  /// Raises invalid_option for a setting out of range.
  template <coordinate_problem P, class Blocks>
  void start(const P& problem, const Blocks&) {
    static_assert(linear_image<P>, "blockopt: approx_step needs a problem that is a function of a linear image of x");
    static_assert(
        fits<P>,
        "blockopt: approx_step moves each coordinate by itself, and this problem has a part that is separable by "
        "blocks only");
    if (together == 0 || together > problem.size())
      raise<invalid_option>({"approx_step: together = ", together, "; there are ", problem.size(), " coordinates"});
    if (!(beta > 0 && std::isfinite(beta)))
      raise<invalid_option>({"approx_step: beta = ", beta, "; it must be positive and finite"});
    points.start(problem);
    theta = static_cast<double>(together) / static_cast<double>(problem.size());
    shown = 0;
  }

  /// Raises invalid_option for another number of coordinates than `together`.
  template <linear_image P>
  block_step step(P& problem, std::span<const std::size_t> block, std::size_t) {
    if (block.size() != together)
      raise<invalid_option>(
          {"approx_step: together = ", together, ", and the policy named ", block.size(), " coordinates"});
    const double share = static_cast<double>(problem.size()) / static_cast<double>(together) * theta;
    block_step done{.squared_gradient = 0};
    step_.resize(block.size());
    for (std::size_t k = 0; k < block.size(); ++k) {
      const std::size_t i = block[k];
      const double g = points.derivative(problem, i, theta * theta), l = share * beta * problem.lipschitz(i);
      done.squared_gradient += g * g;
      done.flops += static_cast<double>(problem.flops(i));  // two images
      if constexpr (separable_composite<P>) step_[k] = problem.prox(i, points.u[i] - g / l, l) - points.u[i];
      else step_[k] = -g / l;
    }
    for (std::size_t k = 0; k < block.size(); ++k) {
      if (step_[k] != 0) points.move(problem, block[k], step_[k], -(1 - share) / (theta * theta) * step_[k]);
    }
    shown = theta * theta;
    theta = 2 * theta / (std::sqrt(theta * theta + 4) + theta);  // the formula above, without its cancellation
    return done;
  }

  template <linear_image P>
  void synchronize(P& problem) const {
    points.give(problem, shown);
  }
  [[nodiscard]] std::size_t state_bytes() const noexcept { return points.numbers() * sizeof(double); }
  template <class A>
  void archive(A& a) {
    a.same("together", together);
    a.same("beta", beta);
    a("points", points);
    a("theta", theta);
    a("shown", shown);
  }

  // state, not settings
  detail::image_pair points{};  ///< z and u of above, in this order
  double theta = 1, shown = 0;  ///< shown: the square of the last step's theta
  std::vector<double> step_{};
};

}  // namespace blockopt
