// SPDX-License-Identifier: MIT
// Part of blockopt: every rule written down a second time, one element at a time, from the papers' formulas. Backends are
// held against it: bit by bit where compilers may not fuse, and by units in the last place where they may.
#pragma once

#include <array>
#include <cmath>
#include <cstddef>
#include <cstdint>
#include <limits>

#include <blockopt/update/adam.hpp>
#include <blockopt/update/adamw.hpp>
#include <blockopt/update/momentum.hpp>
#include <blockopt/update/sgd.hpp>

namespace blockopt_tests {

/// One element and its state.
template <class S>
struct element {
  S x = 0, m = 0, v = 0;
};

/// What decays is zero below 2^-120 in float and 2^-1000 in double.
template <class S>
S without_denormals(S s) {
  const S limit = sizeof(S) == 4 ? static_cast<S>(std::ldexp(1.0, -120)) : static_cast<S>(std::ldexp(1.0, -1000));
  return s < limit && s > -limit ? S(0) : s;
}

template <class S>
void oracle_step(const blockopt::sgd& r, std::uint64_t, element<S>& e, S g) {
  const S rate = static_cast<S>(r.learning_rate);
  if (r.decay == blockopt::decay_kind::decoupled) {
    e.x = static_cast<S>(1 - r.learning_rate * r.weight_decay) * e.x - rate * g;
  } else {
    e.x = e.x - rate * (g + static_cast<S>(r.weight_decay) * e.x);
  }
}

template <class S>
void oracle_step(const blockopt::momentum& r, std::uint64_t, element<S>& e, S g) {
  const S rate = static_cast<S>(r.learning_rate), beta = static_cast<S>(r.beta);
  const bool outside = r.decay == blockopt::decay_kind::decoupled;
  if (!outside) g = g + static_cast<S>(r.weight_decay) * e.x;
  e.m = without_denormals<S>(beta * e.m + g);
  const S direction = r.nesterov ? g + beta * e.m : e.m;
  const S start = outside ? static_cast<S>(1 - r.learning_rate * r.weight_decay) * e.x : e.x;
  e.x = start - rate * direction;
}

template <class S, class Rule>
void oracle_adam(const Rule& r, std::uint64_t t, element<S>& e, S g, double decay) {
  const double steps = static_cast<double>(t);
  const double correction1 = 1 - std::pow(r.beta1, steps), correction2 = 1 - std::pow(r.beta2, steps);
  e.m = without_denormals<S>(static_cast<S>(r.beta1) * e.m + static_cast<S>(1 - r.beta1) * g);
  e.v = without_denormals<S>(static_cast<S>(r.beta2) * e.v + static_cast<S>(1 - r.beta2) * (g * g));
  const S shrink = static_cast<S>(1 - r.learning_rate * decay), epsilon = static_cast<S>(r.epsilon);
  S x = e.x;
  if (r.convention == blockopt::adam_convention::pytorch) x = shrink * x;
  if (r.convention == blockopt::adam_convention::epsilon_hat) {
    x = x - static_cast<S>(r.learning_rate * std::sqrt(correction2) / correction1) * e.m / (std::sqrt(e.v) + epsilon);
  } else {
    const S root = std::sqrt(e.v) * static_cast<S>(1 / std::sqrt(correction2));
    x = x - static_cast<S>(r.learning_rate / correction1) * e.m / (root + epsilon);
  }
  if (r.convention != blockopt::adam_convention::pytorch) x = shrink * x;
  e.x = x;
}

template <class S>
void oracle_step(const blockopt::adam& r, std::uint64_t t, element<S>& e, S g) {
  oracle_adam(r, t, e, g + static_cast<S>(r.weight_decay) * e.x, 0.0);
}

template <class S>
void oracle_step(const blockopt::adamw& r, std::uint64_t t, element<S>& e, S g) {
  oracle_adam(r, t, e, g, r.weight_decay);
}

/// Every rule in each of its meanings.
inline constexpr std::array sgd_rules{
    blockopt::sgd{.learning_rate = 0.05},
    blockopt::sgd{.learning_rate = 0.05, .weight_decay = 0.3},
    blockopt::sgd{.learning_rate = 0.05, .weight_decay = 0.3, .decay = blockopt::decay_kind::decoupled},
};
inline constexpr std::array momentum_rules{
    blockopt::momentum{.learning_rate = 0.05},
    blockopt::momentum{.learning_rate = 0.05, .nesterov = true, .weight_decay = 0.3},
    blockopt::momentum{.learning_rate = 0.05, .weight_decay = 0.3, .decay = blockopt::decay_kind::decoupled},
};
inline constexpr std::array adam_rules{
    blockopt::adam{.learning_rate = 0.01},
    blockopt::adam{.weight_decay = 0.3, .convention = blockopt::adam_convention::bitsandbytes},
    blockopt::adam{.weight_decay = 0.3, .convention = blockopt::adam_convention::epsilon_hat},
};
inline constexpr std::array adamw_rules{
    blockopt::adamw{.learning_rate = 0.01, .weight_decay = 0.3},
    blockopt::adamw{.learning_rate = 0.01, .weight_decay = 0.3, .convention = blockopt::adam_convention::bitsandbytes},
    blockopt::adamw{.learning_rate = 0.01, .weight_decay = 0.3, .convention = blockopt::adam_convention::epsilon_hat},
};

/// The distance of two numbers in units in the last place of the larger of `a`, `b` and `scale`.
template <class S>
double ulps(S a, S b, S scale) {
  if (a == b || (a != a && b != b)) return 0;
  const double magnitude = std::fmax(std::fmax(std::fabs(static_cast<double>(a)), std::fabs(static_cast<double>(b))),
                                     std::fabs(static_cast<double>(scale)));
  const double unit = std::ldexp(1.0, std::ilogb(magnitude) - std::numeric_limits<S>::digits + 1);
  return std::fabs(static_cast<double>(a) - static_cast<double>(b)) / unit;
}

}  // namespace blockopt_tests
