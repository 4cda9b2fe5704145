// SPDX-License-Identifier: MIT
// Part of blockopt: the bodies of block_optimizer that enter and leave; included by its header.
#pragma once

#include <blockopt/run/block_optimizer.hpp>
#include <blockopt/run/detail/optimizer_prologue.hpp>

namespace blockopt {

/// The blocks of the next visit. What the policy names wrongly is refused before anything changes but the policy.
BLOCKOPT_OPTIMIZER_TEMPLATE
void BLOCKOPT_OPTIMIZER::choose_blocks() {
  const std::size_t blocks = partition_.blocks().size();
  chosen_.clear();
  while (chosen_.size() < layout_.together) {
    const std::size_t next = selection_.next(rng_, selection_statistics{blocks, visits_, visits_of_, chosen_});
    if (next >= blocks) {
      raise<invalid_call>(
          {"the selection policy named block ", next, " of a partition of ", blocks, " blocks, numbered from 0"});
    }
    if (std::ranges::find(chosen_, next) != chosen_.end())
      raise<invalid_call>({"the selection policy named block ", next, " twice for one visit"});
    chosen_.push_back(next);
  }
  lanes_entered_ = 0;
  choice_stands_ = true;
}

BLOCKOPT_OPTIMIZER_TEMPLATE
void BLOCKOPT_OPTIMIZER::enter() {
  rebind();
  training_point();
  if (entered_) return;
  if (!storage_) named([&] { allocate(); });
  if (!choice_stands_) choose_blocks();  // else these could not be entered before
  while (lanes_entered_ < chosen_.size()) {
    const std::size_t lane = lanes_entered_;
    entries_[lane] = storage_->enter(chosen_[lane], lane);
    ++lanes_entered_;
  }
  visited_ = chosen_;
  bind_jobs();
  for (std::size_t lane = 0; lane < visited_.size(); ++lane) begin_visit(lane);
  if (visits_ == 0) {
    backend_.zero(always_.data(), always_.size());
    load_master(jobs_of(visited_.size()), nullptr, 0);  // zero already where it is what compensates
  }
  entered_ = true;
  zero_gradients();
  consumed_.assign(jobs_.size(), 0);
  micro_batches_ = visit_calls_ = visit_updates_ = 0;
  if constexpr (wants_norm) backend_.zero(norms().squares, layout_.together * sizeof(double));
  ++visits_;
  for (const std::size_t block : visited_) ++visits_of_[block];
  choice_stands_ = false;
  foresee();
}

/// Makes the state of a block that was just entered what its first step expects.
BLOCKOPT_OPTIMIZER_TEMPLATE
void BLOCKOPT_OPTIMIZER::begin_visit(std::size_t lane) {
  const std::size_t block = visited_[lane];
  const visit_memory& entry = entries_[lane];
  if (entry.resumed) {
    if (entry.decays) decay_state_of(lane);
    move_values<false>(lane_first_[lane], lane_first_[lane + 1]);
    return;
  }
  const visit_memory memory = memory_of(lane);
  const block_bytes& need = layout_.blocks[block].bytes;
  backend_.zero(memory.state, need.other_state());
  if (!entry.warm) {
    backend_.zero(memory.second_moments, need.second_moments);
    steps_of_[block] = 0;
  }
  load_master(jobs_of(lane), memory.master, need.master);
  for (std::size_t r = block; r < running_.size(); r += partition_.blocks().size() + 1) running_[r] = {};
}

/// For a strategy that decays: carries the state of a resumed block over the steps since it was left.
BLOCKOPT_OPTIMIZER_TEMPLATE
void BLOCKOPT_OPTIMIZER::decay_state_of([[maybe_unused]] std::size_t lane) {
  if constexpr (decays) {
    const std::size_t block = visited_[lane];
    const std::uint64_t elapsed = steps_ - left_at_[block];
    if (elapsed == 0) return;
    if constexpr (slots != 0) {
      for (std::size_t j = lane_first_[lane]; j < lane_first_[lane + 1]; ++j)
        apply_to_state<false>(jobs_[j], detail::slot_scaling<slots>::over(rules_.of(jobs_[j].parameter), elapsed), 0);
    }
    if constexpr (accumulating_rule<Rule>) {
      for (std::size_t i = 0; i < rules_.size() && running_.size() > running_of(i, block); ++i) {
        for (std::uint64_t k = 1; k <= elapsed; ++k)
          static_cast<void>(
              constants_at<compute>(rules_[i], step_count{steps_of_[block] + k}, running_[running_of(i, block)]));
      }
    }
    steps_of_[block] += elapsed;
  }
}

/// Tells a strategy that wants to know which blocks come next: what the policy would say now. A policy that learns may say
/// otherwise when it is asked.
BLOCKOPT_OPTIMIZER_TEMPLATE
void BLOCKOPT_OPTIMIZER::foresee() {
  if constexpr (expecting_storage<typename Memory::template storage<Backend>>) {
    foreseeing_ = selection_;
    random_stream rng = rng_;
    foreseen_.clear();
    while (foreseen_.size() < layout_.together) {
      const std::size_t next =
          foreseeing_.next(rng, selection_statistics{partition_.blocks().size(), visits_, visits_of_, foreseen_});
      if (next >= partition_.blocks().size() || std::ranges::find(foreseen_, next) != foreseen_.end()) return;
      foreseen_.push_back(next);
    }
    storage_->expect(foreseen_);
  }
}

/// One update by another rule with the same slots, without a gradient. Without `Moves` the rule leaves x alone, and the
/// values keep their bits, which master copies would round anew.
BLOCKOPT_OPTIMIZER_TEMPLATE
template <bool Moves, class Other>
void BLOCKOPT_OPTIMIZER::apply_to_state(const job& known, const Other& rule, std::uint64_t seed) {
  static_assert(elementwise_rule<Other, compute>, "blockopt: what moves values or state is an element-wise rule");
  const move_job now{.values = known.values,
                     .values_order = known.values_order,
                     .gradient = known.values,  // any readable numbers: the rule ignores them
                     .gradient_order = known.values_order,
                     .master = Moves ? known.master : nullptr,
                     .slots = known.slots,
                     .size = known.size,
                     .parameter = known.parameter,
                     .noise = known.noise};
  const auto constants = rule.template at<compute>(step_count{});
  const step_options<compute> options{.write_back = options_.write_back, .seed = seed, .step = steps_};
  on_backend(std::span<const move_job>(&now, 1), [&](auto jobs, auto... table) {
    update<Other>(std::span<const rule_constants<Other, compute>>(&constants, 1), jobs, options, table...);
  });
}

/// Fills the master copies of jobs that begin, or zeroes what compensates for rounding: the `bytes` at `memory`.
BLOCKOPT_OPTIMIZER_TEMPLATE
void BLOCKOPT_OPTIMIZER::load_master(std::span<const job> jobs, std::byte* memory, std::size_t bytes) {
  if constexpr (is_reduced_precision<value_type>) {
    if (options_.write_back == rounding::compensated) {
      backend_.zero(memory, bytes);
      return;
    }
    on_backend(jobs, [&](auto all, auto... table) {
      if constexpr (is_full_format<format>) backend_.load_master(all, table...);
      else backend_.template load_master<format>(all, table...);
    });
  }
}

/// Moves the values of the jobs [first, last) between the point of training and that of evaluation.
BLOCKOPT_OPTIMIZER_TEMPLATE
template <bool Leaving>
void BLOCKOPT_OPTIMIZER::move_values([[maybe_unused]] std::size_t first, [[maybe_unused]] std::size_t last) {
  if constexpr (two_point_rule<Rule>) {
    // one by one: the point is moved twice a visit, and the parameters of a block may have rules of their own
    for (std::size_t j = first; j < last; ++j) {
      const Rule& rule = rules_.of(jobs_[j].parameter);
      if constexpr (Leaving) apply_to_state<true>(jobs_[j], rule.at_leave(), ~options_.seed);
      else apply_to_state<true>(jobs_[j], rule.at_enter(), ~options_.seed + 1);
    }
  }
}

/// Back from evaluation_point.
BLOCKOPT_OPTIMIZER_TEMPLATE
void BLOCKOPT_OPTIMIZER::training_point() {
  if (!shown_) return;
  shown_ = false;
  move_values<false>(entered_ ? 0 : lane_first_[visited_.size()], jobs_.size());
}

BLOCKOPT_OPTIMIZER_TEMPLATE
void BLOCKOPT_OPTIMIZER::evaluation_point() {
  if (shown_ || visits_ == 0) return;
  settled();
  rebind();
  move_values<true>(entered_ ? 0 : lane_first_[visited_.size()], jobs_.size());
  shown_ = true;
}

BLOCKOPT_OPTIMIZER_TEMPLATE
void BLOCKOPT_OPTIMIZER::leave() {
  if (!entered_) return;
  settled();
  rebind();
  training_point();
  move_values<true>(0, lane_first_[visited_.size()]);
  if constexpr (wants_norm) fetch_feedback();
  entered_ = false;
  constants_ready_ = false;  // of a step that was begun by consume, say
  for (std::size_t lane = 0; lane < visited_.size(); ++lane) {
    const std::size_t block = visited_[lane];
    left_at_[block] = steps_;
    storage_->leave(block, lane);
    if constexpr (requires { selection_.observe(block, visit_feedback{}); }) {
      visit_feedback feedback{.steps = visit_updates_};
      if constexpr (wants_norm) {
        if (visit_updates_ > 0)
          feedback.mean_squared_gradient = squared_norms_[lane] / static_cast<double>(visit_updates_);
      }
      selection_.observe(block, feedback);
    }
  }
}

}  // namespace blockopt

#include <blockopt/run/detail/optimizer_epilogue.hpp>
