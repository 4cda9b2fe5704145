// SPDX-License-Identifier: MIT
// Part of blockopt: state that lives elsewhere, two visits of it in the backend's memory.
#pragma once

#include <algorithm>
#include <array>
#include <cstddef>
#include <cstdint>
#include <span>
#include <vector>

#include <blockopt/memory/arena.hpp>
#include <blockopt/memory/detail/block_places.hpp>
#include <blockopt/memory/detail/largest_blocks.hpp>
#include <blockopt/memory/detail/page_buffer.hpp>
#include <blockopt/memory/memory_strategy.hpp>

namespace blockopt::detail {

/// Master copy and state: what is carried to and fro.
[[nodiscard]] constexpr std::size_t carried_bytes(const block_bytes& b) noexcept { return b.master + b.state; }

/// Where two sets of buffers lie in one piece of memory. Large ones begin at pages, so that a file can take them from there.
struct buffer_sets {
  std::size_t size = 0;  ///< of a set
  std::size_t alignment = size < (std::size_t{1} << 20) ? memory_granule : page_bytes;

  [[nodiscard]] constexpr std::size_t stride() const noexcept { return (size + alignment - 1) / alignment * alignment; }
  [[nodiscard]] constexpr std::size_t bytes() const noexcept {
    return size == 0 ? 0 : 2 * stride() + alignment - memory_granule;
  }
  /// Bytes to skip at the beginning of that memory.
  [[nodiscard]] std::size_t padding(const std::byte* memory) const noexcept {
    const std::size_t over = reinterpret_cast<std::uintptr_t>(memory) % alignment;
    return over == 0 ? 0 : alignment - over;
  }
};

/// The plan of an offload_storage.
[[nodiscard]] inline memory_plan plan_offload(std::span<const block_bytes> blocks, std::size_t together) {
  memory_plan sum;
  const std::size_t sets = blocks.size() > together ? 2 : 1;
  for (const std::size_t b : largest_blocks(blocks, together, &block_bytes::gradients))
    sum.gradients += blocks[b].gradients;
  for (const std::size_t b : largest_blocks(blocks, together, &carried_bytes)) {
    sum.master += sets * blocks[b].master;
    sum.state += sets * blocks[b].state;
    if (sets == 2) sum.moved += 2 * carried_bytes(blocks[b]);
  }
  if (sets == 2) {
    for (const block_bytes& b : blocks) sum.offloaded += carried_bytes(b);
    const std::size_t both = sum.master + sum.state;
    sum.state += buffer_sets{both / 2}.bytes() - both;
  }
  return sum;
}

/// Double buffering over a home for the bytes of each block. While one set of buffers is worked on, the home writes what the
/// last visit left in the other one, and then reads into it what the next visit is expected to need; entering that waits
/// for both, which are done by then. A home has
///   - `Home(strategy, backend, sizes, largest)`: bytes of each block, and of the largest visit;
///   - `store(block, p)`, `load(block, p)`: from and to the backend's memory, done in the order of the calls, some time;
///   - `finish()`: what was asked for is done before anything that the backend is told afterwards. Raises what went wrong,
///     and tries it again when it is called again;
///   - `forget()`: does not try it again;
///   - `Home(other, sizes, largest)`: a copy of a finished one.
template <class Backend, class Home>
class offload_storage {
 public:
  template <class Strategy>
  offload_storage(const Strategy& strategy, const Backend& backend, std::span<const block_bytes> blocks,
                  std::size_t together)
      : backend_(backend),
        plan_(plan_offload(blocks, together)),
        blocks_(blocks.begin(), blocks.end()),
        buffers_{set_size(blocks, together)},
        filled_(blocks.size()),
        gradient_end_(together),
        arena_(backend, plan_.allocated()),
        home_(strategy, backend, carried(), largest()) {
    for (auto& lanes : sets_) lanes.resize(together);
    std::vector<std::size_t> sizes;
    for (const block_bytes& b : blocks) sizes.push_back(carried_bytes(b));
    only_ = block_places(sizes);
    padding_ = buffers_.padding(arena_.data() + plan_.gradients);
  }
  offload_storage(const offload_storage& other)
      : backend_(other.backend_),
        plan_((other.home_.finish(), other.plan_)),
        blocks_(other.blocks_),
        buffers_(other.buffers_),
        filled_(other.filled_),
        gradient_end_(other.gradient_end_),
        only_(other.only_),
        sets_(other.sets_),
        current_(other.current_),
        padding_(other.padding_),  // where the bytes are, at whatever address
        arena_(other.arena_),
        home_(other.home_, carried(), largest()) {}
  offload_storage(offload_storage&&) noexcept = default;
  offload_storage& operator=(offload_storage other) noexcept {
    std::swap(backend_, other.backend_);
    std::swap(plan_, other.plan_);
    std::swap(blocks_, other.blocks_);
    std::swap(buffers_, other.buffers_);
    std::swap(filled_, other.filled_);
    std::swap(gradient_end_, other.gradient_end_);
    std::swap(only_, other.only_);
    std::swap(sets_, other.sets_);
    std::swap(current_, other.current_);
    std::swap(padding_, other.padding_);
    std::swap(home_, other.home_);
    std::swap(arena_, other.arena_);
    return *this;
  }
  ~offload_storage() = default;

