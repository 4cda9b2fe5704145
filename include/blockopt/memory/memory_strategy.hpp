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
  std::size_t second_moments = 0;  ///< the last so many bytes of the state: the slots of that role

  [[nodiscard]] constexpr std::size_t total() const noexcept { return gradients + master + state; }
  /// Of the state, those that are no second moments.
  [[nodiscard]] constexpr std::size_t other_state() const noexcept { return state - second_moments; }
};

/// Where the visit finds its memory, and what of it is as the block's last visit left it.
///   resumed  master and state are; where `decays` is set too, the optimizer carries the state over the steps that other
///            blocks took since, as if the gradient had been zero in them;
///   warm     second moments are, and the step count goes on; the rest is initialized;
///   neither  all of it holds anything, and the optimizer initializes it: master from the values, state to zero, step count
///            to 0.
struct visit_memory {
  std::byte* gradients = nullptr;
  std::byte* master = nullptr;
  std::byte* state = nullptr;
  bool resumed = false;
  bool warm = false;
  bool decays = false;
  std::byte* second_moments = nullptr;  ///< where they lie apart from the rest of the state; null: they follow it

  /// All in one piece of memory.
  [[nodiscard]] static constexpr visit_memory at(std::byte* first, const block_bytes& need) noexcept {
    visit_memory m;
    m.gradients = first;
    m.master = first + need.gradients;
    m.state = m.master + need.master;
    m.second_moments = m.state + need.other_state();
    return m;
  }
  /// The same with second_moments where they are, whether apart or not; null where there is no memory.
  [[nodiscard]] constexpr visit_memory placed(const block_bytes& need) const noexcept {
    visit_memory m = *this;
    if (second_moments == nullptr && state != nullptr) m.second_moments = state + need.other_state();
    return m;
  }
};

/// True for a strategy whose state may have to be carried over the steps that other blocks took.
template <class M>
inline constexpr bool decays_state = requires {
  requires M::decays;
};

/// A storage that wants to know which blocks come next.
template <class Storage>
concept expecting_storage = requires(Storage& storage, std::span<const std::size_t> blocks) {
  storage.expect(blocks);
};

/// What a storage that can be saved in a checkpoint keeps of a block: the flags alone. See memory_strategy.
template <class Storage>
[[nodiscard]] visit_memory kept_flags(Storage& storage, std::size_t block) {
  if constexpr (requires { storage.kept(block); }) {
    return storage.kept(block);
  } else {
    visit_memory flags;
    storage.with_kept(block, false, [&](visit_memory& m) { flags = {.resumed = m.resumed, .warm = m.warm}; });
    return flags;
  }
}

/// The settings are plain data; the memory itself lives in `storage<Backend>`. A visit is of one block, or of up to
/// `together` blocks at once, each in a lane of its own, counted from 0:
///   - `Strategy::plan(blocks, together)`: bytes by kind that the storage will allocate, exactly;
///   - `storage<Backend>(strategy, backend, blocks, together)`: allocates, and is the only one that does;
///   - `enter(block, lane)` gives the memory of a block in a visit, `leave(block, lane)` ends its part; both allocate
///     nothing. Lanes are entered in ascending order, and all are left before lane 0 is entered again. `locate(block,
///     lane)` gives the memory of the visit under way again, and changes nothing;
///   - `allocated()`: bytes by kind, as they were really cut from the backend's memory.
///   - `expect(blocks)`, optional: the blocks of the next visit as they are foreseen, told when a visit has begun;
///   - `with_kept(block, writes, f)`, optional, for checkpoints, of a block that is in no visit: calls f(visit_memory&) with
///     what is kept of it, in the backend's memory, its flags saying what that is (neither: nothing). Where `writes`, f
///     sets the flags and, if any is set, writes the memory, which the storage then keeps. Memory is valid during the call;
///   - `kept(block)`, optional, where with_kept has to bring what it gives from elsewhere: the flags alone;
///   - `archive(a)`, a template, optional, for checkpoints: numbers, `a("name", number)`, that the storage needs beside;
///   - `Strategy::decays`, optional: true when visit_memory::decays may be set, which needs a decaying_rule.
///   - `Strategy::state_format`, optional: how state and master copies are stored, for as long as they exist; full_state
///     where there is none. The bytes that a strategy is told of are those of the format.
/// A storage copies by value: a copy continues as the original would. `enter` and `leave` may throw: nothing has changed
/// then, and the same call may be made again.
template <class M, class Backend>
concept memory_strategy = std::copyable<M> &&
    requires(const M& strategy, const Backend& backend, std::span<const block_bytes> blocks, std::size_t n,
             typename M::template storage<Backend>& storage) {
  { strategy.plan(blocks, n) } -> std::same_as<memory_plan>;
  typename M::template storage<Backend>;
  requires std::constructible_from < typename M::template storage<Backend>,
  const M&, const Backend&, std::span<const block_bytes>, std::size_t > ;
  requires std::copyable<typename M::template storage<Backend>>;
  { storage.enter(n, n) } -> std::same_as<visit_memory>;
  { storage.locate(n, n) } -> std::same_as<visit_memory>;
  {storage.leave(n, n)};
  { storage.allocated() } -> std::same_as<memory_plan>;
};

}  // namespace blockopt
