// SPDX-License-Identifier: MIT
// Part of blockopt: memory strategies with one fault each.
#include <algorithm>
#include <cstddef>
#include <cstring>
#include <memory>
#include <span>
#include <vector>

#include <blockopt/conformance/check_memory_strategy.hpp>
#include <blockopt/memory/arena.hpp>

#include "conformance/mutants.hpp"

namespace bo = blockopt;

namespace {

enum class fault {
  none,
  plans_less,
  says_less,
  forgets_state,
  overlaps,
  leaks,
  allocates_on_enter,
  misaligned,
  shares_state,
  moves,
  shallow_copy,
  resumed_at_once,
  beyond_the_end,
  copy_forgets,
  one_lane
};

/// Keeps everything of every block, gradients too, with a fault.
struct faulty_memory {
  fault which = fault::none;

  [[nodiscard]] bo::memory_plan plan(std::span<const bo::block_bytes> blocks, std::size_t) const {
    bo::memory_plan sum;
    for (const bo::block_bytes& b : blocks) {
      sum.gradients += b.gradients;
      sum.master += b.master;
      sum.state += which == fault::plans_less ? 0 : b.state;
    }
    return sum;
  }

  template <class Backend>
  class storage {
   public:
    storage(const faulty_memory& strategy, const Backend& backend, std::span<const bo::block_bytes> blocks, std::size_t)
        : which(strategy.which), backend_(backend), blocks_(blocks.begin(), blocks.end()), seen_(blocks.size()) {
      std::size_t total = 0;
      for (const bo::block_bytes& b : blocks_) {
        first_.push_back(which == fault::shares_state && !first_.empty() && b.total() <= blocks_[0].total() ? 0
                                                                                                            : total);
        total += b.total();
      }
      memory_ = std::make_shared<bo::arena<Backend>>(backend, total);
      if (which == fault::leaks && total > 0) static_cast<void>(backend_.allocate(64));
    }
    storage(const storage& other)
        : which(other.which),
          backend_(other.backend_),
          blocks_(other.blocks_),
          first_(other.first_),
          seen_(other.seen_),
          memory_(other.memory_) {
      if (which != fault::shallow_copy) memory_ = std::make_shared<bo::arena<Backend>>(*other.memory_);
      if (which == fault::copy_forgets) std::fill(seen_.begin(), seen_.end(), false);
    }
    storage& operator=(const storage& other) {
      storage copy(other);
      std::swap(blocks_, copy.blocks_);
      std::swap(first_, copy.first_);
      std::swap(seen_, copy.seen_);
      std::swap(memory_, copy.memory_);
      return *this;
    }
    ~storage() = default;

    [[nodiscard]] bo::visit_memory enter(std::size_t block, std::size_t lane) {
      lane_ = lane;
      if (which == fault::allocates_on_enter) backend_.deallocate(backend_.allocate(64), 64);
      const bool before = seen_[block] || which == fault::resumed_at_once;
      bo::visit_memory m = place(block);
      m.resumed = before;
      if (which == fault::forgets_state && before) std::memset(m.state, 0, blocks_[block].state);
      seen_[block] = true;
      return m;
    }
    [[nodiscard]] bo::visit_memory locate(std::size_t block, std::size_t) const {
      bo::visit_memory m = place(block);
      if (which == fault::moves) std::swap(m.master, m.gradients);
      return m;
    }
    void leave(std::size_t, std::size_t) const noexcept {}
    [[nodiscard]] bo::memory_plan allocated() const {
      bo::memory_plan sum = faulty_memory{which}.plan(blocks_, 1);
      if (which == fault::says_less) sum.gradients = 0;
      return sum;
    }

   private:
    [[nodiscard]] bo::visit_memory place(std::size_t block) const {
      const bo::block_bytes& b = blocks_[block];
      std::byte* base = memory_->data() + first_[block];
      if (which == fault::misaligned) base += 8;
      if (which == fault::beyond_the_end) base += 64;
      if (which == fault::one_lane && lane_ == 1) base = memory_->data() + first_[0];
      return {base, base + b.gradients, base + b.gradients + (which == fault::overlaps ? 0 : b.master), false};
    }

    fault which;
    std::size_t lane_ = 0;
    Backend backend_;
    std::vector<bo::block_bytes> blocks_;
    std::vector<std::size_t> first_;
    std::vector<bool> seen_;
    std::shared_ptr<bo::arena<Backend>> memory_;
  };
};

bo::conformance_report check_fault(fault which) { return bo::check_memory_strategy(faulty_memory{which}); }

}  // namespace

namespace blockopt_tests {

void try_memory_mutants(mutant_list& list) {
  if (const auto report = check_fault(fault::none); !report) list.add("no fault", "nothing", report);
  list.add("plans no state", "plan is what is measured", check_fault(fault::plans_less));
  list.add("says less than it allocated", "plan is what it says it allocated", check_fault(fault::says_less));
  list.add("forgets state", "kept state comes back", check_fault(fault::forgets_state));
  list.add("state on master", "parts do not overlap", check_fault(fault::overlaps));
  list.add("leaks", "all is given back", check_fault(fault::leaks));
  list.add("allocates on enter", "nothing is allocated after construction", check_fault(fault::allocates_on_enter));
  list.add("misaligned", "memory is aligned", check_fault(fault::misaligned));
  list.add("two blocks in one place", "kept state comes back", check_fault(fault::shares_state));
  list.add("locate gives another place", "locate changes nothing", check_fault(fault::moves));
  list.add("shallow copy", "copies are independent", check_fault(fault::shallow_copy));
  list.add("resumed before the first visit", "first visit is fresh", check_fault(fault::resumed_at_once));
  list.add("beyond the end", "memory is its own", check_fault(fault::beyond_the_end));
  list.add("the second block in the first one's place", "blocks of one visit are apart", check_fault(fault::one_lane));
  list.add("a copy forgets what was kept", "copies continue alike", check_fault(fault::copy_forgets));
}

}  // namespace blockopt_tests
