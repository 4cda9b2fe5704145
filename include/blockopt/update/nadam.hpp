// SPDX-License-Identifier: MIT
// Part of blockopt: Adam with Nesterov's momentum.
#pragma once

#include <cmath>

#include <blockopt/config.hpp>
#include <blockopt/update/detail/adam_step.hpp>
#include <blockopt/update/math.hpp>
#include <blockopt/update/update_rule.hpp>
#include <blockopt/update/weight_decay.hpp>

namespace blockopt {

/// x <- x - rate ((1 - mu_t) g / (1 - mu_1..mu_t) + mu_{t+1} m / (1 - mu_1..mu_{t+1})) / (sqrt(v / bc2) + epsilon), with
/// mu_t = beta1 (1 - 0.96^(t momentum_decay) / 2) and t the block's own step count (Dozat, ICLR 2016 workshop).
/// Numbers and defaults of torch.optim.NAdam; decoupled decay is its decoupled_weight_decay. Two slots.
struct nadam {
  double learning_rate = 2e-3;
  double beta1 = 0.9;
  double beta2 = 0.999;
  double epsilon = 1e-8;
  double weight_decay = 0;
  double momentum_decay = 4e-3;
  decay_kind decay = decay_kind::coupled;

  template <class A>
  void archive(A& a) {
    a("learning_rate", learning_rate);
    a("beta1", beta1);
    a("beta2", beta2);
    a("epsilon", epsilon);
    a("weight_decay", weight_decay);
    a("momentum_decay", momentum_decay);
    a("decay", decay);
  }

  static constexpr auto slots = blockopt::slots("first_moment", slot{"second_moment", slot_role::second_moment});
  [[nodiscard]] constexpr double slot_decay(std::size_t slot) const noexcept { return slot == 0 ? beta1 : beta2; }

  struct running {
    double momenta = 1;  ///< the product mu_1 .. mu_t
    template <class A>
    void archive(A& a) {
      a("momenta", momenta);
    }
  };

  template <class S>
  struct constants {
    S beta1, one_minus_beta1, beta2, one_minus_beta2, of_gradient, of_momentum, root_scale, epsilon, shrink, coupled;
  };

  template <class S>
  [[nodiscard]] constants<S> at(step_count step, running& r) const noexcept {
    const double t = static_cast<double>(step.value);
    const double mu = beta1 * (1 - 0.5 * std::pow(0.96, t * momentum_decay));
    const double next = beta1 * (1 - 0.5 * std::pow(0.96, (t + 1) * momentum_decay));
    const bool outside = decay == decay_kind::decoupled;
    r.momenta *= mu;
    return {S(beta1),
            S(1 - beta1),
            S(beta2),
            S(1 - beta2),
            S(learning_rate * (1 - mu) / (1 - r.momenta)),
            S(learning_rate * next / (1 - r.momenta * next)),
            S(1 / std::sqrt(1 - std::pow(beta2, t))),
            S(epsilon),
            S(outside ? 1 - learning_rate * weight_decay : 1),
            S(outside ? 0 : weight_decay)};
  }

  template <class S, class V>
  BLOCKOPT_FN static void update(const constants<S>& c, V& x, const V& g, V& m, V& v) noexcept {
    const V d = g + c.coupled * x;
    m = flush<S>(V(c.beta1 * m + c.one_minus_beta1 * d));
    v = flush<S>(V(c.beta2 * v + c.one_minus_beta2 * (d * d)));
    x = c.shrink * x - (c.of_gradient * d + c.of_momentum * m) / (sqrt(v) * c.root_scale + c.epsilon);
  }

  void check() const {
    detail::check_adam("nadam", *this);
    detail::check_non_negative("nadam", "momentum_decay", momentum_decay);
  }
};

}  // namespace blockopt
