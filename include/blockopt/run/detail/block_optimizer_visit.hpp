// SPDX-License-Identifier: MIT
// Part of blockopt: the bodies of block_optimizer that allocate, enter and leave; included by its header.
#pragma once

#include <blockopt/run/block_optimizer.hpp>

// One spelling for the head of all definitions below.
#define BLOCKOPT_OPTIMIZER_TEMPLATE                                                                       \
  template <class Parameter, update_rule Rule, selection_policy Selection, class Memory, backend Backend> \
    requires memory_strategy<Memory, Backend>
#define BLOCKOPT_OPTIMIZER block_optimizer<Parameter, Rule, Selection, Memory, Backend>

namespace blockopt {

BLOCKOPT_OPTIMIZER_TEMPLATE
memory_plan BLOCKOPT_OPTIMIZER::allocated() const {
  if (!storage_) return {.values = layout_.values};
  memory_plan sum = storage_->allocated();
  sum.values = layout_.values;
  sum.gradients += layout_.always.bytes.gradients;
  sum.master += layout_.always.bytes.master;
  sum.state += always_.size() - layout_.always.bytes.gradients - layout_.always.bytes.master;
  sum.workspace = workspace_.size();
  return sum;
}

BLOCKOPT_OPTIMIZER_TEMPLATE
void BLOCKOPT_OPTIMIZER::allocate() {
  always_ = arena<Backend>(backend_, layout_.always.bytes.total());
  workspace_ = arena<Backend>(backend_, layout_.workspace);
  reserve_tables();
  storage_.emplace(memory_, backend_, layout_.bytes());  // last: what is thrown before leaves the optimizer as it was
}

/// Room for the largest block, so that no switch allocates; copies of vectors lose theirs.
BLOCKOPT_OPTIMIZER_TEMPLATE
void BLOCKOPT_OPTIMIZER::reserve_tables() {
  const std::size_t count = partition_.parameters().size();
  std::size_t most = 0;
  for (const block& b : partition_.blocks()) most = std::max(most, b.parameters.size());
  most += partition_.always_active().size();
  jobs_.reserve(most);
  pending_.reserve(most);
  consumed_.reserve(most);
  members_.reserve(most);
  gradients_.resize(count);
  active_.resize(count);
}

/// Points the tables of the visit at the block's memory and the always-active parameters' own.
BLOCKOPT_OPTIMIZER_TEMPLATE
void BLOCKOPT_OPTIMIZER::bind_jobs(const visit_memory& memory) {
  const block_bytes& own = layout_.always.bytes;
  const visit_memory always{always_.data(), always_.data() + own.gradients, always_.data() + own.gradients + own.master,
                            true};
  for (const job& j : jobs_) {
    gradients_[j.parameter] = {};
    active_[j.parameter] = 0;
  }
  jobs_.clear();
  members_.clear();
  std::size_t chunk = 0;
  const std::size_t own_jobs = layout_.blocks[block_].entries.size();
  const auto add = [&](const block_layout::entry& entry, const visit_memory& place) {
    const Parameter& p = partition_.parameters()[entry.parameter];
    const dimension_order order = natural_order(p.values);
    job j;
    j.values = p.values.data();
    j.values_order = element_order(p.values, order);
    if (!p.gradient.empty()) {
      j.gradient = p.gradient.data();
      j.gradient_order = element_order(p.gradient, order);
    }
    if (entry.master != block_layout::none) j.master = reinterpret_cast<compute*>(place.master + entry.master);
    for (std::size_t s = 0; s < slots; ++s)
      j.slots[s] = reinterpret_cast<compute*>(place.state + entry.state + s * entry.padded);
    j.size = p.values.size();
    j.first_chunk = chunk;
    j.rule = 2 * rules_.index_of(entry.parameter) + (jobs_.size() < own_jobs ? 0 : 1);
    j.parameter = entry.parameter;
    chunk += chunk_count(j.size);
    if (entry.gradient != block_layout::none) {
      j.owned_gradient = reinterpret_cast<compute*>(place.gradients + entry.gradient);
      if (p.gradient.empty() && !options_.borrow_gradients) {
        // the oracle sees the extents of the values, laid out in their natural order
        std::array<std::ptrdiff_t, max_rank> strides{};
        std::ptrdiff_t stride = 1;
        for (std::size_t k = p.values.rank(); k-- > 0;) {
          strides[order[k]] = stride;
          stride *= static_cast<std::ptrdiff_t>(p.values.extent(order[k]));
        }
        gradients_[j.parameter] = {j.owned_gradient, p.values.extents(),
                                   std::span<const std::ptrdiff_t>(strides.data(), p.values.rank())};
      }
    }
    active_[j.parameter] = 1;
    members_.push_back(j.parameter);
    jobs_.push_back(j);
  };
  for (const block_layout::entry& entry : layout_.blocks[block_].entries) add(entry, memory);
  for (const block_layout::entry& entry : layout_.always.entries) add(entry, always);
}

/// In a copy: points its tables at its own memory.
BLOCKOPT_OPTIMIZER_TEMPLATE
void BLOCKOPT_OPTIMIZER::rebind() {
  if (!copied_.value) return;
  if (storage_) reserve_tables();
  if (visits_ > 0) bind_jobs(storage_->locate(block_));
  copied_.value = false;
}

BLOCKOPT_OPTIMIZER_TEMPLATE
void BLOCKOPT_OPTIMIZER::enter() {
  rebind();
  training_point();
  if (entered_) return;
  if (!storage_) allocate();
  const std::size_t next = selection_.next(rng_, selection_statistics{partition_.blocks().size(), visits_, visits_of_});
  if (next >= partition_.blocks().size()) {
    raise<invalid_call>({"the selection policy named block ", next, " of a partition of ", partition_.blocks().size(),
                         " blocks, numbered from 0"});
  }
  block_ = next;
  const visit_memory memory = storage_->enter(block_);
  bind_jobs(memory);
  const std::span<const job> all = jobs_;
  const std::size_t own = layout_.blocks[block_].entries.size();
  if (!memory.resumed) {
    backend_.zero(memory.state, layout_.blocks[block_].bytes.state);
    backend_.load_master(all.first(own));
    steps_of_[block_] = 0;
    for (std::size_t r = block_; r < running_.size(); r += partition_.blocks().size() + 1) running_[r] = {};
  } else {
    move_values<false>(0, own);
  }
  if (visits_ == 0) {
    backend_.zero(always_.data(), always_.size());
    backend_.load_master(all.subspan(own));
  }
  entered_ = true;
  zero_gradients();
  consumed_.assign(jobs_.size(), 0);
  micro_batches_ = visit_calls_ = visit_updates_ = 0;
  squared_norms_ = 0;
  ++visits_;
  ++visits_of_[block_];
}

/// Moves the values of the jobs [first, last) between the point of training and that of evaluation.
BLOCKOPT_OPTIMIZER_TEMPLATE
template <bool Leaving>
void BLOCKOPT_OPTIMIZER::move_values([[maybe_unused]] std::size_t first, [[maybe_unused]] std::size_t last) {
  if constexpr (two_point_rule<Rule>) {
    const auto move_of = [](const Rule& rule) {
      if constexpr (Leaving) return rule.at_leave();
      else return rule.at_enter();
    };
    using move = decltype(move_of(rules_.front()));
    static_assert(elementwise_rule<move, compute>, "blockopt: at_leave and at_enter return element-wise rules");
    for (std::size_t j = first; j < last; ++j) {
      const job& known = jobs_[j];
      const move_job now{.values = known.values,
                         .values_order = known.values_order,
                         .gradient = known.values,  // any readable numbers: the rule ignores them
                         .gradient_order = known.values_order,
                         .master = known.master,
                         .slots = known.slots,
                         .size = known.size,
                         .parameter = known.parameter};
      const auto constants = move_of(rules_.of(known.parameter)).template at<compute>(step_count{});
      // one by one: the point is moved twice a visit, and the parameters of a block may have rules of their own
      backend_.template update<move>(std::span(&constants, 1), std::span<const move_job>(&now, 1),
                                     {.write_back = options_.write_back, .seed = ~options_.seed, .step = steps_});
    }
  }
}

/// Back from evaluation_point.
BLOCKOPT_OPTIMIZER_TEMPLATE
void BLOCKOPT_OPTIMIZER::training_point() {
  if (!shown_) return;
  shown_ = false;
  move_values<false>(entered_ ? 0 : layout_.blocks[block_].entries.size(), jobs_.size());
}

BLOCKOPT_OPTIMIZER_TEMPLATE
void BLOCKOPT_OPTIMIZER::evaluation_point() {
  if (shown_ || visits_ == 0) return;
  rebind();
  move_values<true>(entered_ ? 0 : layout_.blocks[block_].entries.size(), jobs_.size());
  shown_ = true;
}

BLOCKOPT_OPTIMIZER_TEMPLATE
void BLOCKOPT_OPTIMIZER::leave() {
  if (!entered_) return;
  rebind();
  training_point();
  move_values<true>(0, layout_.blocks[block_].entries.size());
  entered_ = false;
  storage_->leave(block_);
  if constexpr (requires { selection_.observe(block_, visit_feedback{}); }) {
    visit_feedback feedback{.steps = visit_updates_};
    if constexpr (wants_norm) {
      if (visit_updates_ > 0) feedback.mean_squared_gradient = squared_norms_ / static_cast<double>(visit_updates_);
    }
    selection_.observe(block_, feedback);
  }
}

}  // namespace blockopt

#undef BLOCKOPT_OPTIMIZER_TEMPLATE
#undef BLOCKOPT_OPTIMIZER
