// SPDX-License-Identifier: MIT
// Part of blockopt: the arithmetic that adam and adamw share, in the three published conventions.
#pragma once

#include <cmath>

#include <blockopt/config.hpp>
#include <blockopt/update/check.hpp>
#include <blockopt/update/math.hpp>
#include <blockopt/update/update_rule.hpp>

namespace blockopt {

/// Where implementations of Adam put epsilon and the decoupled decay: the numbers differ.
///
///   pytorch       rate (m / bc1) / (sqrt(v / bc2) + epsilon), decay before the step: Algorithm 1 of BAdam
///                 (arXiv 2404.02827), torch.optim.Adam and AdamW.
///   bitsandbytes  the same step, decay after it.
///   epsilon_hat   rate (sqrt(bc2) / bc1) m / (sqrt(v) + epsilon), decay after the step: the paper's "epsilon hat"
///                 (Kingma & Ba, section 2), GaLore, APOLLO, BAdam's BlockOptimizerRatio. At the first step with
///                 beta2 = 0.999 its epsilon weighs 31.6 times as much.
/// with bc1 = 1 - beta1^t, bc2 = 1 - beta2^t and t the block's own step count.
enum class adam_convention { pytorch, bitsandbytes, epsilon_hat };

namespace detail {

template <class S>
struct adam_constants {
  S beta1, one_minus_beta1, beta2, one_minus_beta2, rate, root_scale, epsilon, shrink_before, shrink_after, coupled;
};

/// `shrink` is the factor of a decoupled decay, `coupled` the lambda of a coupled one. A convention is a choice of
/// constants: the loop is the same for all, without a branch.
template <class S, class Rule>
adam_constants<S> fold_adam(const Rule& rule, double shrink, double coupled, step_count step) noexcept {
  const double t = static_cast<double>(step.value);
  const double bc1 = 1 - std::pow(rule.beta1, t);
  const double bc2 = 1 - std::pow(rule.beta2, t);
  const bool hat = rule.convention == adam_convention::epsilon_hat;
  const bool before = rule.convention == adam_convention::pytorch;
  return {S(rule.beta1),
          S(1 - rule.beta1),
          S(rule.beta2),
          S(1 - rule.beta2),
          S(hat ? rule.learning_rate * std::sqrt(bc2) / bc1 : rule.learning_rate / bc1),
          S(hat ? 1 : 1 / std::sqrt(bc2)),
          S(rule.epsilon),
          S(before ? shrink : 1),
          S(before ? 1 : shrink),
          S(coupled)};
}

/// Without `Decoupled` both shrinking factors are 1, and not applying them gives the same bits.
template <bool Decoupled, class S, class V>
BLOCKOPT_FN void adam_step(const adam_constants<S>& c, V& x, const V& g, V& m, V& v) noexcept {
  m = flush<S>(V(c.beta1 * m + c.one_minus_beta1 * g));
  v = flush<S>(V(c.beta2 * v + c.one_minus_beta2 * (g * g)));
  const V step = c.rate * m / (sqrt(v) * c.root_scale + c.epsilon);
  if constexpr (Decoupled) x = c.shrink_after * (c.shrink_before * x - step);
  else x = x - step;
}

template <class Rule>
void check_adam(const char* name, const Rule& rule) {
  check_non_negative(name, "learning_rate", rule.learning_rate);
  check_range(name, "beta1", rule.beta1, 0, 1);
  check_range(name, "beta2", rule.beta2, 0, 1);
  check_non_negative(name, "epsilon", rule.epsilon);
  check_non_negative(name, "weight_decay", rule.weight_decay);
}

}  // namespace detail
}  // namespace blockopt
