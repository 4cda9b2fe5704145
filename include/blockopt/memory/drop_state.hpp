// SPDX-License-Identifier: MIT
// Part of blockopt: state that exists for the active block only.
#pragma once

#include <algorithm>
#include <cstddef>
#include <span>
#include <vector>

#include <blockopt/memory/arena.hpp>
#include <blockopt/memory/memory_strategy.hpp>

namespace blockopt {

/// State and master copy are dropped when a visit ends; the next block starts from zero state in the same memory (BAdam,
/// arXiv 2404.02827, Algorithm 1). One arena, of the size of the largest block: with 16-bit values and Adam on D equal
/// blocks 2M + 16M/D bytes for M parameters.
struct drop_state {
  [[nodiscard]] static std::size_t largest(std::span<const block_bytes> blocks) noexcept {
    const auto found = std::max_element(
        blocks.begin(), blocks.end(), [](const block_bytes& a, const block_bytes& b) { return a.total() < b.total(); });
    return static_cast<std::size_t>(found - blocks.begin());
  }

  [[nodiscard]] memory_plan plan(std::span<const block_bytes> blocks) const {
    if (blocks.empty()) return {};
    const block_bytes& most = blocks[largest(blocks)];
    return {.gradients = most.gradients, .master = most.master, .state = most.state};
  }

  template <class Backend>
  class storage {
   public:
    storage(const drop_state&, const Backend& backend, std::span<const block_bytes> blocks)
        : blocks_(blocks.begin(), blocks.end()),
          arena_(backend, blocks.empty() ? 0 : blocks[largest(blocks)].total()) {}

    [[nodiscard]] visit_memory enter(std::size_t block) const noexcept { return locate(block); }

    [[nodiscard]] visit_memory locate(std::size_t block) const noexcept {
      const block_bytes& need = blocks_[block];
      std::byte* const base = arena_.data();
      return {base, base + need.gradients, base + need.gradients + need.master, false};
    }

    void leave(std::size_t) const noexcept {}

    [[nodiscard]] memory_plan allocated() const noexcept {
      const block_bytes most = blocks_.empty() ? block_bytes{} : blocks_[largest(blocks_)];
      return {
          .gradients = most.gradients, .master = most.master, .state = arena_.size() - most.gradients - most.master};
    }

   private:
    std::vector<block_bytes> blocks_;
    arena<Backend> arena_;
  };
};

}  // namespace blockopt
