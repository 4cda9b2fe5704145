// SPDX-License-Identifier: MIT
// Part of blockopt: stochastic gradient descent without state.
#pragma once

#include <blockopt/config.hpp>
#include <blockopt/update/check.hpp>
#include <blockopt/update/update_rule.hpp>
#include <blockopt/update/weight_decay.hpp>

namespace blockopt {

/// x <- x - rate (g + lambda x), or with decoupled decay x <- (1 - rate lambda) x - rate g.
/// No state: values and gradient are all the memory there is. Same numbers as torch.optim.SGD.
struct sgd {
  double learning_rate = 1e-2;
  double weight_decay = 0;
  decay_kind decay = decay_kind::coupled;

  template <class A>
  void archive(A& a) {
    a("learning_rate", learning_rate);
    a("weight_decay", weight_decay);
    a("decay", decay);
  }

  static constexpr auto slots = blockopt::slots();

  template <class S>
  struct constants {
    S rate, shrink, coupled;
  };

  template <class S>
  [[nodiscard]] constants<S> at(step_count) const noexcept {
    const bool outside = decay == decay_kind::decoupled;
    return {S(learning_rate), S(outside ? 1 - learning_rate * weight_decay : 1), S(outside ? 0 : weight_decay)};
  }

  template <class S, class V>
  BLOCKOPT_FN static void update(const constants<S>& c, V& x, const V& g) noexcept {
    x = c.shrink * x - c.rate * (g + c.coupled * x);
  }

  void check() const {
    detail::check_non_negative("sgd", "learning_rate", learning_rate);
    detail::check_non_negative("sgd", "weight_decay", weight_decay);
  }
};

}  // namespace blockopt
