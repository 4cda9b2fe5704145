// SPDX-License-Identifier: MIT
// Part of blockopt: state that every block keeps, and that fades while other blocks are active.
#pragma once

#include <cstddef>
#include <span>

#include <blockopt/memory/keep_state.hpp>

namespace blockopt {

/// keep_state, and when a block is entered again its state is carried over the steps that were taken elsewhere since it was
/// left, as if its gradient had been zero in them: each slot is multiplied by its factor per step (Adam: beta1 and beta2) to
/// that power, and the block's step count, and with it the bias correction, goes on by as many. It is what an optimizer over
/// all parameters would hold, had they no gradient meanwhile; the parameters do not move. Between keep_state (no steps
/// elsewhere) and drop_state (very many). Needs a rule that has slot_decay. Bytes as keep_state; entering a block reads and
/// writes its state once.
struct decay_state {
  static constexpr bool decays = true;

  [[nodiscard]] memory_plan plan(std::span<const block_bytes> blocks, std::size_t together = 1) const {
    return keep_state{}.plan(blocks, together);
  }

  template <class Backend>
  class storage : public keep_state::storage<Backend> {
   public:
    storage(const decay_state&, const Backend& backend, std::span<const block_bytes> blocks, std::size_t together = 1)
        : keep_state::storage<Backend>(keep_state{}, backend, blocks, together) {}

    [[nodiscard]] visit_memory enter(std::size_t block, std::size_t lane = 0) {
      visit_memory memory = keep_state::storage<Backend>::enter(block, lane);
      memory.decays = memory.resumed;
      return memory;
    }
  };
};

}  // namespace blockopt
