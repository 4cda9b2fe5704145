// SPDX-License-Identifier: MIT
// Part of blockopt: Powell's function on which exact cyclic coordinate descent circles for ever.
#pragma once

#include <algorithm>
#include <array>
#include <cmath>
#include <cstddef>
#include <limits>
#include <span>
#include <vector>

#include <blockopt/error.hpp>

namespace blockopt {

/// f(x) = -x1 x2 - x2 x3 - x3 x1 + sum of max(|x_i| - 1, 0)^2: Powell, Math. Program. 4 (1973). From
/// (-1 - e, 1 + e/2, -1 - e/4) the k-th exact cyclic step ends at (-1)^(k+1) (1 + e / 2^(k+2)): f tends to 1 and the gradient
/// stays above 2, in double precision for some 42 steps, until rounding leaves the circle. f is unbounded below along
/// (t, t, t). L_i = 2.
class powell_cycle {
 public:
  /// Raises invalid_option for an epsilon that is negative or not finite.
  explicit powell_cycle(double epsilon = 0.1) {
    if (!(epsilon >= 0 && std::isfinite(epsilon)))
      raise<invalid_option>({"powell_cycle: epsilon = ", epsilon, "; it must not be negative"});
    point_ = {-1 - epsilon, 1 + epsilon / 2, -1 - epsilon / 4};
  }

  [[nodiscard]] std::size_t size() const noexcept { return 3; }
  [[nodiscard]] double at(std::size_t i) const noexcept { return point_[i]; }
  [[nodiscard]] std::span<const double> point() const noexcept { return point_; }
  [[nodiscard]] double derivative(std::size_t i) const noexcept {
    return std::copysign(2 * excess(point_[i]), point_[i]) - others(i);
  }
  void gradient(std::span<double> g) const noexcept {
    for (std::size_t i = 0; i < 3; ++i) g[i] = derivative(i);
  }
  /// By exact(i) it goes to the minimizer itself: x + d would lose the last bit and the circle five steps earlier.
  void move(std::size_t i, double d) noexcept {
    const double to = minimizer(i);
    point_[i] = d == to - point_[i] ? to : point_[i] + d;
  }
  /// Raises invalid_option for another size than 3.
  void set(std::span<const double> x) {
    if (x.size() != 3) raise<invalid_option>({"powell_cycle: a point of ", x.size(), " numbers; there are 3"});
    std::copy(x.begin(), x.end(), point_.begin());
  }
  [[nodiscard]] double value() const noexcept {
    double sum = -point_[0] * point_[1] - point_[1] * point_[2] - point_[2] * point_[0];
    for (const double x : point_) sum += excess(x) * excess(x);
    return sum;
  }

  [[nodiscard]] double lipschitz(std::size_t) const noexcept { return 2.0; }
  [[nodiscard]] double flops(std::size_t) const noexcept { return 6.0; }
  [[nodiscard]] double gradient_flops() const noexcept { return 18.0; }
  /// To sign(s)(1 + |s|/2), s the sum of the others. Where s = 0 all of [-1, 1] is minimal: the nearest of it.
  [[nodiscard]] double exact(std::size_t i) const noexcept { return minimizer(i) - point_[i]; }

  /// H_b with 2 on the diagonal and -1 elsewhere.
  void curvature(std::span<const std::size_t> block, std::span<double> h) const noexcept {
    const std::size_t k = block.size();
    for (std::size_t p = 0; p < k * k; ++p) h[p] = p % (k + 1) == 0 ? 2.0 : -1.0;
  }
  /// At |x_i| = 1, where the second derivative jumps, the one of inside.
  void hessian(std::span<const std::size_t> block, std::span<double> h) const noexcept {
    const std::size_t k = block.size();
    curvature(block, h);
    for (std::size_t p = 0; p < k; ++p) h[p * (k + 1)] = std::fabs(point_[block[p]]) > 1 ? 2.0 : 0.0;
  }
  [[nodiscard]] double block_lipschitz(std::span<const std::size_t> block) const noexcept {
    return block.size() == 1 ? 2.0 : 3.0;
  }

  template <class A>
  void archive(A& a) {
    for (std::size_t i = 0; i < 3; ++i) a(names[i], point_[i]);
  }

 protected:
  static constexpr std::array<const char*, 3> names{"x1", "x2", "x3"};

  [[nodiscard]] static double excess(double x) noexcept {
    const double over = std::fabs(x) - 1;
    return over < 0 ? 0.0 : over;
  }
  [[nodiscard]] double others(std::size_t i) const noexcept { return point_[(i + 1) % 3] + point_[(i + 2) % 3]; }
  [[nodiscard]] double minimizer(std::size_t i) const noexcept {
    const double s = others(i);
    return s == 0 ? std::clamp(point_[i], -1.0, 1.0) : std::copysign(1 + std::fabs(s) / 2, s);
  }

  std::array<double, 3> point_{};
};

/// The same on the box [-2, 2]^3, where f* = -9 at (2, 2, 2) and (-2, -2, -2). Exact cyclic steps circle all the same;
/// random orders, Gauss-Southwell and cyclic gradient steps reach an optimum within a few steps.
class boxed_powell_cycle : public powell_cycle {
 public:
  static constexpr double bound = 2;

  /// Raises invalid_option for an epsilon outside of [0, 1].
  explicit boxed_powell_cycle(double epsilon = 0.1) : powell_cycle(epsilon) {
    if (epsilon > 1) raise<invalid_option>({"boxed_powell_cycle: epsilon = ", epsilon, "; at most 1"});
  }

  [[nodiscard]] double optimum() const noexcept { return -9.0; }
  [[nodiscard]] double value() const noexcept {
    for (const double x : point_) {
      if (std::fabs(x) > bound) return std::numeric_limits<double>::infinity();
    }
    return powell_cycle::value();
  }
  [[nodiscard]] double exact(std::size_t i) const noexcept {
    return std::clamp(minimizer(i), -bound, bound) - point_[i];
  }
  /// Ends of the box are reached exactly, whatever d was rounded to.
  void move(std::size_t i, double d) noexcept {
    powell_cycle::move(i, d);
    const double x = std::fabs(point_[i]);
    if (x > bound && x <= bound + 1e-14) point_[i] = std::copysign(bound, point_[i]);
  }

  [[nodiscard]] double prox(std::size_t, double v, double) const noexcept { return std::clamp(v, -bound, bound); }
  [[nodiscard]] double subgradient(std::size_t i, double g) const noexcept {
    if ((point_[i] >= bound && g < 0) || (point_[i] <= -bound && g > 0)) return 0.0;
    return g;
  }
  [[nodiscard]] double psi_change(std::size_t i, double d) const noexcept {
    return std::fabs(point_[i] + d) <= bound + 1e-14 ? 0.0 : std::numeric_limits<double>::infinity();
  }
};

}  // namespace blockopt
