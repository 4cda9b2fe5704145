// SPDX-License-Identifier: MIT
// Part of blockopt: Nesterov's accelerated coordinate descent, without operations on whole vectors.
#pragma once

#include <cmath>
#include <cstddef>
#include <cstdint>
#include <span>
#include <vector>

#include <blockopt/error.hpp>
#include <blockopt/problem/block_lipschitz.hpp>
#include <blockopt/problem/coordinate_problem.hpp>
#include <blockopt/update/block/detail/image_pair.hpp>
#include <blockopt/update/block_update.hpp>

namespace blockopt {

/// ACDM, method (5.1) of Nesterov, SIAM J. Optim. 22(2), 2012. With n blocks, a_0 = 1/n, b_0 = 2, v_0 = x_0, at each step
///   gamma^2 - gamma/n = (1 - gamma sigma/n) a^2/b^2, alpha = (n - gamma sigma)/(gamma (n^2 - sigma)), beta = 1 - gamma sigma/n,
///   y = alpha v + (1 - alpha) x,   x+ = y - g_i(y)/L_i,   v+ = beta v + (1 - beta) y - gamma g_i(y)/L_i,
///   b+ = b/sqrt(beta), a+ = gamma b+.
/// For convex smooth f, uniform_random selection and f strongly convex with sigma in the norm ||x||_1^2 = sum of L_i x_i^2,
/// E f - f* <= sigma D / ((1 + q)^(k+1) - (1 - q)^(k+1))^2 <= (n / (k + 1))^2 D, q = sqrt(sigma)/(2 n),
/// D = 2 ||x_0 - x*||_1^2 + (f_0 - f*)/n^2 (Theorem 6). The objective does not fall at every step.
///
/// Instead of x, v and y it keeps u and w with v = u - r w, v - x = c w, where r and c are numbers (a change of variables
/// as in Lee & Sidford, FOCS 2013), and the images of u and w under the problem's linear_image: a step costs about twice
/// that of a gradient step, whatever n. c falls, by (1 - alpha) beta a step; where it is below 1e-4, u takes r w and w takes
/// c, O(n + m), so that no digits are lost: after 100, 10^4, 10^6, ... steps, or with sigma > 0 every 4 n / sqrt(sigma).
/// The problem's own point is that of the last `synchronize`.
struct accelerated_step {
  double sigma = 0;  ///< strong convexity in ||.||_1, in [0, 1]; 0 where it is not known

  /// Problems that it can step on.
  template <class P>
  static constexpr bool fits = linear_image<P> && !separable_composite<P> && !block_composite<P>;

  /// Raises invalid_option for a sigma out of range.
  template <coordinate_problem P, class Blocks>
  void start(const P& problem, const Blocks& blocks) {
    static_assert(linear_image<P>,
                  "blockopt: accelerated_step needs a problem that is a function of a linear image of x");
    static_assert(fits<P>, "blockopt: accelerated_step is for smooth objectives; with a psi use approx_step");
    if (!(sigma >= 0 && sigma <= 1))
      raise<invalid_option>({"accelerated_step: sigma = ", sigma, "; it must lie in [0, 1]"});
    points.start(problem);
    lipschitz_.resize(blocks.size());
    for (std::size_t b = 0; b < blocks.size(); ++b) lipschitz_[b] = blockopt::block_lipschitz(problem, blocks[b]);
    ratio = 1 / (2 * static_cast<double>(blocks.size()));
  }

  /// Raises invalid_option for a block that is not among those of start.
  template <linear_image P>
  block_step step(P& problem, std::span<const std::size_t> block, std::size_t b) {
    if (b >= lipschitz_.size())
      raise<invalid_option>("accelerated_step: the block is not one of the run's; it steps on one of those at a time");
    const auto n = static_cast<double>(lipschitz_.size());
    const double p = (1 - sigma * ratio * ratio) / n;
    const double gamma = 0.5 * (p + std::sqrt(p * p + 4 * ratio * ratio));
    const double alpha = n * n > sigma ? (n - gamma * sigma) / (gamma * (n * n - sigma)) : 0;
    const double beta = 1 - gamma * sigma / n;
    const double at = -(r + (1 - alpha) * c);  // y = u + at w
    block_step done{.squared_gradient = 0};
    gradient_.resize(block.size());
    for (std::size_t k = 0; k < block.size(); ++k) {
      gradient_[k] = points.derivative(problem, block[k], at);
      done.squared_gradient += gradient_[k] * gradient_[k];
      done.flops += static_cast<double>(problem.flops(block[k]));  // two images
    }
    r += (1 - beta) * (1 - alpha) * c;
    c *= beta * (1 - alpha);
    ratio = gamma;
    if (c < 1e-4) {
      points.fold(-r, c);
      done.flops += 1.5 * static_cast<double>(points.numbers());
      ++folds;
      r = 0;
      c = 1;
    }
    for (std::size_t k = 0; k < block.size(); ++k) {
      const double dx = -gradient_[k] / lipschitz_[b], dv = gamma * dx, dw = (dv - dx) / c;
      points.move(problem, block[k], dv + r * dw, dw);
    }
    return done;
  }

  template <linear_image P>
  void synchronize(P& problem) const {
    points.give(problem, -(r + c));
  }
  [[nodiscard]] std::size_t state_bytes() const noexcept {
    return (points.numbers() + lipschitz_.size()) * sizeof(double);
  }
  template <class A>
  void archive(A& a) {
    a.same("sigma", sigma);
    a("points", points);
    a("r", r);
    a("c", c);
    a("ratio", ratio);
    a("folds", folds);
  }

  // state, not settings
  detail::image_pair points{};
  double r = 0, c = 1, ratio = 0;  ///< ratio: a / b
  std::uint64_t folds = 0;         ///< operations on whole vectors so far
  std::vector<double> lipschitz_{}, gradient_{};
};

}  // namespace blockopt
