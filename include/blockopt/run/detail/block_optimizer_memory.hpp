// SPDX-License-Identifier: MIT
// Part of blockopt: the bodies of block_optimizer that allocate, and point its tables at what is there; included by its header.
#pragma once

#include <blockopt/run/block_optimizer.hpp>
#include <blockopt/run/detail/optimizer_prologue.hpp>

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
  return storage_->locate(visited_[lane], lane).placed(layout_.blocks[visited_[lane]].bytes);
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
  const visit_memory always = visit_memory::at(always_.data(), layout_.always.bytes);
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
        gradients_[j.parameter] = dense_like(j.owned_gradient, p.values);
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

}  // namespace blockopt

#include <blockopt/run/detail/optimizer_epilogue.hpp>