  [[nodiscard]] visit_memory enter(std::size_t block, std::size_t lane = 0) {
    if (sets_in_use() == 2) {
      const std::size_t target = lane > 0 || stays(block) ? current_ : 1 - current_;
      if (!holds(target, lane, block)) {
        put_away(0);  // it may be there alone
        put_away(1);
        place(target, lane, block);
      }
      home_.finish();
      current_ = target;
      sets_[target][lane].unsaved = false;  // it will be left again
      for (buffer& b : sets_[1 - current_]) {
        if (b.block == block) b.block = none;  // an older copy
      }
    }
    gradient_end_[lane] = (lane == 0 ? 0 : gradient_end_[lane - 1]) + blocks_[block].gradients;
    visit_memory memory = locate(block, lane);
    memory.resumed = filled_[block];
    return memory;
  }

  [[nodiscard]] visit_memory locate(std::size_t block, std::size_t lane = 0) const noexcept {
    const block_bytes& need = blocks_[block];
    std::byte* const base =
        sets_in_use() == 2 ? base_of(current_, lane) : arena_.data() + plan_.gradients + only_.first(block);
    return {
        .gradients = arena_.data() + gradient_end_[lane] - need.gradients, .master = base, .state = base + need.master};
  }

  void leave(std::size_t block, std::size_t lane = 0) {
    filled_[block] = true;
    sets_[current_][lane].unsaved = sets_in_use() == 2;
  }

  void expect(std::span<const std::size_t> next) {
    if (sets_in_use() == 1) return;
    put_away(1 - current_);
    for (std::size_t lane = 0; lane < next.size(); ++lane) {
      // one that is active now is read after it was written
      if (std::ranges::find(sets_[current_], next[lane], &buffer::block) != sets_[current_].end()) return;
      if (!holds(1 - current_, lane, next[lane])) place(1 - current_, lane, next[lane]);
    }
  }

  /// Whether something is kept of a block: as with_kept would say it.
  [[nodiscard]] visit_memory kept(std::size_t block) const { return {.resumed = filled_[block]}; }

  /// For checkpoints, see memory_strategy. What is not in memory passes through a piece of it that lives for the call.
  template <class F>
  void with_kept(std::size_t block, bool writes, const F& f) {
    home_.finish();
    const auto give = [&](std::byte* base) {
      visit_memory memory{
          .master = base, .state = base + blocks_[block].master, .resumed = static_cast<bool>(filled_[block])};
      f(memory);
      filled_[block] = memory.resumed;
    };
    if (sets_in_use() == 1) return give(arena_.data() + plan_.gradients + only_.first(block));
    if (!writes) {
      if (!filled_[block]) return give(nullptr);
      for (const std::size_t which : {current_, 1 - current_}) {
        for (std::size_t lane = 0; lane < sets_[which].size(); ++lane) {
          if (sets_[which][lane].block == block) return give(base_of(which, lane));
        }
      }
    }
    const arena<Backend> passing(backend_, carried_bytes(blocks_[block]));
    const struct failed_requests {  // do not outlive it
      Home& home;
      ~failed_requests() { home.forget(); }
    } requests{home_};
    if (!writes) {
      home_.load(block, passing.data());
      home_.finish();
      return give(passing.data());
    }
    for (auto& lanes : sets_) {
      for (buffer& b : lanes) {
        if (b.block == block) b = {.end = b.end};
      }
    }
    give(passing.data());
    if (filled_[block]) home_.store(block, passing.data());
    home_.finish();
    backend_.wait();
  }

