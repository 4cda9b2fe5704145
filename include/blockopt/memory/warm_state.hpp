// SPDX-License-Identifier: MIT
// Part of blockopt: state of which second moments alone outlive a visit.
#pragma once

#include <cstddef>
#include <span>
#include <vector>

#include <blockopt/memory/arena.hpp>
#include <blockopt/memory/detail/block_places.hpp>
#include <blockopt/memory/detail/largest_blocks.hpp>
#include <blockopt/memory/memory_strategy.hpp>

namespace blockopt {

/// Each block keeps its second moments between visits, and with them its step count; all other state and the master copy are
/// dropped, as by drop_state. The scale of each coordinate is known from the first step of a visit on, where a dropped
/// second moment makes that step a sign step; momentum, which belongs to a landscape that has moved on, begins at zero and,
/// as its bias correction goes on with the step count, needs some 1/(1 - beta1) steps to full size: a short warm-up.
/// Adam: 4 bytes per float parameter of every block, and 4 (with a master copy 8) per parameter of the largest one, beside
/// gradients. Slots of another role than second_moment are never kept: for rules without one it is drop_state.
struct warm_state {
  [[nodiscard]] memory_plan plan(std::span<const block_bytes> blocks, std::size_t together = 1) const {
    memory_plan sum;
    for (const std::size_t b : detail::largest_blocks(blocks, together, &passing)) {
      sum.gradients += blocks[b].gradients;
      sum.master += blocks[b].master;
      sum.state += blocks[b].other_state();
    }
    for (const block_bytes& b : blocks) sum.state += b.second_moments;
    return sum;
  }

  template <class Backend>
  class storage {
   public:
    storage(const warm_state& strategy, const Backend& backend, std::span<const block_bytes> blocks,
            std::size_t together = 1)
        : plan_(strategy.plan(blocks, together)),
          blocks_(blocks.begin(), blocks.end()),
          lane_end_(together),
          filled_(blocks.size()),
          arena_(backend, plan_.allocated()) {
      std::vector<std::size_t> sizes;
      for (const block_bytes& b : blocks) sizes.push_back(b.second_moments);
      kept_ = detail::block_places(sizes);
    }

    [[nodiscard]] visit_memory enter(std::size_t block, std::size_t lane = 0) {
      lane_end_[lane] = (lane == 0 ? 0 : lane_end_[lane - 1]) + passing(blocks_[block]);
      const visit_memory memory = locate(block, lane);
      filled_[block] = true;
      return memory;
    }

    [[nodiscard]] visit_memory locate(std::size_t block, std::size_t lane = 0) const noexcept {
      const block_bytes& need = blocks_[block];
      std::byte* const base = arena_.data() + kept_.end() + lane_end_[lane] - passing(need);
      return {.gradients = base,
              .master = base + need.gradients,
              .state = base + need.gradients + need.master,
              .warm = filled_[block],
              .second_moments = arena_.data() + kept_.first(block)};
    }

    void leave(std::size_t, std::size_t = 0) const noexcept {}

    template <class F>
    void with_kept(std::size_t block, bool /*writes*/, const F& f) {
      visit_memory memory{.warm = filled_[block], .second_moments = arena_.data() + kept_.first(block)};
      f(memory);
      filled_[block] = memory.warm;
    }

    /// By the kinds of the largest visit; the bytes are those of the arena.
    [[nodiscard]] memory_plan allocated() const noexcept {
      memory_plan sum = plan_;
      sum.state = arena_.size() - sum.gradients - sum.master;
      return sum;
    }

   private:
    memory_plan plan_;
    std::vector<block_bytes> blocks_;
    std::vector<std::size_t> lane_end_;  ///< of the visit: where each lane's memory ends, behind what is kept
    detail::block_places kept_;          ///< second moments
    std::vector<bool> filled_;           ///< the block was entered before
    arena<Backend> arena_;
  };

 private:
  /// Bytes of a block that a visit takes for itself.
  [[nodiscard]] static constexpr std::size_t passing(const block_bytes& b) noexcept {
    return b.total() - b.second_moments;
  }
};

}  // namespace blockopt
