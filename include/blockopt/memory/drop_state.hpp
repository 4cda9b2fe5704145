// SPDX-License-Identifier: MIT
// Part of blockopt: state that exists for the active block only.
#pragma once

#include <cstddef>
#include <span>
#include <vector>

#include <blockopt/memory/arena.hpp>
#include <blockopt/memory/detail/largest_blocks.hpp>
#include <blockopt/memory/memory_strategy.hpp>

namespace blockopt {

/// State and master copy are dropped when a visit ends; the next block starts from zero state in the same memory (BAdam,
/// arXiv 2404.02827, Algorithm 1). One arena, of the size of the largest visit: with 16-bit values and Adam on D equal
/// blocks 2M + 16M/D bytes for M parameters.
struct drop_state {
  [[nodiscard]] memory_plan plan(std::span<const block_bytes> blocks, std::size_t together = 1) const {
    memory_plan sum;
    for (const std::size_t b : detail::largest_blocks(blocks, together, &block_bytes::total)) {
      sum.gradients += blocks[b].gradients;
      sum.master += blocks[b].master;
      sum.state += blocks[b].state;
    }
    return sum;
  }

  template <class Backend>
  class storage {
   public:
    storage(const drop_state& strategy, const Backend& backend, std::span<const block_bytes> blocks,
            std::size_t together = 1)
        : plan_(strategy.plan(blocks, together)),
          blocks_(blocks.begin(), blocks.end()),
          lane_end_(together),
          arena_(backend, plan_.allocated()) {}

    [[nodiscard]] visit_memory enter(std::size_t block, std::size_t lane = 0) noexcept {
      lane_end_[lane] = (lane == 0 ? 0 : lane_end_[lane - 1]) + blocks_[block].total();
      return locate(block, lane);
    }

    [[nodiscard]] visit_memory locate(std::size_t block, std::size_t lane = 0) const noexcept {
      const block_bytes& need = blocks_[block];
      std::byte* const base = arena_.data() + lane_end_[lane] - need.total();
      return {base, base + need.gradients, base + need.gradients + need.master, false};
    }

    void leave(std::size_t, std::size_t = 0) const noexcept {}

    template <class F>
    void with_kept(std::size_t, bool /*writes*/, const F& f) const {
      visit_memory nothing;
      f(nothing);
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
    std::vector<std::size_t> lane_end_;  ///< of the visit: where each lane's memory ends
    arena<Backend> arena_;
  };
};

}  // namespace blockopt
