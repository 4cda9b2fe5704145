// SPDX-License-Identifier: MIT
// Part of blockopt: Schedule-Free AdamW.
#pragma once

#include <cmath>
#include <cstdint>

#include <blockopt/config.hpp>
#include <blockopt/update/detail/schedule_free.hpp>
#include <blockopt/update/math.hpp>
#include <blockopt/update/update_rule.hpp>

namespace blockopt {

/// As schedule_free_sgd, with the step g / (sqrt(v / bc2) + epsilon) + lambda y (Defazio et al., arXiv 2405.15682,
/// Algorithm 1). Numbers, defaults and option names of schedulefree.AdamWScheduleFree 1.4.1: the decay is taken at y, and
/// beta1 takes the place of a first moment, so there is none. Two slots: z - y and v.
struct schedule_free_adamw {
  double learning_rate = 2.5e-3;
  double beta1 = 0.9;
  double beta2 = 0.999;
  double epsilon = 1e-8;
  double weight_decay = 0;
  std::uint64_t warmup_steps = 0;
  double r = 0;
  double weight_lr_power = 2;

  template <class A>
  void archive(A& a) {
    a("learning_rate", learning_rate);
    a("beta1", beta1);
    a("beta2", beta2);
    a("epsilon", epsilon);
    a("weight_decay", weight_decay);
    a("warmup_steps", warmup_steps);
    a("r", r);
    a("weight_lr_power", weight_lr_power);
  }

  static constexpr auto slots =
      blockopt::slots(slot{"base_offset", slot_role::iterate}, slot{"second_moment", slot_role::second_moment});

  using running = detail::schedule_free_running;

  template <class S>
  struct constants {
    detail::schedule_free_constants<S> average;
    S beta2, one_minus_beta2, root_scale, epsilon, decay;
  };

  template <class S>
  [[nodiscard]] constants<S> at(step_count step, running& sums) const noexcept {
    const double bc2 = 1 - std::pow(beta2, static_cast<double>(step.value));
    return {detail::fold_schedule_free<S>(*this, beta1, step, sums),
            S(beta2),
            S(1 - beta2),
            S(1 / std::sqrt(bc2)),
            S(epsilon),
            S(weight_decay)};
  }

  template <class S, class V>
  BLOCKOPT_FN static void update(const constants<S>& c, V& y, const V& g, V& d, V& v) noexcept {
    v = flush<S>(V(c.beta2 * v + c.one_minus_beta2 * (g * g)));
    detail::schedule_free_step<S>(c.average, y, d, V(g / (sqrt(v) * c.root_scale + c.epsilon) + c.decay * y));
  }

  [[nodiscard]] auto at_leave() const noexcept {
    return detail::schedule_free_move<schedule_free_adamw>{.factor = 1 - 1 / beta1};
  }
  [[nodiscard]] auto at_enter() const noexcept {
    return detail::schedule_free_move<schedule_free_adamw>{.factor = 1 / beta1 - 1};
  }

  void check() const {
    detail::check_schedule_free("schedule_free_adamw", "beta1", beta1, *this);
    detail::check_range("schedule_free_adamw", "beta2", beta2, 0, 1);
    detail::check_non_negative("schedule_free_adamw", "epsilon", epsilon);
  }
};

}  // namespace blockopt
