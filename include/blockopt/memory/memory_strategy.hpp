// SPDX-License-Identifier: MIT
// Part of blockopt: what a memory strategy is, as a concept.
#pragma once

#include <concepts>
#include <cstddef>
#include <span>

#include <blockopt/memory/memory_plan.hpp>

namespace blockopt {

/// What one visit of a block needs, in bytes of each kind (multiples of memory_granule).
struct block_bytes {
  std::size_t gradients = 0;
  std::size_t master = 0;
  std::size_t state = 0;

  [[nodiscard]] constexpr std::size_t total() const noexcept { return gradients + master + state; }
};

/// Where the visit finds its memory. `resumed`: master and state are as the block's last visit left them; otherwise
/// they hold anything, and the optimizer initializes them (master from the values, state to zero, step count to 0).
struct visit_memory {
  std::byte* gradients = nullptr;
  std::byte* master = nullptr;
  std::byte* state = nullptr;
  bool resumed = false;
};

/// The settings are plain data; the memory itself lives in `storage<Backend>`. A visit is of one block, or of up to
/// `together` blocks at once, each in a lane of its own, counted from 0:
///   - `Strategy::plan(blocks, together)`: bytes by kind that the storage will allocate, exactly;
///   - `storage<Backend>(strategy, backend, blocks, together)`: allocates, and is the only one that does;
///   - `enter(block, lane)` gives the memory of a block in a visit, `leave(block, lane)` ends its part; both allocate
///     nothing. Lanes are entered in ascending order, and all are left before lane 0 is entered again. `locate(block,
///     lane)` gives the memory of the visit under way again, and changes nothing;
///   - `allocated()`: bytes by kind, as they were really cut from the backend's memory.
/// A storage copies by value: a copy continues as the original would.
template <class M, class Backend>
concept memory_strategy = std::copyable<M> &&
    requires(const M& strategy, const Backend& backend, std::span<const block_bytes> blocks, std::size_t n,
             typename M::template storage<Backend>& storage) {
  { strategy.plan(blocks, n) } -> std::same_as<memory_plan>;
  typename M::template storage<Backend>;
  requires std::constructible_from < typename M::template storage<Backend>,
  const M&, const Backend&, std::span < const block_bytes >, std::size_t > ;
  requires std::copyable<typename M::template storage<Backend>>;
  { storage.enter(n, n) } -> std::same_as<visit_memory>;
  { storage.locate(n, n) } -> std::same_as<visit_memory>;
  {storage.leave(n, n)};
  { storage.allocated() } -> std::same_as<memory_plan>;
};

}  // namespace blockopt
