// SPDX-License-Identifier: MIT
// Part of blockopt: separable penalties and constraints of a linear model.
#pragma once

#include <algorithm>
#include <cmath>
#include <cstddef>
#include <limits>
#include <utility>

#include <blockopt/error.hpp>

namespace blockopt {

/// No penalty. Every penalty has a smooth part, l2/2 x^2 + linear x, whose derivative and curvature join those of the loss,
/// and says by `composite` whether there is more: then it has `prox`, `least` (the subgradient of least absolute value)
/// and `psi`. `conjugate(v)` is that of the whole penalty, infinite outside of its domain; `scale(v)` is the largest s <= 1
/// with s v in that domain. What is not a number stays so.
struct no_penalty {
  static constexpr bool composite = false;
  static constexpr double l2 = 0, linear = 0;
  [[nodiscard]] static double conjugate(double v) noexcept {
    return v == 0 ? 0.0 : std::numeric_limits<double>::infinity();
  }
  [[nodiscard]] static double scale(double) noexcept { return 1.0; }
};

/// l2/2 x^2.
struct ridge_penalty {
  static constexpr bool composite = false;
  static constexpr double linear = 0;
  double l2 = 0;
  [[nodiscard]] double conjugate(double v) const noexcept {
    return l2 > 0 ? v * v / (2 * l2) : no_penalty::conjugate(v);
  }
  [[nodiscard]] static double scale(double) noexcept { return 1.0; }
};

/// l1 |x| + l2/2 x^2: lasso and elastic net.
struct l1_penalty {
  static constexpr bool composite = true;
  static constexpr double linear = 0;
  double l1 = 0, l2 = 0;

  [[nodiscard]] double psi(double x) const noexcept { return l1 * std::fabs(x); }
  [[nodiscard]] double prox(double v, double l) const noexcept {
    const double t = l1 / l;
    return std::fabs(v) <= t ? 0.0 : v - std::copysign(t, v);
  }
  [[nodiscard]] double least(double x, double g) const noexcept {
    if (x > 0) return g + l1;
    if (x < 0) return g - l1;
    return std::fabs(g) <= l1 ? 0.0 : g - std::copysign(l1, g);
  }
  [[nodiscard]] double conjugate(double v) const noexcept {
    const double excess = std::max(0.0, std::fabs(v) - l1);
    return l2 > 0 ? excess * excess / (2 * l2) : no_penalty::conjugate(excess);
  }
  [[nodiscard]] double scale(double v) const noexcept {
    return l2 > 0 || std::fabs(v) <= l1 ? 1.0 : inside(l1 / std::fabs(v));
  }
  /// A scale that rounding does not carry out of the domain.
  [[nodiscard]] static double inside(double s) noexcept { return s * (1 - 0x1p-50); }
};

/// All of it: l1 |x| + l2/2 x^2 + linear x on lower <= x <= upper. Duals of support vector machines have linear = -1 and
/// lower = 0; nonnegative least squares has lower = 0. Use `checked` for values from outside.
struct box_penalty {
  static constexpr bool composite = true;
  double l1 = 0, l2 = 0, linear = 0;
  double lower = -std::numeric_limits<double>::infinity(), upper = std::numeric_limits<double>::infinity();

  /// Raises invalid_option for negative l1 or l2, what is not a number, and a box without 0 in it (runs start there).
  [[nodiscard]] box_penalty checked() const {
    if (!(l1 >= 0 && std::isfinite(l1))) raise<invalid_option>({"penalty: l1 = ", l1, "; it must not be negative"});
    if (!(l2 >= 0 && std::isfinite(l2))) raise<invalid_option>({"penalty: l2 = ", l2, "; it must not be negative"});
    if (!std::isfinite(linear)) raise<invalid_option>({"penalty: linear = ", linear});
    if (!(lower <= 0 && upper >= 0))
      raise<invalid_option>({"penalty: the box from ", lower, " to ", upper, " does not contain 0"});
    return *this;
  }

  [[nodiscard]] double psi(double x) const noexcept {
    return x >= lower && x <= upper ? l1 * std::fabs(x) : std::numeric_limits<double>::infinity();
  }
  [[nodiscard]] double prox(double v, double l) const noexcept {
    return std::clamp(l1_penalty{.l1 = l1}.prox(v, l), lower, upper);
  }
  [[nodiscard]] double least(double x, double g) const noexcept {
    const double s = l1_penalty{.l1 = l1}.least(x, g);
    if (x <= lower && s > 0) return 0;  // it would leave the box
    if (x >= upper && s < 0) return 0;
    return s;
  }
  /// x + d, and an end of the box where only rounding would carry x past it.
  [[nodiscard]] double moved(double x, double d) const noexcept {
    const double to = x + d, slack = 0x1p-50 * (std::fabs(x) + std::fabs(d));
    if (to > upper && to - upper <= slack) return upper;
    return to < lower && lower - to <= slack ? lower : to;
  }
  [[nodiscard]] double conjugate(double v) const noexcept {
    // sup of (v - linear) x - l1 |x| - l2/2 x^2: where the slope ends, or at an end of the box
    const double high = linear + l1, low = linear - l1, slope = v > high ? v - high : v < low ? v - low : v - v;
    if (l2 > 0) {
      const double x = std::clamp(slope / l2, lower, upper);
      return x == 0 ? 0.0 : x * (slope - 0.5 * l2 * x);
    }
    const double end = slope > 0 ? upper : lower;
    return slope == 0 || end == 0 ? 0.0 : slope * end;
  }
  [[nodiscard]] double scale(double v) const noexcept {
    if (l2 > 0) return 1.0;
    const double bound = v > 0 ? linear + l1 : l1 - linear;  // s v - linear <= l1, or -(s v - linear) <= l1
    const bool open = v > 0 ? std::isinf(upper) : std::isinf(lower);
    return !open || bound < 0 || std::fabs(v) <= bound ? 1.0 : l1_penalty::inside(bound / std::fabs(v));
  }
};

}  // namespace blockopt