  [[nodiscard]] memory_plan allocated() const noexcept {
    memory_plan sum = plan_;
    sum.state = arena_.size() - sum.gradients - sum.master;
    sum.offloaded = home_.size();
    return sum;
  }

 private:
  static constexpr std::size_t none = static_cast<std::size_t>(-1);

  /// What the home moves at a time.
  [[nodiscard]] std::size_t largest() const noexcept { return sets_in_use() == 2 ? buffers_.size : 0; }

  /// One lane of a set.
  struct buffer {
    std::size_t block = none;
    std::size_t end = 0;   ///< of its bytes in the set
    bool unsaved = false;  ///< it was left, and is nowhere else
  };

  [[nodiscard]] std::vector<std::size_t> carried() const {
    std::vector<std::size_t> sizes;
    for (const block_bytes& b : blocks_) sizes.push_back(sets_in_use() == 1 ? 0 : carried_bytes(b));
    return sizes;
  }
  [[nodiscard]] std::size_t sets_in_use() const noexcept { return blocks_.size() > gradient_end_.size() ? 2 : 1; }
  [[nodiscard]] static std::size_t set_size(std::span<const block_bytes> blocks, std::size_t together) {
    std::size_t size = 0;
    for (const std::size_t b : largest_blocks(blocks, together, &carried_bytes)) size += carried_bytes(blocks[b]);
    return size;
  }
  [[nodiscard]] bool single() const noexcept { return gradient_end_.size() == 1; }
  /// With one block at a time: it is the one of the last visit.
  [[nodiscard]] bool stays(std::size_t block) const noexcept { return single() && sets_[current_][0].block == block; }
  [[nodiscard]] std::byte* base_of(std::size_t which, std::size_t lane) const noexcept {
    const buffer& b = sets_[which][lane];
    if (b.block == none) return set(which);  // of a visit that could not be entered: located, and not used
    return set(which) + b.end - carried_bytes(blocks_[b.block]);
  }
  [[nodiscard]] std::byte* set(std::size_t which) const noexcept {
    return arena_.data() + plan_.gradients + padding_ + which * buffers_.stride();
  }
  /// Where a block's bytes end in a lane of a set, behind those of the lane before.
  [[nodiscard]] std::size_t end_of(std::size_t which, std::size_t lane, std::size_t block) const noexcept {
    return (lane == 0 ? 0 : sets_[which][lane - 1].end) + carried_bytes(blocks_[block]);
  }
  [[nodiscard]] bool holds(std::size_t which, std::size_t lane, std::size_t block) const noexcept {
    const buffer& b = sets_[which][lane];
    return b.block == block && b.end == end_of(which, lane, block);
  }

  /// Makes a lane of the set, of which nothing is unsaved, hold a block.
  void place(std::size_t which, std::size_t lane, std::size_t block) {
    std::vector<buffer>& lanes = sets_[which];
    const std::size_t end = end_of(which, lane, block);
    for (std::size_t k = lane; k < lanes.size(); ++k) lanes[k] = {};  // of those behind it the places have moved
    lanes[lane].end = end;
    if (filled_[block]) home_.load(block, set(which) + end - carried_bytes(blocks_[block]));
    lanes[lane].block = block;
  }

  void save(std::size_t which, std::size_t lane) {
    buffer& b = sets_[which][lane];
    if (!b.unsaved) return;
    home_.store(b.block, base_of(which, lane));
    b.unsaved = false;
  }
  void put_away(std::size_t which) {
    for (std::size_t lane = 0; lane < sets_[which].size(); ++lane) save(which, lane);
  }

  Backend backend_{};
  memory_plan plan_;
  std::vector<block_bytes> blocks_;
  buffer_sets buffers_;
  std::vector<bool> filled_;               ///< the block was left before
  std::vector<std::size_t> gradient_end_;  ///< of the visit: where each lane's gradients end
  block_places only_;                      ///< where each block is when all are in memory
  std::array<std::vector<buffer>, 2> sets_{};
  std::size_t current_ = 0;
  std::size_t padding_ = 0;  ///< see buffer_sets
  arena<Backend> arena_;
  mutable Home home_;  ///< last: it may still be reading the arena
};

}  // namespace blockopt::detail
