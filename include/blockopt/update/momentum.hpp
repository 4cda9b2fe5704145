// SPDX-License-Identifier: MIT
// Part of blockopt: stochastic gradient descent with heavy-ball or Nesterov momentum.
#pragma once

#include <blockopt/config.hpp>
#include <blockopt/update/check.hpp>
#include <blockopt/update/math.hpp>
#include <blockopt/update/update_rule.hpp>
#include <blockopt/update/weight_decay.hpp>

namespace blockopt {

/// u <- beta u + g;  x <- x - rate u, or with Nesterov's look-ahead x <- x - rate (g + beta u).
/// Same numbers as torch.optim.SGD(momentum=beta, dampening=0) (Sutskever et al., ICML 2013). One slot.
struct momentum {
  double learning_rate = 1e-2;
  double beta = 0.9;
  bool nesterov = false;
  double weight_decay = 0;
  decay_kind decay = decay_kind::coupled;

  template <class A>
  void archive(A& a) {
    a("learning_rate", learning_rate);
    a("beta", beta);
    a("nesterov", nesterov);
    a("weight_decay", weight_decay);
    a("decay", decay);
  }

  static constexpr auto slots = blockopt::slots("momentum");
  [[nodiscard]] constexpr double slot_decay(std::size_t) const noexcept { return beta; }

  template <class S>
  struct constants {
    S rate, beta, of_gradient, of_momentum, shrink, coupled;
  };

  template <class S>
  [[nodiscard]] constants<S> at(step_count) const noexcept {
    const bool outside = decay == decay_kind::decoupled;
    return {S(learning_rate),
            S(beta),
            S(nesterov ? 1 : 0),
            S(nesterov ? beta : 1),
            S(outside ? 1 - learning_rate * weight_decay : 1),
            S(outside ? 0 : weight_decay)};
  }

  template <class S, class V>
  BLOCKOPT_FN static void update(const constants<S>& c, V& x, const V& g, V& u) noexcept {
    const V d = g + c.coupled * x;
    u = flush<S>(V(c.beta * u + d));
    x = c.shrink * x - c.rate * (c.of_gradient * d + c.of_momentum * u);
  }

  void check() const {
    detail::check_non_negative("momentum", "learning_rate", learning_rate);
    detail::check_range("momentum", "beta", beta, 0, 1);
    detail::check_non_negative("momentum", "weight_decay", weight_decay);
  }
};

}  // namespace blockopt
