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
  sum.workspace = norms_.size() + table_.size();
  return sum;
}

BLOCKOPT_OPTIMIZER_TEMPLATE
void BLOCKOPT_OPTIMIZER::allocate() {
  always_ = arena<Backend>(backend_, layout_.always.bytes.total());
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
  storage_.emplace(memory_, backend_, layout_.bytes(),
                   layout_.together);  // last: what is thrown before leaves the optimizer as it was
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
  resumed_.resize(layout_.together);
  gradients_.resize(count);
  active_.resize(count);
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
  const visit_memory always{always_.data(), always_.data() + own.gradients, always_.data() + own.gradients + own.master,
                            true};
  for (const job& j : jobs_) {
    gradients_[j.parameter] = {};
    active_[j.parameter] = 0;
  }
  jobs_.clear();
  parts_.clear();
  members_.clear();
  lane_first_.clear();
  for (std::size_t lane = 0; lane < visited_.size(); ++lane) {
    const visit_memory memory = storage_->locate(visited_[lane], lane);
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
  for (std::size_t s = 0; s < slots; ++s)
    j.slots[s] = reinterpret_cast<compute*>(place.state + entry.state + s * entry.padded);
  j.size = entry.size;
  if (!jobs_.empty()) j.first_chunk = jobs_.back().first_chunk + chunk_count(jobs_.back().size);
  j.rule = rules_.index_of(entry.parameter) * lanes() + lane;
  j.parameter = entry.parameter;
  j.noise = entry.parameter;
  if (part != nullptr)  // slices of a parameter have no element in common
    j.noise = random_stream::derive(entry.parameter, 1 + (part->scattered() ? part->indices.front() : part->first));
  if (entry.gradient != block_layout::none) {
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

/// The blocks of the next visit. What the policy names wrongly is refused before anything changes.
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
  visited_ = chosen_;
}

BLOCKOPT_OPTIMIZER_TEMPLATE
void BLOCKOPT_OPTIMIZER::enter() {
  rebind();
  training_point();
  if (entered_) return;
  if (!storage_) named([&] { allocate(); });
  choose_blocks();
  for (std::size_t lane = 0; lane < visited_.size(); ++lane)
    resumed_[lane] = storage_->enter(visited_[lane], lane).resumed;
  bind_jobs();
  for (std::size_t lane = 0; lane < visited_.size(); ++lane) {
    const std::size_t block = visited_[lane];
    if (resumed_[lane] != 0) {
      move_values<false>(lane_first_[lane], lane_first_[lane + 1]);
    } else {
      backend_.zero(storage_->locate(block, lane).state, layout_.blocks[block].bytes.state);
      load_master(jobs_of(lane));
      steps_of_[block] = 0;
      for (std::size_t r = block; r < running_.size(); r += partition_.blocks().size() + 1) running_[r] = {};
    }
  }
  if (visits_ == 0) {
    backend_.zero(always_.data(), always_.size());
    load_master(jobs_of(visited_.size()));
  }
  entered_ = true;
  zero_gradients();
  consumed_.assign(jobs_.size(), 0);
  micro_batches_ = visit_calls_ = visit_updates_ = 0;
  if constexpr (wants_norm) backend_.zero(norms().squares, layout_.together * sizeof(double));
  ++visits_;
  for (const std::size_t block : visited_) ++visits_of_[block];
}

BLOCKOPT_OPTIMIZER_TEMPLATE
void BLOCKOPT_OPTIMIZER::load_master(std::span<const job> jobs) {
  if constexpr (is_reduced_precision<value_type>)
    on_backend(jobs, [&](auto all, auto... table) { backend_.load_master(all, table...); });
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
                         .parameter = known.parameter,
                         .noise = known.noise};
      const auto constants = move_of(rules_.of(known.parameter)).template at<compute>(step_count{});
      // one by one: the point is moved twice a visit, and the parameters of a block may have rules of their own
      const step_options<compute> options{
          .write_back = options_.write_back, .seed = Leaving ? ~options_.seed : ~options_.seed + 1, .step = steps_};
      on_backend(std::span<const move_job>(&now, 1), [&](auto jobs, auto... table) {
        backend_.template update<move>(std::span(&constants, 1), jobs, options, table...);
      });
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
