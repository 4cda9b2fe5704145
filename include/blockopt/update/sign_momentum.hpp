// SPDX-License-Identifier: MIT
// Part of blockopt: sign descent with momentum (Signum).
#pragma once

#include <blockopt/config.hpp>
#include <blockopt/update/check.hpp>
#include <blockopt/update/math.hpp>
#include <blockopt/update/update_rule.hpp>

namespace blockopt {

/// m <- beta m + (1 - beta) g;  x <- x - rate (sign(m) + lambda x): the sign of the averaged gradient, not the average of
/// signs (Signum: Bernstein et al., arXiv 1802.04434, Algorithm 2; numbers of optax.signum). The sign of 0 is 0; with
/// beta = 0 it is sign-SGD. The decay is decoupled. One slot.
struct sign_momentum {
  double learning_rate = 1e-4;
  double beta = 0.9;
  double weight_decay = 0;

  template <class A>
  void archive(A& a) {
    a("learning_rate", learning_rate);
    a("beta", beta);
    a("weight_decay", weight_decay);
  }

  static constexpr auto slots = blockopt::slots("momentum");
  [[nodiscard]] constexpr double slot_decay(std::size_t) const noexcept { return beta; }

  template <class S>
  struct constants {
    S beta, one_minus_beta, rate, shrink;
  };

  template <class S>
  [[nodiscard]] constants<S> at(step_count) const noexcept {
    return {S(beta), S(1 - beta), S(learning_rate), S(1 - learning_rate * weight_decay)};
  }

  template <class S, class V>
  BLOCKOPT_FN static void update(const constants<S>& c, V& x, const V& g, V& m) noexcept {
    m = flush<S>(V(c.beta * m + c.one_minus_beta * g));
    x = c.shrink * x - c.rate * sign(m);
  }

  void check() const {
    detail::check_non_negative("sign_momentum", "learning_rate", learning_rate);
    detail::check_range("sign_momentum", "beta", beta, 0, 1);
    detail::check_non_negative("sign_momentum", "weight_decay", weight_decay);
  }
};

}  // namespace blockopt
