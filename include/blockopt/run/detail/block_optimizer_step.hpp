// SPDX-License-Identifier: MIT
// Part of blockopt: the bodies of block_optimizer that make a step; included by its header.
#pragma once

#include <blockopt/run/block_optimizer.hpp>
#include <blockopt/run/detail/optimizer_prologue.hpp>

namespace blockopt {

/// The constants of the present step, once per step: for each rule one for the step count of each block of the visit, and
/// one for that of the always-active parameters.
BLOCKOPT_OPTIMIZER_TEMPLATE
void BLOCKOPT_OPTIMIZER::prepare_constants() {
  if (constants_ready_) return;
  const double factor = rate_factor();
  constants_.resize(lanes() * rules_.size());
  if constexpr (accumulating_rule<Rule>) {
    next_running_.resize(constants_.size());
    running_.resize(rules_.size() * (partition_.blocks().size() + 1));
  }
  for (std::size_t i = 0; i < rules_.size(); ++i) {
    Rule rule = rules_[i];
    rule.learning_rate *= factor;
    const auto fold = [&](std::size_t lane, [[maybe_unused]] std::size_t block, std::uint64_t steps) {
      rule_running<Rule> sums{};
      if constexpr (accumulating_rule<Rule>) sums = running_[running_of(i, block)];
      constants_[i * lanes() + lane] = constants_at<compute>(rule, step_count{steps + 1}, sums);
      if constexpr (accumulating_rule<Rule>) next_running_[i * lanes() + lane] = sums;
    };
    for (std::size_t lane = 0; lane < visited_.size(); ++lane) fold(lane, visited_[lane], steps_of_[visited_[lane]]);
    if (!layout_.always.entries.empty()) fold(layout_.together, partition_.blocks().size(), always_steps_);
  }
  constants_ready_ = true;
}

/// The jobs that were not consumed in this step.
BLOCKOPT_OPTIMIZER_TEMPLATE
auto BLOCKOPT_OPTIMIZER::pending_jobs() -> std::span<const job> {
  if (std::ranges::find(consumed_, 1) == consumed_.end()) return jobs_;
  pending_.clear();
  std::size_t chunk = 0;
  for (std::size_t j = 0; j < jobs_.size(); ++j) {
    if (consumed_[j] != 0) continue;
    pending_.push_back(jobs_[j]);
    pending_.back().first_chunk = chunk;
    chunk += chunk_count(jobs_[j].size);
  }
  return pending_;
}

/// Counts a call that ended a step, and forgets its gradients and constants.
BLOCKOPT_OPTIMIZER_TEMPLATE
void BLOCKOPT_OPTIMIZER::count_call() {
  zero_gradients();
  std::ranges::fill(consumed_, static_cast<unsigned char>(0));
  micro_batches_ = 0;
  constants_ready_ = false;
  ++visit_calls_;
}

/// Counts an update, or a skipped one.
BLOCKOPT_OPTIMIZER_TEMPLATE
void BLOCKOPT_OPTIMIZER::count_result(bool applied) const {
  if (applied) {
    ++steps_;
    ++visit_updates_;
    for (const std::size_t block : visited_) ++steps_of_[block];
    ++always_steps_;
    if constexpr (accumulating_rule<Rule>) {
      for (std::size_t i = 0; i < rules_.size(); ++i) {
        for (std::size_t lane = 0; lane < visited_.size(); ++lane)
          running_[running_of(i, visited_[lane])] = next_running_[i * lanes() + lane];
        running_[running_of(i, partition_.blocks().size())] = next_running_[i * lanes() + layout_.together];
      }
    }
  } else {
    ++skipped_;
  }
}

/// This, when the last step has been counted.
BLOCKOPT_OPTIMIZER_TEMPLATE
auto BLOCKOPT_OPTIMIZER::settled() const -> const block_optimizer& {
  if constexpr (noticing_backend<Backend>) {
    if (deferred_) {
      const double chunk = named([&] { return notice_.read(); });  // that is not finite, or infinity
      deferred_ = false;
      count_result(std::isinf(chunk));
    }
  }
  return *this;
}

BLOCKOPT_OPTIMIZER_TEMPLATE
step_result BLOCKOPT_OPTIMIZER::step() {
  settled();
  enter();
  const std::span<const job> jobs = pending_jobs();
  step_result result;
  for (const job& j : jobs) {
    if (j.gradient == nullptr && (j.owned_gradient == nullptr || options_.borrow_gradients)) {
      raise<invalid_call>({"parameter '", name_of(j), "' of block '", block_name_of(j),
                           "' was not consumed in this step, and brings no gradient"});
    }
  }
  const bool checks = options_.non_finite_gradients != non_finite::unchecked;
  // With micro-batches, what was added to the sum must be known at once.
  const bool defers =
      noticing_backend<Backend> && options_.non_finite_gradients == non_finite::skip && options_.accumulate == 1;
  std::size_t culprit = checks && !defers ? find_not_finite(jobs, true) : jobs.size();
  if (culprit == jobs.size() && options_.accumulate > 1) {
    const bool last = micro_batches_ + 1 >= options_.accumulate;
    if (last) prepare_constants();  // what may throw comes before what changes
    on_backend(jobs, [&](auto all, auto... table) { backend_.add_gradient(all, table...); });
    if (!last) {
      ++micro_batches_;
      return result;
    }
    if (checks) culprit = find_not_finite(jobs, false);  // a sum of finite numbers may overflow
  }
  if (culprit != jobs.size()) {
    constants_ready_ = false;
    if (options_.non_finite_gradients == non_finite::throws) {
      raise<non_finite_gradient>({"the gradient of parameter '", name_of(jobs[culprit]), "' of block '",
                                  block_name_of(jobs[culprit]), "' is not finite"});
    }
    result.skipped = true;
    count_call();
    count_result(false);
  } else {
    prepare_constants();
    if constexpr (noticing_backend<Backend>) {
      if (defers) {
        on_backend(jobs, [&](auto all, auto... table) { backend_.check_finite(all, norms(), table...); });
        named([&] { notice_.post(backend_, norms().partial); });
      }
    }
    const double scale = 1.0 / static_cast<double>(options_.accumulate);
    const bool measures = detail::measures_norm(options_, wants_norm);
    if (measures) {
      measure(jobs, scale);
      if constexpr (!deferring_backend<Backend>) result.gradient_norm = norms().control->gradient_norm;
    }
    on_backend(jobs, [&](auto all, auto... table) {
      update<Rule>(std::span<const constants>(constants_), all, options_of_step(scale, measures || defers), table...);
    });
    count_call();
    if (defers) result.deferred = deferred_ = true;
    else count_result(result.applied = true);
  }
  if (options_.switch_every != 0 && visit_calls_ >= options_.switch_every) {
    leave();
    result.visit_ended = true;
  }
  return result;
}

}  // namespace blockopt

#include <blockopt/run/detail/optimizer_epilogue.hpp>
