// SPDX-License-Identifier: MIT
// Part of blockopt: looks at a run of block coordinate descent: records, clocks, reasons to stop.
#pragma once

#include <algorithm>
#include <chrono>
#include <cmath>
#include <cstddef>
#include <cstdint>
#include <limits>
#include <span>
#include <string_view>

#include <blockopt/run/descent.hpp>
#include <blockopt/run/rate_fit.hpp>
#include <blockopt/run/record_schedule.hpp>

namespace blockopt {

/// When a run ends; the first that holds. `tolerance` bounds (f - f*) / max(1, |f*|) where f* is known, else the relative
/// duality gap, gap / max(1, |f|), where there is one, else ||g|| / ||g_0||.
struct descent_stop {
  std::uint64_t updates = 1'000'000;
  double tolerance = 1e-8;       ///< 0: off
  std::uint64_t look_every = 0;  ///< updates between two looks at f beside those for records; 0: an epoch
  record_schedule records{};
};

enum class descent_status { converged, budget, diverged, stalled, interrupted };
enum class tolerance_measure { suboptimality, duality_gap, gradient_norm };

[[nodiscard]] constexpr std::string_view name_of(descent_status status) noexcept {
  constexpr std::string_view names[] = {"converged", "budget", "diverged", "stalled", "interrupted"};
  return names[static_cast<std::size_t>(status)];
}
[[nodiscard]] constexpr std::string_view name_of(tolerance_measure measure) noexcept {
  constexpr std::string_view names[] = {"(f - f*) / max(1, |f*|)", "gap / max(1, |f|)", "||g|| / ||g_0||"};
  return names[static_cast<std::size_t>(measure)];
}

/// One look at a run. NaN is what is not known.
struct descent_record {
  std::uint64_t k = 0;  ///< updates so far; 0 at the start
  double epoch = 0;     ///< coordinates so far / n
  descent_counts counts{};
  double seconds = 0;  ///< spent in steps and selection, not in looks
  double objective = 0;
  double suboptimality = std::numeric_limits<double>::quiet_NaN();
  double gradient_norm = std::numeric_limits<double>::quiet_NaN();  ///< of the subgradient of least norm
  double duality_gap = std::numeric_limits<double>::quiet_NaN();
  std::span<const std::size_t> blocks{};  ///< of the last visit; empty at the start
  std::size_t state_bytes = 0;
  bool scheduled = true;  ///< a record of the schedule, or the start or the end; else a look in between
};

/// What a run gave. A run that diverges is a result, not an exception.
struct descent_result {
  descent_status status = descent_status::budget;
  tolerance_measure measure = tolerance_measure::gradient_norm;
  double reached = std::numeric_limits<double>::quiet_NaN();  ///< the measure at the end
  double start_objective = 0, best_objective = std::numeric_limits<double>::infinity();
  fitted_rate rate{};
  std::uint64_t rises = 0;       ///< looks at which f was higher than at the look before
  std::uint64_t first_rise = 0;  ///< k of the first of them
  descent_record last{};         ///< without blocks
};

/// What goes on from look to look; an interrupted run needs it to go on.
struct descent_progress {
  double seconds = 0, start_objective = 0, start_gradient = 0, best = std::numeric_limits<double>::infinity(),
         before = std::numeric_limits<double>::infinity();
  std::uint64_t same = 0, rises = 0, first_rise = 0;
  bool started = false;
  rate_fit rate{};

