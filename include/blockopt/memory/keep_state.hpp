// SPDX-License-Identifier: MIT
// Part of blockopt: state that every block keeps.
#pragma once

#include <cstddef>
#include <span>
#include <vector>

#include <blockopt/memory/arena.hpp>
#include <blockopt/memory/detail/largest_blocks.hpp>
#include <blockopt/memory/memory_strategy.hpp>

namespace blockopt {

/// Each block keeps its state, its master copy and its step count between visits; only the gradient's memory is shared,
/// sized for the largest visit. With one block this is the plain optimizer (Adam: 18 bytes per 16-bit parameter).
struct keep_state {
  [[nodiscard]] memory_plan plan(std::span<const block_bytes> blocks, std::size_t together = 1) const {
    memory_plan sum;
    for (const std::size_t b : detail::largest_blocks(blocks, together, &block_bytes::gradients))
      sum.gradients += blocks[b].gradients;
    for (const block_bytes& b : blocks) {
      sum.master += b.master;
      sum.state += b.state;
    }
    return sum;
  }

  template <class Backend>
  class storage {
   public:
    storage(const keep_state& strategy, const Backend& backend, std::span<const block_bytes> blocks,
            std::size_t together = 1)
        : gradients_(strategy.plan(blocks, together).gradients),
          lane_end_(together),
          arena_(backend, strategy.plan(blocks, together).allocated()) {
      std::size_t offset = gradients_;
      for (const block_bytes& b : blocks) {
        places_.push_back({offset, offset + b.master, b.gradients, false});
        offset += b.master + b.state;
      }
    }

    [[nodiscard]] visit_memory enter(std::size_t block, std::size_t lane = 0) {
      lane_end_[lane] = (lane == 0 ? 0 : lane_end_[lane - 1]) + places_[block].gradients;
      const visit_memory memory = locate(block, lane);
      places_[block].filled = true;
      return memory;
    }

    [[nodiscard]] visit_memory locate(std::size_t block, std::size_t lane = 0) const noexcept {
      const place& p = places_[block];
      std::byte* const base = arena_.data();
      return {base + lane_end_[lane] - p.gradients, base + p.master, base + p.state, p.filled};
    }

    void leave(std::size_t, std::size_t = 0) const noexcept {}

    template <class F>
    void with_kept(std::size_t block, bool /*writes*/, const F& f) {
      place& p = places_[block];
      visit_memory memory{nullptr, arena_.data() + p.master, arena_.data() + p.state, p.filled};
      f(memory);
      p.filled = memory.resumed;
    }

    [[nodiscard]] memory_plan allocated() const noexcept {
      memory_plan sum{.gradients = gradients_};
      for (std::size_t b = 0; b < places_.size(); ++b) {
        const std::size_t end = b + 1 < places_.size() ? places_[b + 1].master : arena_.size();
        sum.master += places_[b].state - places_[b].master;
        sum.state += end - places_[b].state;
      }
      return sum;
    }

   private:
    struct place {
      std::size_t master, state;  ///< offsets in the arena
      std::size_t gradients;      ///< bytes of them
      bool filled;
    };
    std::size_t gradients_;              ///< bytes that visits share
    std::vector<std::size_t> lane_end_;  ///< of the visit: where each lane's gradients end
    std::vector<place> places_;
    arena<Backend> arena_;
  };
};

}  // namespace blockopt
