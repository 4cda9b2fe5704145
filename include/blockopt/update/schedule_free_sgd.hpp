// SPDX-License-Identifier: MIT
// Part of blockopt: Schedule-Free SGD.
#pragma once

#include <cstdint>

#include <blockopt/config.hpp>
#include <blockopt/update/detail/schedule_free.hpp>
#include <blockopt/update/update_rule.hpp>

namespace blockopt {

/// z <- z - rate (g + lambda y), x <- (1 - c) x + c z, gradients at y = (1 - beta) z + beta x (Defazio et al., arXiv
/// 2405.15682). Numbers, defaults and option names of schedulefree.SGDScheduleFree 1.4.1, whose `momentum` is beta.
///
/// The values are y while a block is active; when the visit ends, and by `evaluation_point()`, they become the average
/// x, which is what other blocks see, what is judged and saved. Averaging weights count the block's own steps. Without a
/// master copy, 16-bit values are rounded at each such move. One slot: z - y.
struct schedule_free_sgd {
  double learning_rate = 1.0;
  double beta = 0.9;
  double weight_decay = 0;
  std::uint64_t warmup_steps = 0;
  double r = 0;
  double weight_lr_power = 2;

  template <class A>
  void archive(A& a) {
    a("learning_rate", learning_rate);
    a("beta", beta);
    a("weight_decay", weight_decay);
    a("warmup_steps", warmup_steps);
    a("r", r);
    a("weight_lr_power", weight_lr_power);
  }

  static constexpr auto slots = blockopt::slots(slot{"base_offset", slot_role::iterate});

  using running = detail::schedule_free_running;

  template <class S>
  struct constants {
    detail::schedule_free_constants<S> average;
    S decay;
  };

  template <class S>
  [[nodiscard]] constants<S> at(step_count step, running& sums) const noexcept {
    return {detail::fold_schedule_free<S>(*this, beta, step, sums), S(weight_decay)};
  }

  template <class S, class V>
  BLOCKOPT_FN static void update(const constants<S>& c, V& y, const V& g, V& d) noexcept {
    detail::schedule_free_step<S>(c.average, y, d, V(g + c.decay * y));
  }

  [[nodiscard]] auto at_leave() const noexcept {
    return detail::schedule_free_move<schedule_free_sgd>{.factor = 1 - 1 / beta};
  }
  [[nodiscard]] auto at_enter() const noexcept {
    return detail::schedule_free_move<schedule_free_sgd>{.factor = 1 / beta - 1};
  }

  void check() const { detail::check_schedule_free("schedule_free_sgd", "beta", beta, *this); }
};

}  // namespace blockopt
