// SPDX-License-Identifier: MIT
// Part of blockopt: Adam with decoupled weight decay.
#pragma once

#include <blockopt/config.hpp>
#include <blockopt/update/detail/adam_step.hpp>
#include <blockopt/update/update_rule.hpp>

namespace blockopt {

/// AdamW (Loshchilov & Hutter, arXiv 1711.05101, Algorithm 2), in any of the three conventions; defaults and numbers
/// of torch.optim.AdamW. Two slots: 8 bytes of state per float parameter.
struct adamw {
  double learning_rate = 1e-3;
  double beta1 = 0.9;
  double beta2 = 0.999;
  double epsilon = 1e-8;
  double weight_decay = 1e-2;
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
    return detail::fold_adam<S>(*this, 1 - learning_rate * weight_decay, 0, step);
  }

  template <class S, class V>
  BLOCKOPT_FN static void update(const detail::adam_constants<S>& c, V& x, const V& g, V& m, V& v) noexcept {
    detail::adam_step<true>(c, x, g, m, v);
  }

  void check() const { detail::check_adam("adamw", *this); }
};

}  // namespace blockopt
