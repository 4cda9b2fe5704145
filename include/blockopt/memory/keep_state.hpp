// SPDX-License-Identifier: MIT
// Part of blockopt: state that every block keeps.
#pragma once

#include <algorithm>
#include <cstddef>
#include <span>
#include <vector>

#include <blockopt/memory/arena.hpp>
#include <blockopt/memory/memory_strategy.hpp>

namespace blockopt {

/// Each block keeps its state, its master copy and its step count between visits; only the gradient's memory is shared,
/// sized for the largest block. With one block this is the plain optimizer (Adam: 18 bytes per 16-bit parameter).
struct keep_state {
  [[nodiscard]] memory_plan plan(std::span<const block_bytes> blocks) const {
    memory_plan sum;
    for (const block_bytes& b : blocks) {
      sum.gradients = std::max(sum.gradients, b.gradients);
      sum.master += b.master;
      sum.state += b.state;
    }
    return sum;
  }

  template <class Backend>
  class storage {
   public:
    storage(const keep_state& strategy, const Backend& backend, std::span<const block_bytes> blocks)
        : arena_(backend, strategy.plan(blocks).allocated()) {
      std::size_t offset = strategy.plan(blocks).gradients;
      for (const block_bytes& b : blocks) {
        places_.push_back({offset, offset + b.master, false});
        offset += b.master + b.state;
      }
    }

    [[nodiscard]] visit_memory enter(std::size_t block) {
      const visit_memory memory = locate(block);
      places_[block].filled = true;
      return memory;
    }

    [[nodiscard]] visit_memory locate(std::size_t block) const noexcept {
      const place& p = places_[block];
      std::byte* const base = arena_.data();
      return {base, base + p.master, base + p.state, p.filled};
    }

    void leave(std::size_t) const noexcept {}

    [[nodiscard]] memory_plan allocated() const noexcept {
      memory_plan sum{.gradients = places_.empty() ? 0 : places_.front().master};
      for (std::size_t b = 0; b < places_.size(); ++b) {
        const std::size_t end = b + 1 < places_.size() ? places_[b + 1].master : arena_.size();
        sum.master += places_[b].state - places_[b].master;
        sum.state += end - places_[b].state;
      }
      return sum;
    }

   private:
    struct place {
      std::size_t master, state;
      bool filled;
    };
    std::vector<place> places_;
    arena<Backend> arena_;
  };
};

}  // namespace blockopt
