// SPDX-License-Identifier: MIT
// Part of blockopt: AMSGrad.
#pragma once

#include <cmath>

#include <blockopt/config.hpp>
#include <blockopt/update/detail/adam_step.hpp>
#include <blockopt/update/math.hpp>
#include <blockopt/update/update_rule.hpp>
#include <blockopt/update/weight_decay.hpp>

namespace blockopt {

/// Adam whose step is divided by the root of the largest second moment so far (Reddi, Kale & Kumar, ICLR 2018, Algorithm
/// 2, with bias correction): x <- x - rate (m / bc1) / (sqrt(max v / bc2) + epsilon). Numbers of
/// torch.optim.Adam(amsgrad=True), and with decoupled decay, before the step, of torch.optim.AdamW(amsgrad=True).
/// Three slots: 12 bytes of state per float parameter.
struct amsgrad {
  double learning_rate = 1e-3;
  double beta1 = 0.9;
  double beta2 = 0.999;
  double epsilon = 1e-8;
  double weight_decay = 0;
  decay_kind decay = decay_kind::coupled;

  template <class A>
  void archive(A& a) {
    a("learning_rate", learning_rate);
    a("beta1", beta1);
    a("beta2", beta2);
    a("epsilon", epsilon);
    a("weight_decay", weight_decay);
    a("decay", decay);
  }

  static constexpr auto slots = blockopt::slots("first_moment", slot{"second_moment", slot_role::second_moment},
                                                slot{"largest_second_moment", slot_role::second_moment});
  [[nodiscard]] constexpr double slot_decay(std::size_t slot) const noexcept {
    return slot == 0 ? beta1 : slot == 1 ? beta2 : 1;
  }

  template <class S>
  struct constants {
    S beta1, one_minus_beta1, beta2, one_minus_beta2, rate, root_scale, epsilon, shrink, coupled;
  };

  template <class S>
  [[nodiscard]] constants<S> at(step_count step) const noexcept {
    const double t = static_cast<double>(step.value);
    const bool outside = decay == decay_kind::decoupled;
    return {S(beta1),
            S(1 - beta1),
            S(beta2),
            S(1 - beta2),
            S(learning_rate / (1 - std::pow(beta1, t))),
            S(1 / std::sqrt(1 - std::pow(beta2, t))),
            S(epsilon),
            S(outside ? 1 - learning_rate * weight_decay : 1),
            S(outside ? 0 : weight_decay)};
  }

  template <class S, class V>
  BLOCKOPT_FN static void update(const constants<S>& c, V& x, const V& g, V& m, V& v, V& largest) noexcept {
    const V d = g + c.coupled * x;
    m = flush<S>(V(c.beta1 * m + c.one_minus_beta1 * d));
    v = flush<S>(V(c.beta2 * v + c.one_minus_beta2 * (d * d)));
    largest = max(largest, v);
    x = c.shrink * x - c.rate * m / (sqrt(largest) * c.root_scale + c.epsilon);
  }

  void check() const { detail::check_adam("amsgrad", *this); }
};

}  // namespace blockopt