  template <class A>
  void archive(A& a) {
    a("seconds", seconds);
    a("start objective", start_objective);
    a("start gradient", start_gradient);
    a("best", best);
    a("before", before);
    a("same", same);
    a("rises", rises);
    a("first rise", first_rise);
    a("started", started);
    a("rate", rate);
  }
};

/// Advances a run to its end. `run` has advance(count), synchronize(), counts(), last_chosen(), state_bytes(), and of the
/// problem: size(), epoch() (updates that make one), value(), suboptimality(), optimum(), gradient_norm(), duality_gap(), NaN
/// for what is not known; watched_descent is one. `observe(record)` is called at every look, also those between scheduled
/// records, and ends the run by returning false. Neither looks nor observers are timed.
template <class Run, class Observer>
descent_result watch(Run& run, const descent_stop& stop, descent_progress& progress, const Observer& observe) {
  using clock = std::chrono::steady_clock;
  constexpr std::uint64_t patience = 50;  // looks without any change of f, until a run counts as stalled
  descent_result result;
  const double optimum = run.optimum();

  const auto look = [&](bool whole) {
    run.synchronize();
    descent_record r{.counts = run.counts(), .seconds = progress.seconds, .objective = run.value()};
    r.k = r.counts.updates;
    r.epoch = static_cast<double>(r.counts.coordinates) / static_cast<double>(run.size());
    r.suboptimality = run.suboptimality();
    if (r.k > 0) r.blocks = run.last_chosen();
    r.state_bytes = run.state_bytes();
    const bool by_gap = std::isnan(r.suboptimality);
    if (whole || by_gap) r.duality_gap = run.duality_gap();
    if (whole || (by_gap && std::isnan(r.duality_gap))) r.gradient_norm = run.gradient_norm();
    return r;
  };
  const auto judge = [&](const descent_record& r) {
    if (!std::isnan(r.suboptimality)) {
      result.measure = tolerance_measure::suboptimality;
      result.reached = r.suboptimality / std::max(1.0, std::fabs(optimum));
    } else if (!std::isnan(r.duality_gap)) {
      result.measure = tolerance_measure::duality_gap;
      result.reached = r.duality_gap / std::max(1.0, std::fabs(r.objective));
    } else {
      result.measure = tolerance_measure::gradient_norm;
      result.reached = progress.start_gradient > 0 ? r.gradient_norm / progress.start_gradient : 0.0;
    }
    if (!std::isfinite(r.objective) ||
        r.objective - progress.start_objective > 1e8 * std::max(1.0, std::fabs(progress.start_objective))) {
      result.status = descent_status::diverged;
      return true;
    }
    if (stop.tolerance > 0 && result.reached <= stop.tolerance) {
      result.status = descent_status::converged;
      return true;
    }
    if (r.k >= stop.updates) {
      result.status = descent_status::budget;
      return true;
    }
    if (progress.same >= patience) {
      result.status = descent_status::stalled;
      return true;
    }
    return false;
  };

  const std::uint64_t every = stop.look_every > 0 ? stop.look_every : std::max<std::uint64_t>(run.epoch(), 1);
  descent_record r = look(true);
  bool ended = false;
  if (!progress.started) {
    progress.started = true;
    progress.start_objective = progress.best = progress.before = r.objective;
    progress.start_gradient = r.gradient_norm;
    progress.rate.add(0, r.suboptimality);
    ended = judge(r);
    if (!observe(r)) {
      result.status = descent_status::interrupted;
      ended = true;
    }
  } else {
    ended = judge(r);
  }
  while (!ended) {
    const std::uint64_t recorded = stop.records.after(r.k);
    const std::uint64_t next = std::min({recorded, r.k - r.k % every + every, stop.updates});
    const auto start = clock::now();
    run.advance(next - r.k);
    progress.seconds += std::chrono::duration<double>(clock::now() - start).count();
    const bool whole = next == recorded || next == stop.updates;
    r = look(whole);
    if (r.objective > progress.before + 1e-12 * std::fabs(progress.before)) {
      if (progress.rises++ == 0) progress.first_rise = r.k;
    }
    progress.same = r.objective == progress.before ? progress.same + 1 : 0;
    progress.before = r.objective;
    progress.best = std::min(progress.best, r.objective);
    if (whole) progress.rate.add(r.k, r.suboptimality, 1e-15 * std::max(1.0, std::fabs(optimum)));
    ended = judge(r);
    if (ended && !whole) r = look(true);
    r.scheduled = whole || ended;
    if (!observe(r) && !ended) {
      result.status = descent_status::interrupted;
      ended = true;
    }
  }
  result.start_objective = progress.start_objective;
  result.best_objective = progress.best;
  result.rate = progress.rate.fit();
  result.rises = progress.rises;
  result.first_rise = progress.first_rise;
  result.last = r;
  result.last.blocks = {};
  return result;
}

}  // namespace blockopt
