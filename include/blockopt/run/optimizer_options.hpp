// SPDX-License-Identifier: MIT
// Part of blockopt: the settings of a block optimizer, and what a step reports.
#pragma once

#include <cstdint>
#include <limits>
#include <string>

#include <blockopt/error.hpp>
#include <blockopt/memory/write_back.hpp>
#include <blockopt/update/schedule.hpp>

namespace blockopt {

/// What happens to a gradient with a NaN or an infinity.
///   unchecked  it is applied as it is (the default: no cost);
///   skip       the step changes no parameter and no state, and is counted;
///   throws     `step` or `consume` throws non_finite_gradient and has changed nothing.
/// The guarantee is that of one call: of gradients that are consumed one by one, each is applied or skipped by itself.
/// Checking costs one more read of the gradient.
enum class non_finite { unchecked, skip, throws };

/// Settings that last. Learning rate, schedule and visit length can be changed later, by the optimizer's members.
struct optimizer_options {
  std::uint64_t switch_every = 0;                              ///< steps per visit (K); 0: a visit never ends by itself
  double clip_norm = std::numeric_limits<double>::infinity();  ///< largest 2-norm of the whole active gradient
  double clip_value = std::numeric_limits<double>::infinity();  ///< largest magnitude of an element, after the norm
  std::uint64_t accumulate = 1;  ///< micro-batches per update: their mean gradient is applied
  non_finite non_finite_gradients = non_finite::unchecked;
  rounding write_back = rounding::nearest;  ///< of 16-bit values
  bool master = true;                       ///< keep a full-precision copy of 16-bit values, as long as state
  bool consume = false;                     ///< all gradients come by `consume`, so none is stored
  bool borrow_gradients = false;            ///< all gradients are handed to `step`, which owns none of them
  bool reduced_gradients = false;           ///< all gradients come by `add_gradient`, and are summed in the parameters'
                                            ///< gradient type, mostly 16 bits, rounded as values are
  std::uint64_t seed = 1;                   ///< of stochastic rounding, and of selection policies that bring none
  learning_rate_schedule schedule{};        ///< factor on the rules' learning rates; empty: 1

  void check() const {
    if (!(clip_norm > 0))
      raise<invalid_option>({"optimizer_options.clip_norm is ", clip_norm, "; it must be positive"});
    if (!(clip_value > 0))
      raise<invalid_option>({"optimizer_options.clip_value is ", clip_value, "; it must be positive"});
    if (write_back == rounding::compensated && master) {
      raise<invalid_option>(
          "optimizer_options.write_back is compensated: that takes the place of a master copy; set master to false");
    }
    if (accumulate == 0) raise<invalid_option>("optimizer_options.accumulate is 0; it must be at least 1");
    if (consume && accumulate > 1) {
      raise<invalid_option>(
          {"optimizer_options.consume applies each gradient at once; it cannot accumulate ", accumulate, " of them"});
    }
    if (consume && borrow_gradients) {
      raise<invalid_option>(
          "optimizer_options: give consume or borrow_gradients; gradients come one by one or all at once");
    }
    if (reduced_gradients && (consume || borrow_gradients)) {
      raise<invalid_option>({"optimizer_options: give reduced_gradients or ", consume ? "consume" : "borrow_gradients",
                             "; what is summed up is stored"});
    }
    if (consume && clip_norm < std::numeric_limits<double>::infinity()) {
      raise<invalid_option>(
          "optimizer_options.consume applies gradients before their common norm is known; drop clip_norm");
    }
  }
};

/// What a call of `step` did.
struct step_result {
  bool applied = false;  ///< parameters were updated; false while micro-batches accumulate and for a skipped step
  bool skipped = false;  ///< the gradient was not finite and the policy is `skip`
  bool visit_ended = false;
  bool deferred =
      false;  ///< on a device with `skip`: it is applied or skipped, and the host will know at the next step
  double gradient_norm = std::numeric_limits<double>::quiet_NaN();  ///< before clipping; NaN when nothing asked for it,
      ///< and on a device: see block_optimizer::gradient_norm
};

}  // namespace blockopt
