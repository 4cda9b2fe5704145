// SPDX-License-Identifier: MIT
// Part of blockopt: AdaGrad.
#pragma once

#include <blockopt/config.hpp>
#include <blockopt/update/check.hpp>
#include <blockopt/update/math.hpp>
#include <blockopt/update/update_rule.hpp>
#include <blockopt/update/weight_decay.hpp>

namespace blockopt {

/// s <- s + g^2;  x <- x - rate_t g / (sqrt(initial_sum + s) + epsilon),  rate_t = rate / (1 + (t - 1) rate_decay),
/// with t the block's own step count (Duchi, Hazan & Singer, JMLR 12, 2011, Figure 1, diagonal form). Numbers and
/// defaults of torch.optim.Adagrad, whose lr_decay and initial_accumulator_value are `rate_decay` and `initial_sum`; the
/// slot holds the sum without the initial one, so that it starts at zero as all slots do. One slot.
struct adagrad {
  double learning_rate = 1e-2;
  double rate_decay = 0;
  double initial_sum = 0;
  double epsilon = 1e-10;
  double weight_decay = 0;
  decay_kind decay = decay_kind::coupled;

  template <class A>
  void archive(A& a) {
    a("learning_rate", learning_rate);
    a("rate_decay", rate_decay);
    a("initial_sum", initial_sum);
    a("epsilon", epsilon);
    a("weight_decay", weight_decay);
    a("decay", decay);
  }

  static constexpr auto slots = blockopt::slots(slot{"sum_of_squares", slot_role::second_moment});
  [[nodiscard]] constexpr double slot_decay(std::size_t) const noexcept { return 1; }

  template <class S>
  struct constants {
    S rate, initial_sum, epsilon, shrink, coupled;
  };

  template <class S>
  [[nodiscard]] constants<S> at(step_count step) const noexcept {
    const double rate = learning_rate / (1 + (static_cast<double>(step.value) - 1) * rate_decay);
    const bool outside = decay == decay_kind::decoupled;
    return {S(rate), S(initial_sum), S(epsilon), S(outside ? 1 - rate * weight_decay : 1),
            S(outside ? 0 : weight_decay)};
  }

  template <class S, class V>
  BLOCKOPT_FN static void update(const constants<S>& c, V& x, const V& g, V& s) noexcept {
    const V d = g + c.coupled * x;
    s = flush<S>(V(s + d * d));  // it never decays, but the square of a small gradient is smaller still
    x = c.shrink * x - c.rate * d / (sqrt(V(s + c.initial_sum)) + c.epsilon);
  }

  void check() const {
    detail::check_non_negative("adagrad", "learning_rate", learning_rate);
    detail::check_non_negative("adagrad", "rate_decay", rate_decay);
    detail::check_non_negative("adagrad", "initial_sum", initial_sum);
    detail::check_non_negative("adagrad", "epsilon", epsilon);
    detail::check_non_negative("adagrad", "weight_decay", weight_decay);
  }
};

}  // namespace blockopt
