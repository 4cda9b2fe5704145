// SPDX-License-Identifier: MIT
// Part of blockopt: the researcher's loop over a block optimizer.
#pragma once

#include <algorithm>
#include <cmath>
#include <concepts>
#include <cstddef>
#include <cstdint>
#include <limits>
#include <string_view>
#include <utility>

#include <blockopt/backend/plain/plain_backend.hpp>
#include <blockopt/block/by_list.hpp>
#include <blockopt/memory/drop_state.hpp>
#include <blockopt/problem/problem.hpp>
#include <blockopt/run/block_optimizer.hpp>

namespace blockopt {

/// When to stop; the first that holds ends the run.
struct until {
  std::uint64_t steps = 10'000;  ///< updates
  double suboptimality = 0;      ///< (f - f*) / max(1, |f*|), for problems that know f*; 0: off
  double value = -std::numeric_limits<double>::infinity();  ///< f itself
  std::uint64_t check_every = 1;                            ///< updates between two looks at f
};

enum class stop_reason { steps, suboptimality, value, not_finite };

[[nodiscard]] constexpr std::string_view name_of(stop_reason reason) noexcept {
  switch (reason) {
    case stop_reason::steps:
      return "the budget of steps is spent";
    case stop_reason::suboptimality:
      return "the suboptimality is reached";
    case stop_reason::value:
      return "the value is reached";
    case stop_reason::not_finite:
      return "the objective is not finite";
  }
  return "";
}

/// What an observer sees: at the start (step 0, no block yet), and each time f is looked at.
struct minimize_record {
  std::uint64_t step = 0;
  std::uint64_t visit = 0;
  std::size_t block = 0;
  double value = 0;
};

/// A run that diverges is a result, not an exception. `rate` is the mean factor by which f - f* shrank per step (NaN
/// without f*).
struct minimize_result {
  stop_reason reason = stop_reason::steps;
  std::uint64_t steps = 0;
  double start_value = 0;
  double value = 0;
  double suboptimality = std::numeric_limits<double>::quiet_NaN();
  double rate = std::numeric_limits<double>::quiet_NaN();
};

/// Minimizes a problem from its present values, block by block: one visit of `options.switch_every` steps (1 when it is
/// 0) per block that the policy names, each parameter of the problem a block of its own.
///
///     bo::quadratic<double> problem{{.spectrum = bo::log_spaced(1e-2, 1.0, 100), .blocks = 10}};
///     auto result = bo::minimize(problem, bo::random_reshuffle{.seed = 1}, bo::sgd{.learning_rate = 1.0});
template <block_differentiable Problem, class Selection, update_rule Rule, class Memory = drop_state,
          class Backend = plain_backend,
          std::invocable<const minimize_record&> Observer = decltype([](const minimize_record&) {})>
minimize_result minimize(Problem& problem, Selection selection, Rule rule, until stop = {},
                         optimizer_options options = {}, Memory memory = {}, Backend backend = {},
                         Observer observe = {}) {
  if (options.switch_every == 0) options.switch_every = 1;
  block_optimizer optimizer{
      each_its_own_block(problem.parameters()), rule, std::move(selection), memory, backend, std::move(options)};
  minimize_result result;
  result.start_value = result.value = problem.value();
  observe(minimize_record{.value = result.value});

  const auto excess = [&](double value) {
    if constexpr (with_optimum<Problem>) return value - problem.optimum();
    else return std::numeric_limits<double>::quiet_NaN();
  };
  const auto relative = [&](double value) {
    if constexpr (with_optimum<Problem>)
      return excess(value) / std::max(1.0, std::fabs(static_cast<double>(problem.optimum())));
    else return std::numeric_limits<double>::quiet_NaN();
  };
  const auto should_stop = [&] {
    if (!std::isfinite(result.value)) result.reason = stop_reason::not_finite;
    else if (stop.suboptimality > 0 && relative(result.value) <= stop.suboptimality)
      result.reason = stop_reason::suboptimality;
    else if (result.value <= stop.value) result.reason = stop_reason::value;
    else return false;
    return true;
  };

  const std::uint64_t every = std::max<std::uint64_t>(stop.check_every, 1);
  bool stopped = should_stop();
  for (std::uint64_t calls = 0; !stopped && calls < stop.steps; ++calls) {
    const auto active = optimizer.active();
    minimize_record record{.visit = optimizer.visits() - 1, .block = active.index};
    problem.gradient(active);
    optimizer.step();
    result.steps = record.step = optimizer.steps();
    if ((calls + 1) % every == 0 || calls + 1 == stop.steps) {
      result.value = record.value = problem.value();
      observe(record);
      stopped = should_stop();
    }
  }
  result.suboptimality = relative(result.value);
  if (result.steps > 0) {
    result.rate = std::pow(excess(result.value) / excess(result.start_value), 1.0 / static_cast<double>(result.steps));
  }
  return result;
}

}  // namespace blockopt
