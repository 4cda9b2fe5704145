// SPDX-License-Identifier: MIT
// Part of blockopt: RMSprop.
#pragma once

#include <blockopt/config.hpp>
#include <blockopt/update/check.hpp>
#include <blockopt/update/math.hpp>
#include <blockopt/update/update_rule.hpp>
#include <blockopt/update/weight_decay.hpp>

namespace blockopt {

/// v <- alpha v + (1 - alpha) g^2;  x <- x - rate g / (sqrt(v) + epsilon), without bias correction (Tieleman & Hinton,
/// COURSERA lecture 6.5, 2012). Numbers and defaults of torch.optim.RMSprop(centered=False, momentum=0): the two other
/// forms keep one more array each and would be rules of their own; with bias correction and momentum it is adam. One slot.
struct rmsprop {
  double learning_rate = 1e-2;
  double alpha = 0.99;
  double epsilon = 1e-8;
  double weight_decay = 0;
  decay_kind decay = decay_kind::coupled;

  template <class A>
  void archive(A& a) {
    a("learning_rate", learning_rate);
    a("alpha", alpha);
    a("epsilon", epsilon);
    a("weight_decay", weight_decay);
    a("decay", decay);
  }

  static constexpr auto slots = blockopt::slots(slot{"second_moment", slot_role::second_moment});
  [[nodiscard]] constexpr double slot_decay(std::size_t) const noexcept { return alpha; }

  template <class S>
  struct constants {
    S rate, alpha, one_minus_alpha, epsilon, shrink, coupled;
  };

  template <class S>
  [[nodiscard]] constants<S> at(step_count) const noexcept {
    const bool outside = decay == decay_kind::decoupled;
    return {S(learning_rate),
            S(alpha),
            S(1 - alpha),
            S(epsilon),
            S(outside ? 1 - learning_rate * weight_decay : 1),
            S(outside ? 0 : weight_decay)};
  }

  template <class S, class V>
  BLOCKOPT_FN static void update(const constants<S>& c, V& x, const V& g, V& v) noexcept {
    const V d = g + c.coupled * x;
    v = flush<S>(V(c.alpha * v + c.one_minus_alpha * (d * d)));
    x = c.shrink * x - c.rate * d / (sqrt(v) + c.epsilon);
  }

  void check() const {
    detail::check_non_negative("rmsprop", "learning_rate", learning_rate);
    detail::check_range("rmsprop", "alpha", alpha, 0, 1);
    detail::check_non_negative("rmsprop", "epsilon", epsilon);
    detail::check_non_negative("rmsprop", "weight_decay", weight_decay);
  }
};

}  // namespace blockopt
