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
/// `psi(x)` and `prox(v, L)`, which replaces v by argmin_z psi(z) + L/2 ||z - v||^2, and `start(x)`, a point of its domain.
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
  void start(std::span<double> x) const noexcept {
    std::fill(x.begin(), x.end(), total / static_cast<double>(x.size()));
  }
};

}  // namespace blockopt
