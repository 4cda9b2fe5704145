// SPDX-License-Identifier: MIT
// Part of blockopt: numbers that carry their first and second derivatives.
#pragma once

#include <cmath>

namespace blockopt::detail {

/// v + a e1 + b e2 + ab e1 e2 with e1^2 = e2^2 = 0 (Fike & Alonso, AIAA 2011-886): a function of it has exact derivatives
/// along two directions, a and b, and the mixed second one, ab.
struct hyper_dual {
  double v = 0, a = 0, b = 0, ab = 0;

  constexpr hyper_dual() = default;
  constexpr hyper_dual(double value) : v(value) {}  // NOLINT: numbers are constants
  constexpr hyper_dual(double value, double first, double second, double mixed)
      : v(value), a(first), b(second), ab(mixed) {}

  constexpr hyper_dual& operator+=(const hyper_dual& y) { return *this = *this + y; }
  constexpr hyper_dual& operator-=(const hyper_dual& y) { return *this = *this - y; }
  constexpr hyper_dual& operator*=(const hyper_dual& y) { return *this = *this * y; }

  friend constexpr hyper_dual operator+(const hyper_dual& x, const hyper_dual& y) {
    return {x.v + y.v, x.a + y.a, x.b + y.b, x.ab + y.ab};
  }
  friend constexpr hyper_dual operator-(const hyper_dual& x, const hyper_dual& y) {
    return {x.v - y.v, x.a - y.a, x.b - y.b, x.ab - y.ab};
  }
  friend constexpr hyper_dual operator-(const hyper_dual& x) { return {-x.v, -x.a, -x.b, -x.ab}; }
  friend constexpr hyper_dual operator*(const hyper_dual& x, const hyper_dual& y) {
    return {x.v * y.v, x.v * y.a + x.a * y.v, x.v * y.b + x.b * y.v, x.v * y.ab + x.a * y.b + x.b * y.a + x.ab * y.v};
  }
  friend hyper_dual operator/(const hyper_dual& x, const hyper_dual& y) {
    const double r = 1 / y.v;
    return x * y.mapped(r, -r * r, 2 * r * r * r);
  }
  /// f(x), given f, f' and f'' at v.
  [[nodiscard]] constexpr hyper_dual mapped(double f, double f1, double f2) const {
    return {f, f1 * a, f1 * b, f1 * ab + f2 * a * b};
  }

  // Friends, found by their argument alone: beside them code of this namespace still finds functions of plain numbers.
  [[nodiscard]] friend hyper_dual exp(const hyper_dual& x) {
    const double e = std::exp(x.v);
    return x.mapped(e, e, e);
  }
  [[nodiscard]] friend hyper_dual sin(const hyper_dual& x) {
    const double s = std::sin(x.v);
    return x.mapped(s, std::cos(x.v), -s);
  }
  [[nodiscard]] friend hyper_dual cos(const hyper_dual& x) {
    const double c = std::cos(x.v);
    return x.mapped(c, -std::sin(x.v), -c);
  }
  [[nodiscard]] friend hyper_dual sqrt(const hyper_dual& x) {
    const double s = std::sqrt(x.v);
    return x.mapped(s, 0.5 / s, -0.25 / (s * x.v));
  }
  [[nodiscard]] friend hyper_dual log(const hyper_dual& x) {
    return x.mapped(std::log(x.v), 1 / x.v, -1 / (x.v * x.v));
  }
  [[nodiscard]] friend hyper_dual atan(const hyper_dual& x) {
    const double d = 1 / (1 + x.v * x.v);
    return x.mapped(std::atan(x.v), d, -2 * x.v * d * d);
  }
};

[[nodiscard]] constexpr double value_of(double x) { return x; }
[[nodiscard]] constexpr double value_of(const hyper_dual& x) { return x.v; }

}  // namespace blockopt::detail
