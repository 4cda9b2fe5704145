// SPDX-License-Identifier: MIT
// Part of blockopt: Adam with coupled (L2) weight decay.
#pragma once

#include <blockopt/config.hpp>
#include <blockopt/update/detail/adam_step.hpp>
#include <blockopt/update/update_rule.hpp>

namespace blockopt {

/// Adam (Kingma & Ba, arXiv 1412.6980, Algorithm 1), with decay added to the gradient as torch.optim.Adam does.
/// Two slots: 8 bytes of state per float parameter.
struct adam {
  double learning_rate = 1e-3;
  double beta1 = 0.9;
  double beta2 = 0.999;
  double epsilon = 1e-8;
  double weight_decay = 0;
  adam_convention convention = adam_convention::pytorch;

  template <class A>
  void archive(A& a) {
    a("learning_rate", learning_rate);
    a("beta1", beta1);
    a("beta2", beta2);
    a("epsilon", epsilon);
    a("weight_decay", weight_decay);
    a("convention", convention);
  }

  static constexpr auto slots = blockopt::slots("first_moment", slot{"second_moment", slot_role::second_moment});
  [[nodiscard]] constexpr double slot_decay(std::size_t slot) const noexcept { return slot == 0 ? beta1 : beta2; }

  template <class S>
  using constants = detail::adam_constants<S>;

  template <class S>
  [[nodiscard]] constants<S> at(step_count step) const noexcept {
    return detail::fold_adam<S>(*this, 1, weight_decay, step);
  }

  template <class S, class V>
  BLOCKOPT_FN static void update(const detail::adam_constants<S>& c, V& x, const V& g, V& m, V& v) noexcept {
    V d = g;
    if (c.coupled != S(0)) d = g + c.coupled * x;
    detail::adam_step<false>(c, x, d, m, v);
  }

  void check() const { detail::check_adam("adam", *this); }
};

}  // namespace blockopt
