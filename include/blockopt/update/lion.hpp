// SPDX-License-Identifier: MIT
// Part of blockopt: Lion.
#pragma once

#include <blockopt/config.hpp>
#include <blockopt/update/check.hpp>
#include <blockopt/update/math.hpp>
#include <blockopt/update/update_rule.hpp>

namespace blockopt {

/// x <- x - rate (sign(beta1 m + (1 - beta1) g) + lambda x), then m <- beta2 m + (1 - beta2) g (Chen et al., arXiv
/// 2302.06675, Algorithm 2; numbers of optax.lion). The sign of 0 is 0. Each step moves an element by the rate, so the
/// rate should be 3 to 10 times smaller than AdamW's and the decay as much larger. One slot.
struct lion {
  double learning_rate = 1e-4;
  double beta1 = 0.9;
  double beta2 = 0.99;
  double weight_decay = 0;

  template <class A>
  void archive(A& a) {
    a("learning_rate", learning_rate);
    a("beta1", beta1);
    a("beta2", beta2);
    a("weight_decay", weight_decay);
  }

  static constexpr auto slots = blockopt::slots("momentum");
  [[nodiscard]] constexpr double slot_decay(std::size_t) const noexcept { return beta2; }

  template <class S>
  struct constants {
    S beta1, one_minus_beta1, beta2, one_minus_beta2, rate, shrink;
  };

  template <class S>
  [[nodiscard]] constants<S> at(step_count) const noexcept {
    return {S(beta1), S(1 - beta1), S(beta2), S(1 - beta2), S(learning_rate), S(1 - learning_rate * weight_decay)};
  }

  template <class S, class V>
  BLOCKOPT_FN static void update(const constants<S>& c, V& x, const V& g, V& m) noexcept {
    x = c.shrink * x - c.rate * sign(V(c.beta1 * m + c.one_minus_beta1 * g));
    m = flush<S>(V(c.beta2 * m + c.one_minus_beta2 * g));
  }

  void check() const {
    detail::check_non_negative("lion", "learning_rate", learning_rate);
    detail::check_range("lion", "beta1", beta1, 0, 1);
    detail::check_range("lion", "beta2", beta2, 0, 1);
    detail::check_non_negative("lion", "weight_decay", weight_decay);
  }
};

}  // namespace blockopt
