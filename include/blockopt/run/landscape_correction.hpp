// SPDX-License-Identifier: MIT
// Part of blockopt: a step without state for parameters that are not active.
#pragma once

#include <algorithm>
#include <cstddef>
#include <cstdint>
#include <span>
#include <type_traits>
#include <utility>

#include <blockopt/backend/backend.hpp>
#include <blockopt/error.hpp>
#include <blockopt/memory/write_back.hpp>
#include <blockopt/update/sgd.hpp>
#include <blockopt/update/update_rule.hpp>
#include <blockopt/view/element_order.hpp>
#include <blockopt/view/tensor_view.hpp>

namespace blockopt {

/// What the correction steps along: the gradient, or its signs (0 for 0).
enum class correction_direction { gradient, sign };

/// Landscape correction (BREAD: "A Landscape-Corrected Block Coordinate Descent", NeurIPS 2025, its SGD form): the backward
/// pass of a block makes the gradients of the layers above on its way, block methods throw them away, and the frozen rest
/// bounds what a block can reach. Here each takes a step p <- p - rate g, or p - rate sign(g), as soon as its gradient is
/// complete: no state, no master copy, no gradient kept. 16-bit values are rounded as `write_back` says.
///
///     landscape_correction correction{sgd{.learning_rate = 1e-3}, eigen_backend{}};
///     model.gradient(wanted, batch, [&](std::size_t p, const auto& g) {
///       if (active.contains(p)) optimizer.consume(p, g);
///       else correction.apply(p, parameters[p].values, g);
///     });
///     correction.end_step();
///
/// Not for parameters whose full-precision copy a memory strategy keeps between visits: the next visit would start from
/// that copy, and the correction would be lost (see check).
template <update_rule Rule, backend Backend>
class landscape_correction {
  static_assert(slot_count<Rule> == 0, "blockopt: a landscape correction has no state; use a rule without slots");

 public:
  /// Raises invalid_option for a hyper-parameter out of range.
  landscape_correction(Rule rule, Backend backend, correction_direction direction = correction_direction::gradient,
                       rounding write_back = rounding::nearest, std::uint64_t seed = 0)
      : rule_(std::move(rule)),
        backend_(std::move(backend)),
        direction_(direction),
        write_back_(write_back),
        seed_(seed) {
    if constexpr (requires { rule_.check(); }) rule_.check();
  }

  /// Raises invalid_option where a strategy keeps a full-precision copy of 16-bit values between visits.
  template <scalar T>
  static void check(bool keeps_master) {
    if (keeps_master && is_reduced_precision<T>) {
      raise<invalid_option>(
          "landscape_correction: the memory strategy keeps full-precision copies of 16-bit values between visits, "
          "which "
          "would not know of the corrections; drop them (drop_state), or set optimizer_options.master = false");
    }
  }

  /// One step of a parameter that is not active; `parameter` is its number, for the random bits of stochastic rounding.
  /// `gradient` has the extents of the values; with signs it must lie in the host's memory, and becomes them. `factor`: on the
  /// learning rate. Raises invalid_view for other extents.
  template <scalar T, class Space = host_space>
  void apply(std::size_t parameter, const tensor_view<T, Space>& values,
             const tensor_view<compute_type_t<T>, Space>& gradient, double factor = 1) {
    using C = compute_type_t<T>;
    static_assert(std::is_same_v<Space, typename Backend::space>,
                  "blockopt: values and backend are in different memory");
    if (!std::ranges::equal(gradient.extents(), values.extents())) {
      raise<invalid_view>({"landscape_correction: the gradient of parameter number ", parameter, " has extents ",
                           gradient.describe_extents(), ", its values ", values.describe_extents()});
    }
    if (direction_ == correction_direction::sign) {
      if constexpr (std::is_same_v<Space, host_space>) {
        element_order(gradient, natural_order(gradient))
            .for_each_element(0, gradient.size(), [&](std::size_t, auto offset) {
              C& g = gradient.data()[offset];
              g = static_cast<C>((g > C(0)) - (g < C(0)));
            });
      } else {
        raise<invalid_call>("landscape_correction: signs are taken in the host's memory only");
      }
    }
    Rule rule = rule_;
    rule.learning_rate *= factor;
    rule_running<Rule> none{};
    const rule_constants<Rule, C> constants = constants_at<C>(rule, step_count{step_ + 1}, none);
    const parameter_job<T, C, 0> job{.values = values.data(),
                                     .values_order = element_order(values, natural_order(values)),
                                     .gradient = gradient.data(),
                                     .gradient_order = element_order(gradient, natural_order(values)),
                                     .size = values.size(),
                                     .parameter = parameter,
                                     .noise = parameter};
    step_options<C> options;
    options.write_back = write_back_;
    options.seed = seed_;
    options.step = step_;
    backend_.template update<Rule>(std::span(&constants, 1), std::span(&job, 1), options);
  }

  /// After all parameters of a step: the next one has other random bits.
  void end_step() noexcept { ++step_; }
  /// Goes on behind so many steps, in a run that goes on from a checkpoint.
  void skip(std::uint64_t steps) noexcept { step_ += steps; }

  [[nodiscard]] Rule& rule() noexcept { return rule_; }

 private:
  Rule rule_;
  Backend backend_;
  correction_direction direction_;
  rounding write_back_;
  std::uint64_t seed_;
  std::uint64_t step_ = 0;
};

}  // namespace blockopt
