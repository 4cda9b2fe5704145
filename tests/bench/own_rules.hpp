// SPDX-License-Identifier: MIT
// Part of blockopt's tests: a header as a user gives it to the benchmarks by -DBLOCKOPT_BENCH_RULES.
#pragma once

#include <blockopt/config.hpp>
#include <blockopt/update/math.hpp>
#include <blockopt/update/update_rule.hpp>

struct half_step {
  double learning_rate = 0.5;
  static constexpr auto slots = blockopt::slots("last_gradient");
  template <class S>
  struct constants {
    S rate;
  };
  template <class S>
  [[nodiscard]] constants<S> at(blockopt::step_count) const noexcept {
    return {S(learning_rate)};
  }
  template <class S, class V>
  BLOCKOPT_FN static void update(const constants<S>& c, V& x, const V& g, V& last) noexcept {
    x = x - c.rate * g;
    last = g;
  }
};

namespace bench {
template <class F>
void for_each_own_rule(const F& f) {
  f("half_step", half_step{});
}
}  // namespace bench
