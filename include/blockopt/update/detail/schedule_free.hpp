// SPDX-License-Identifier: MIT
// Part of blockopt: the averaging that the Schedule-Free rules share.
#pragma once

#include <cmath>

#include <blockopt/config.hpp>
#include <blockopt/error.hpp>
#include <blockopt/update/check.hpp>
#include <blockopt/update/math.hpp>
#include <blockopt/update/update_rule.hpp>

namespace blockopt::detail {

// Schedule-Free (Defazio et al., arXiv 2405.15682) has a base iterate z, its average x, and gradients
// taken at y = (1 - beta) z + beta x. The values hold y while a block is active. Of the two others only d = z - y is
// kept, which starts at zero as slots do: x = y + (1 - 1/beta) d. A step z <- z - rate s, x <- (1 - c) x + c z becomes
//   y <- y + c d + rate (beta (1 - c) - 1) s,   d <- (1 - c) (d - rate beta s),   c = w_t / (w_1 + .. + w_t).

/// What a block sums up over its own steps.
struct schedule_free_running {
  double weight_sum = 0;
  double largest_rate = 0;
  template <class A>
  void archive(A& a) {
    a("weight_sum", weight_sum);
    a("largest_rate", largest_rate);
  }
};

template <class S>
struct schedule_free_constants {
  S to_base, of_step, keep, pull;
};

/// Weights w_t = t^r largest_rate^weight_lr_power and the linear warm-up are those of the package schedulefree 1.4.1.
template <class S, class Rule>
schedule_free_constants<S> fold_schedule_free(const Rule& rule, double beta, step_count step,
                                              schedule_free_running& sums) noexcept {
  const double t = static_cast<double>(step.value), warmup = static_cast<double>(rule.warmup_steps);
  const double rate = t < warmup ? rule.learning_rate * (t / warmup) : rule.learning_rate;
  sums.largest_rate = std::fmax(sums.largest_rate, rate);
  const double weight = std::pow(t, rule.r) * std::pow(sums.largest_rate, rule.weight_lr_power);
  sums.weight_sum += weight;
  const double c = sums.weight_sum > 0 ? weight / sums.weight_sum : 0;
  return {S(c), S(rate * (beta * (1 - c) - 1)), S(1 - c), S(rate * beta * (1 - c))};
}

template <class S, class V>
BLOCKOPT_FN void schedule_free_step(const schedule_free_constants<S>& c, V& y, V& d, const V& step) noexcept {
  y = y + (c.to_base * d + c.of_step * step);
  d = flush<S>(V(c.keep * d - c.pull * step));
}

/// Moves values along the first slot: from y to x, or back.
template <class Rule>
struct schedule_free_move {
  double learning_rate = 1;  ///< every rule has one; no meaning here
  double factor = 0;

  static constexpr auto slots = Rule::slots;

  template <class S>
  [[nodiscard]] S at(step_count) const noexcept {
    return S(factor);
  }

  template <class S, class V, class... Others>
  BLOCKOPT_FN static void update(const S& factor, V& x, const V&, const V& d, const Others&...) noexcept {
    x = x + factor * d;
  }
};

template <class Rule>
void check_schedule_free(const char* name, const char* beta_name, double beta, const Rule& rule) {
  if (!(beta > 0 && beta < 1)) {
    raise<invalid_option>(
        {name, ".", beta_name, " is ", beta,
         "; it must be below 1, and above 0 because the average is found as y + (1 - 1/beta) (z - y)"});
  }
  check_non_negative(name, "learning_rate", rule.learning_rate);
  check_non_negative(name, "weight_decay", rule.weight_decay);
  check_non_negative(name, "r", rule.r);
  check_non_negative(name, "weight_lr_power", rule.weight_lr_power);
}

}  // namespace blockopt::detail
