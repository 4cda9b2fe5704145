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
  if (!storage_) return {.values = layout_.values, .elements = layout_.elements};
  memory_plan sum = storage_->allocated();
  sum.values = layout_.values;
  sum.elements = layout_.elements;
  sum.gradients += layout_.always.bytes.gradients;
  sum.master += layout_.always.bytes.master;
  sum.state += always_.size() - layout_.always.bytes.gradients - layout_.always.bytes.master;
  sum.workspace = norms_.size() + table_.size();
  return sum;
}

BLOCKOPT_OPTIMIZER_TEMPLATE
void BLOCKOPT_OPTIMIZER::allocate() {
  always_ = arena<Backend>(backend_, layout_.always.bytes.total());
  allocate_tables();
  storage_.emplace(memory_, backend_, layout_.bytes(),
                   layout_.together);  // last: what is thrown before leaves the optimizer as it was
}

/// All that has no state but that of the last step's norms.
BLOCKOPT_OPTIMIZER_TEMPLATE
void BLOCKOPT_OPTIMIZER::allocate_tables() {
  norms_ = arena<Backend>(backend_, layout_.norms);
  table_ = arena<Backend>(backend_, layout_.table);
  if (norms_.size() != 0) {
    const step_control start{.scale = 1.0 / static_cast<double>(options_.accumulate)};
    backend_.zero(norms_.data(), norms_.size());
    backend_.copy(norms_.data(), &start, sizeof start);
    backend_.wait();
  }
  if constexpr (noticing_backend<Backend>) notice_.prepare();
  reserve_tables();
}

/// Room for the largest block, so that no switch allocates; copies of vectors lose theirs.
BLOCKOPT_OPTIMIZER_TEMPLATE
void BLOCKOPT_OPTIMIZER::reserve_tables() {
  const std::size_t count = partition_.parameters().size();
  const std::size_t most = layout_.largest.jobs;
  if (layout_.table != 0) bound_.reserve(most);
  jobs_.reserve(most);
  pending_.reserve(most);
  consumed_.reserve(most);
  parts_.reserve(most);
  members_.reserve(most);
  visited_.reserve(layout_.together);
  chosen_.reserve(layout_.together);
  lane_first_.reserve(layout_.together + 2);
  squared_norms_.resize(layout_.together);
  entries_.resize(layout_.together);
  foreseen_.reserve(layout_.together);
  gradients_.resize(count);
  if (options_.reduced_gradients) sums_.resize(count);
  active_.resize(count);
}

/// The memory of a block of the visit, with the place of second moments filled in.
BLOCKOPT_OPTIMIZER_TEMPLATE
auto BLOCKOPT_OPTIMIZER::memory_of(std::size_t lane) const -> visit_memory {
  visit_memory memory = storage_->locate(visited_[lane], lane);
  const block_bytes& need = layout_.blocks[visited_[lane]].bytes;
  if (memory.second_moments == nullptr) memory.second_moments = memory.state + (need.state - need.second_moments);
  return memory;
}

/// Cuts a slice out of an array that `order` walks. Dense arrays stay dense where the slice is adjacent.
BLOCKOPT_OPTIMIZER_TEMPLATE
template <class E>
void BLOCKOPT_OPTIMIZER::take_part(E*& data, element_order& order, const slice* part) noexcept {
  if (part == nullptr) return;
  if (part->scattered()) order.indices = part->indices.data();
  else if (order.flat()) data += part->first;
  else order.start = part->first;
}

