// SPDX-License-Identifier: MIT
// Part of blockopt: learning-rate schedules, as factors on the rule's own rate.
#pragma once

#include <algorithm>
#include <cmath>
#include <cstdint>
#include <functional>
#include <numbers>
#include <utility>


namespace blockopt {

/// Where the optimizer stands when it asks for a factor. All counts start at 0 and count updates that were applied.
struct schedule_point {
  std::uint64_t step = 0;        ///< of the whole run
  std::uint64_t visit = 0;       ///< number of the visit
  std::uint64_t visit_step = 0;  ///< within the visit
};

/// Any function from a point to a factor; the default is 1.
using learning_rate_schedule = std::function<double(const schedule_point&)>;

/// Rises linearly over the first `steps` steps of the run: (step + 1) / steps, then 1.
struct warmup {
  std::uint64_t steps = 0;
  double operator()(const schedule_point& p) const noexcept {
    return p.step >= steps ? 1.0 : static_cast<double>(p.step + 1) / static_cast<double>(steps);
  }
};

/// The same within each visit but the first `skip_visits`: softens the sign-like first steps after a switch (BREAD,
/// `lr_warmup_step_afterswitch`, skips none but the start of training: skip_visits = 1).
struct warmup_after_switch {
  std::uint64_t steps = 0;
  std::uint64_t skip_visits = 0;
  double operator()(const schedule_point& p) const noexcept {
    if (p.visit < skip_visits || p.visit_step >= steps) return 1.0;
    return static_cast<double>(p.visit_step + 1) / static_cast<double>(steps);
  }
};

/// Linear warm-up over `warmup` steps, then half a cosine from 1 to `floor` at step `steps`, then `floor`.
struct cosine {
  std::uint64_t steps = 1;
  std::uint64_t warmup = 0;
  double floor = 0;
  double operator()(const schedule_point& p) const noexcept {
    if (p.step < warmup) return static_cast<double>(p.step + 1) / static_cast<double>(warmup);
    if (p.step >= steps) return floor;
    const double done = static_cast<double>(p.step - warmup) / static_cast<double>(std::max<std::uint64_t>(steps - warmup, 1));
    return floor + (1 - floor) * 0.5 * (1 + std::cos(std::numbers::pi * done));
  }
};

/// The product of two schedules.
[[nodiscard]] inline learning_rate_schedule product(learning_rate_schedule a, learning_rate_schedule b) {
  return [a = std::move(a), b = std::move(b)](const schedule_point& p) { return a(p) * b(p); };
}

}  // namespace blockopt
