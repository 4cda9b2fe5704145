// SPDX-License-Identifier: MIT
// Part of blockopt: holds what was measured against theorems.

#include "check/run_pair.hpp"

namespace blockopt::program {

bound_check check_points(const theorem& t, const problem_constants& c, std::span<const measured_point> points,
                         double rounding, double scale) {
  const auto quantity = static_cast<std::size_t>(t.of);
  const std::uint64_t cycle = t.cycles ? c.lipschitz.size() : 1;
  bound_check worst{.outcome = verdict::no_theorem};
  const auto keep = [&](const bound_check& r) {
    if (worst.outcome == verdict::fail || r.outcome == verdict::no_theorem) return;
    const bool tighter = std::isnan(worst.tightness) || r.tightness < worst.tightness;
    if (r.outcome == verdict::fail || worst.outcome == verdict::no_theorem || tighter) worst = r;
  };
  double before = c.suboptimality;
  for (std::size_t p = 0; p < points.size(); ++p) {
    const measured_point& point = points[p];
    if (point.k % cycle != 0) continue;
    const double k = static_cast<double>(point.k / cycle), mean = point.mean[quantity];
    if (t.of == bounded_quantity::promise) {
      if (!std::isnan(mean)) keep(check_value(t.equality, 1, t.at(c, k), k, mean / scale, 0, 1e-6));
      continue;
    }
    keep(check_bound(t, c, k, mean, point.error[quantity], rounding));
    if (t.every_step && !t.on_mean) {
      keep(check_step(t, c, k, before, mean, rounding));
      before = mean;
    }
  }
  return worst;
}

std::vector<std::uint64_t> looks(std::uint64_t steps, bool draws, std::size_t cycle) {
  std::vector<std::uint64_t> at;
  if (!draws) {
    for (std::uint64_t k = 1; k <= steps; ++k) at.push_back(k);
    return at;
  }
  // Whole cycles. After fewer draws than blocks, means hang on a few rare ones, and standard errors say too little.
  const std::uint64_t cycles = steps / cycle, stride = std::max<std::uint64_t>(1, cycles / 36);
  for (std::uint64_t k = stride; k <= cycles; k += stride) at.push_back(k * cycle);
  return at;
}

pair_result unknown_result(const problem_constants& c, std::span<const measured_point> points) {
  pair_result r{.constants = constants_text(c)};
  if (!points.empty()) r.check = {.k = static_cast<double>(points.back().k), .measured = points.back().mean[0]};
  return r;
}

}  // namespace blockopt::program
