// SPDX-License-Identifier: MIT
// Part of blockopt: penalties and constraints on groups of coordinates.
#pragma once

#include <algorithm>
#include <cmath>
#include <cstddef>
#include <functional>
#include <limits>
#include <span>
#include <vector>

#include <blockopt/error.hpp>

namespace blockopt {

/// v becomes the nearest point of {x >= 0, sum of x = total}, total > 0: sort and cut (Held, Wolfe & Crowder, Math. Program. 6,
/// 1974). O(k log k). Where an element is not finite, none of v is a number afterwards.
inline void project_to_simplex(std::span<double> v, double total) {
  double largest = -std::numeric_limits<double>::infinity();
  bool finite = true;
  for (const double x : v) {
    finite = finite && std::isfinite(x);
    largest = std::max(largest, x);
  }
  if (!finite) {
    std::fill(v.begin(), v.end(), std::numeric_limits<double>::quiet_NaN());
    return;
  }
  for (double& x : v) x -= largest;  // the projection is the same, and large numbers do not swallow the total
  std::vector<double> sorted(v.begin(), v.end());
  std::sort(sorted.begin(), sorted.end(), std::greater<>());
  double sum = 0, cut = 0;
  for (std::size_t k = 0; k < sorted.size(); ++k) {
    sum += sorted[k];
    const double next = (sum - total) / static_cast<double>(k + 1);
    if (!(sorted[k] > next)) break;
    cut = next;
  }
  for (double& x : v) x = std::max(0.0, x - cut);
}

/// psi_g(x) = l1 sqrt(size of g) ||x_g||_2: the group lasso (Yuan & Lin, J. R. Stat. Soc. B 68, 2006). Every group penalty has
/// `psi(x)` and `prox(v, L)`, which replaces v by argmin_z psi(z) + L/2 ||z - v||^2, `least(x, g)`, which replaces g by the
/// element of least norm of g + d psi(x), and `start(x)`, a point of its domain.
struct group_norm {
  double l1 = 0;

  /// Raises invalid_option.
  void check() const {
    if (!(l1 >= 0 && std::isfinite(l1))) raise<invalid_option>({"group_norm: l1 = ", l1, "; it must not be negative"});
  }
  [[nodiscard]] double weight(std::size_t size) const noexcept { return l1 * std::sqrt(static_cast<double>(size)); }
  [[nodiscard]] static double norm(std::span<const double> x) noexcept {
    double largest = 0, sum = 0;
    for (const double v : x) {
      if (std::isnan(v)) return v;
      largest = std::max(largest, std::fabs(v));
    }
    if (!(largest > 0 && std::isfinite(largest))) return largest;
    for (const double v : x) sum += v / largest * (v / largest);
    return largest * std::sqrt(sum);
  }
  [[nodiscard]] double psi(std::span<const double> x) const noexcept { return weight(x.size()) * norm(x); }
  void prox(std::span<double> v, double l) const noexcept {
    const double length = norm(v), t = weight(v.size()) / l;
    const double scale = length <= t ? 0.0 : 1 - t / length;
    for (double& x : v) x *= scale;
  }
  void least(std::span<const double> x, std::span<double> g) const noexcept {
    const double length = norm(x), w = weight(x.size());
    if (!(length > 0)) return prox(g, 1);
    for (std::size_t k = 0; k < x.size(); ++k) g[k] += w * (x[k] / length);
  }
  static void start(std::span<double> x) noexcept { std::fill(x.begin(), x.end(), 0.0); }
};

/// x_g >= 0 with sum `total`: mixtures, duals of machines of many classes, transport.
struct simplex_constraint {
  double total = 1;

  /// Raises invalid_option.
  void check() const {
    if (!(total > 0 && std::isfinite(total)))
      raise<invalid_option>({"simplex_constraint: total = ", total, "; it must be positive"});
  }
  /// Points whose sum is off by no more than rounding are inside.
  [[nodiscard]] double psi(std::span<const double> x) const noexcept {
    double sum = 0;
    bool negative = false;
    for (const double v : x) {
      sum += v;
      negative = negative || v < 0;
    }
    const double slack = 1e-12 * total * static_cast<double>(x.size());
    return negative || !(std::fabs(sum - total) <= slack) ? std::numeric_limits<double>::infinity() : 0.0;
  }
  void prox(std::span<double> v, double) const { project_to_simplex(v, total); }
  /// -g projected to the directions that lead into the simplex, with the sign of g. Elements of x that are not above 0 may
  /// only grow.
  void least(std::span<const double> x, std::span<double> g) const {
    double sum = 0, count = 0;
    std::vector<double> bound;
    for (std::size_t k = 0; k < x.size(); ++k) {
      if (!std::isfinite(g[k])) return std::fill(g.begin(), g.end(), std::numeric_limits<double>::quiet_NaN());
      if (!(x[k] > 0)) {
        bound.push_back(g[k]);
        continue;
      }
      sum += g[k];
      ++count;
    }
    std::sort(bound.begin(), bound.end());
    for (const double b : bound) {
      if (count > 0 && !(b < sum / count)) break;
      sum += b;
      ++count;
    }
    for (std::size_t k = 0; k < x.size(); ++k) {
      g[k] -= sum / count;
      if (!(x[k] > 0)) g[k] = std::min(g[k], 0.0);
    }
  }
  /// What the linear model of f at x, of derivatives g, falls by within the simplex: f(x) - f* is not above the sum over
  /// groups where f is convex (Jaggi, ICML 2013).
  [[nodiscard]] double gap(std::span<const double> x, std::span<const double> g) const noexcept {
    double sum = 0, least = std::numeric_limits<double>::infinity();
    for (const double d : g) least = std::min(least, d);
    for (std::size_t k = 0; k < x.size(); ++k) sum += x[k] * (g[k] - least);
    return sum;
  }
  void start(std::span<double> x) const noexcept {
    std::fill(x.begin(), x.end(), total / static_cast<double>(x.size()));
  }
};

}  // namespace blockopt