/// Points the tables of the visit at the memory of its blocks and at the always-active parameters' own.
BLOCKOPT_OPTIMIZER_TEMPLATE
void BLOCKOPT_OPTIMIZER::bind_jobs() {
  const block_bytes& own = layout_.always.bytes;
  visit_memory always{always_.data(), always_.data() + own.gradients, always_.data() + own.gradients + own.master,
                      true};
  always.second_moments = always.state + (own.state - own.second_moments);
  for (const job& j : jobs_) {
    gradients_[j.parameter] = {};
    active_[j.parameter] = 0;
  }
  jobs_.clear();
  parts_.clear();
  members_.clear();
  lane_first_.clear();
  for (std::size_t lane = 0; lane < visited_.size(); ++lane) {
    const visit_memory memory = memory_of(lane);
    lane_first_.push_back(jobs_.size());
    const std::vector<slice>& slices = partition_.blocks()[visited_[lane]].slices;
    for (const block_layout::entry& e : layout_.blocks[visited_[lane]].entries)
      bind_job(e, memory, e.part == block_layout::none ? nullptr : &slices[e.part], lane);
  }
  lane_first_.push_back(jobs_.size());
  for (const block_layout::entry& e : layout_.always.entries) bind_job(e, always, nullptr, layout_.together);
  lane_first_.push_back(jobs_.size());
}

BLOCKOPT_OPTIMIZER_TEMPLATE
void BLOCKOPT_OPTIMIZER::bind_job(const block_layout::entry& entry, const visit_memory& place, const slice* part,
                                  std::size_t lane) {
  const Parameter& p = partition_.parameters()[entry.parameter];
  const dimension_order order = natural_order(p.values);
  job j;
  j.values = p.values.data();
  j.values_order = element_order(p.values, order);
  take_part(j.values, j.values_order, part);
  if (!p.gradient.empty()) {
    j.gradient = p.gradient.data();
    j.gradient_order = element_order(p.gradient, order);
    take_part(j.gradient, j.gradient_order, part);
  }
  if (entry.master != block_layout::none) j.master = reinterpret_cast<compute*>(place.master + entry.master);
  for (std::size_t s = 0; s < slots; ++s) {
    std::byte* const rows = Rule::slots[s].role == slot_role::second_moment ? place.second_moments : place.state;
    j.slots[s] = reinterpret_cast<compute*>(rows + entry.slots[s]);
  }
  j.size = entry.size;
  if (!jobs_.empty()) j.first_chunk = jobs_.back().first_chunk + chunk_count(jobs_.back().size);
  j.rule = rules_.index_of(entry.parameter) * lanes() + lane;
  j.parameter = entry.parameter;
  j.noise = entry.parameter;
  if (part != nullptr)  // slices of a parameter have no element in common
    j.noise = random_stream::derive(entry.parameter, 1 + (part->scattered() ? part->indices.front() : part->first));
  if (entry.gradient != block_layout::none && options_.reduced_gradients) {
    // slices of one parameter share it
    auto* sum = reinterpret_cast<gradient_type*>(place.gradients + entry.gradient);
    sums_[j.parameter] = sum;
    take_part(sum, j.gradient_order, part);
    j.gradient = sum;
  } else if (entry.gradient != block_layout::none) {
    j.owned_gradient = reinterpret_cast<compute*>(place.gradients + entry.gradient);
    if (p.gradient.empty() && !options_.borrow_gradients) {
      if (gradients_[j.parameter].empty()) {
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
      j.owned_gradient = gradients_[j.parameter].data();  // slices of one parameter share its gradient
      take_part(j.owned_gradient, j.owned_order, part);
    }
  }
  if (active_[j.parameter] == 0) members_.push_back(j.parameter);
  active_[j.parameter] = 1;
  jobs_.push_back(j);
  parts_.push_back(part);
}

/// In a copy: points its tables at its own memory.
BLOCKOPT_OPTIMIZER_TEMPLATE
void BLOCKOPT_OPTIMIZER::rebind() {
  if (!copied_.value) return;
  if (storage_) reserve_tables();
  if constexpr (noticing_backend<Backend>) {
    if (storage_) notice_.prepare();
  }
  if (visits_ > 0) bind_jobs();
  copied_.value = false;
}

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
  backend_.zero(memory.state, need.state - need.second_moments);
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

#undef BLOCKOPT_OPTIMIZER_TEMPLATE
#undef BLOCKOPT_OPTIMIZER
