// SPDX-License-Identifier: MIT
// Part of blockopt: the trials of check_memory_strategy.
#pragma once

#include <algorithm>
#include <cstddef>
#include <cstdint>
#include <cstring>
#include <optional>
#include <span>
#include <string>
#include <utility>
#include <vector>

#include <blockopt/backend/plain/plain_backend.hpp>
#include <blockopt/conformance/detail/numbers.hpp>
#include <blockopt/conformance/detail/watched_memory.hpp>
#include <blockopt/conformance/report.hpp>
#include <blockopt/memory/memory_strategy.hpp>
#include <blockopt/select/random_stream.hpp>

namespace blockopt::detail {

/// A strategy over one set of blocks.
template <class Strategy>
struct memory_checks {
  const Strategy& strategy;
  const std::vector<block_bytes>& blocks;
  bool exact;
  conformance_report& report;

  using storage = typename Strategy::template storage<plain_backend>;

  void run() {
    one_at_a_time();
    if (blocks.size() > 1) two_at_once();
  }

 private:
  void one_at_a_time() {
    watched_memory memory;
    {
      plain_backend backend;
      backend.resource = &memory;
      const memory_plan plan = strategy.plan(blocks, 1);
      std::optional<storage> held;
      held.emplace(strategy, backend, blocks, 1);
      expect_planned(plan, *held, memory, "construction");
      if (!blocks.empty()) {
        visits(*held, memory);
        expect_planned(plan, *held, memory, "visits");
        // memory that is not the strategy's own is not written to
        if (!report.failed("memory is its own") && !report.failed("parts do not overlap")) copies(*held);
      }
    }
    report.expect("all is given back", memory.bytes() == 0 && !memory.misused(), [&] {
      return memory.misused() ? std::string("something was given back that was not taken, or with another size")
                              : say(memory.bytes(), " bytes were not given back", with());
    });
  }

  /// Every ordered pair of blocks in one visit, twice.
  void two_at_once() {
    watched_memory memory;
    plain_backend backend;
    backend.resource = &memory;
    const memory_plan plan = strategy.plan(blocks, 2);
    storage s(strategy, backend, blocks, 2);
    std::vector<std::vector<std::byte>> left(blocks.size());
    for (std::size_t visit = 0; visit < 2 * blocks.size() * blocks.size(); ++visit) {
      const std::size_t pair[2] = {visit / blocks.size() % blocks.size(), visit % blocks.size()};
      if (pair[0] == pair[1]) continue;
      visit_memory m[2];
      const std::size_t next[2] = {(pair[0] + 1) % blocks.size(), (pair[1] + 1) % blocks.size()};
      for (std::size_t lane = 0; lane < 2; ++lane) {
        m[lane] = s.enter(pair[lane], lane);
        expect_places(m[lane], pair[lane], memory);
        if (report.failed("memory is its own") || report.failed("parts do not overlap")) return;
        expect_kept(m[lane], pair[lane], left[pair[lane]], visit);
      }
      expect_next(s, next);
      fill(m[0], pair[0], visit);
      const auto first = all(m[0], pair[0]);
      fill(m[1], pair[1], visit + 1);
      report.expect("blocks of one visit are apart", all(m[0], pair[0]) == first, [&] {
        return say("blocks ", pair[0], " and ", pair[1], ", active together, share bytes", with());
      });
      for (std::size_t lane = 0; lane < 2; ++lane) {
        const visit_memory again = s.locate(pair[lane], lane);
        report.expect(
            "locate changes nothing", again.gradients == m[lane].gradients && again.state == m[lane].state,
            [&] { return say("locate(", pair[lane], ", ", lane, ") gives other memory than enter", with()); });
        left[pair[lane]] = kept(m[lane], pair[lane]);
      }
      for (std::size_t lane = 0; lane < 2; ++lane) s.leave(pair[lane], lane);
    }
    expect_planned(plan, s, memory, "visits of two blocks at once");
  }

  static void expect_next([[maybe_unused]] storage& s, [[maybe_unused]] std::span<const std::size_t> next) {
    if constexpr (expecting_storage<storage>) s.expect(next);
  }

  [[nodiscard]] std::string with() const { return say(", with ", blocks.size(), " blocks"); }

  void expect_planned(const memory_plan& plan, const storage& s, const watched_memory& memory, const char* after) {
    const memory_plan said = s.allocated();
    report.expect("plan is what it says it allocated", said == plan, [&] {
      return say("after ", after, " allocated() says gradients ", said.gradients, ", master ", said.master, ", state ",
                 said.state, "; planned were ", plan.gradients, ", ", plan.master, ", ", plan.state, " bytes", with());
    });
    report.expect("plan is what is measured", memory.bytes() == plan.allocated(), [&] {
      return say("after ", after, " ", memory.bytes(), " bytes are allocated, planned were ", plan.allocated(), with());
    });
  }

  /// The bytes of a visit's master and state, made of the numbers of block and visit.
  void fill(const visit_memory& m, std::size_t block, std::uint64_t visit) const {
    const auto write = [&](std::byte* to, std::size_t size, std::uint64_t kind) {
      random_stream stream{random_stream::derive(visit * 131 + block, kind)};
      for (std::size_t i = 0; i < size; ++i) to[i] = static_cast<std::byte>(stream.bits() & 0xff);
    };
    write(m.gradients, blocks[block].gradients, 1);
    write(m.master, blocks[block].master, 2);
    write(m.state, others(block), 3);
    write(seconds(m, block), blocks[block].second_moments, 4);
  }
  [[nodiscard]] std::size_t others(std::size_t block) const { return blocks[block].other_state(); }
  [[nodiscard]] std::byte* seconds(const visit_memory& m, std::size_t block) const {
    return m.placed(blocks[block]).second_moments;
  }
  [[nodiscard]] std::vector<std::byte> warm(const visit_memory& m, std::size_t block) const {
    return {seconds(m, block), seconds(m, block) + blocks[block].second_moments};
  }
  [[nodiscard]] std::vector<std::byte> kept(const visit_memory& m, std::size_t block) const {
    std::vector<std::byte> bytes(m.master, m.master + blocks[block].master);
    bytes.insert(bytes.end(), m.state, m.state + others(block));
    const auto last = warm(m, block);
    bytes.insert(bytes.end(), last.begin(), last.end());
    return bytes;
  }
  /// What must come back: all, or second moments alone, which are the last of `left`.
  void expect_kept(const visit_memory& m, std::size_t block, const std::vector<std::byte>& left, std::uint64_t visit) {
    if (!exact || (!m.resumed && !m.warm)) return;
    const auto now = m.resumed ? kept(m, block) : warm(m, block);
    // second moments are the last of what was left; nothing was where this is the first visit
    const std::size_t skipped = left.size() < now.size() ? left.size() : left.size() - now.size();
    const auto wanted = std::span(left).subspan(skipped);
    report.expect("kept state comes back", std::ranges::equal(now, wanted), [&] {
      const auto wrong = std::ranges::mismatch(now, wanted).in1 - now.begin();
      return say("byte ", wrong, " of ", m.resumed ? "master and state" : "the second moments", " of block ", block,
                 " is not what its last visit left, in visit ", visit, with());
    });
  }

  [[nodiscard]] std::vector<std::byte> all(const visit_memory& m, std::size_t block) const {
    std::vector<std::byte> bytes = kept(m, block);
    bytes.insert(bytes.end(), m.gradients, m.gradients + blocks[block].gradients);
    return bytes;
  }

  void expect_places(const visit_memory& m, std::size_t block, const watched_memory& memory) {
    struct part {
      const char* name;
      const std::byte* first;
      std::size_t size;
    };
    const part parts[] = {{"gradients", m.gradients, blocks[block].gradients},
                          {"master", m.master, blocks[block].master},
                          {"state", m.state, others(block)},
                          {"second moments", seconds(m, block), blocks[block].second_moments}};
    for (const part& p : parts) {
      if (p.size == 0) continue;
      report.expect("memory is its own", p.first != nullptr && memory.owns(p.first, p.size), [&] {
        return say("the ", p.size, " bytes of ", p.name, " of block ", block, " leave what was allocated", with());
      });
      const auto address = reinterpret_cast<std::uintptr_t>(p.first);
      report.expect("memory is aligned", address % memory_granule == 0, [&] {
        return say("the ", p.name, " of block ", block, " begin ", address % memory_granule,
                   " bytes after a multiple of ", memory_granule, with());
      });
      for (const part& q : parts) {
        if (&q <= &p || q.size == 0) continue;
        report.expect("parts do not overlap", p.first + p.size <= q.first || q.first + q.size <= p.first,
                      [&] { return say(p.name, " and ", q.name, " of block ", block, " share bytes", with()); });
      }
    }
  }

  void visits(storage& s, const watched_memory& memory) {
    std::vector<std::vector<std::byte>> left(blocks.size());
    std::vector<bool> seen(blocks.size());
    random_stream order{5};
    const std::size_t requests = memory.requests();
    for (std::uint64_t visit = 0; visit < 20 + 12 * blocks.size(); ++visit) {
      // each block twice, once with another between; then at random
      const std::size_t block = visit < 2 * blocks.size() ? static_cast<std::size_t>(visit / 2)
                                                          : static_cast<std::size_t>(order.below(blocks.size()));
      const visit_memory m = s.enter(block, 0);
      expect_places(m, block, memory);
      if (report.failed("memory is its own") || report.failed("parts do not overlap")) return;
      report.expect("first visit is fresh", seen[block] || (!m.resumed && !m.warm), [&] {
        return say("enter(", block, ") says ", m.resumed ? "resumed" : "warm", " at the block's first visit", with());
      });
      if (seen[block]) expect_kept(m, block, left[block], visit);
      const std::size_t next[1] = {visit % 3 == 0 ? block : (block + 1) % blocks.size()};
      expect_next(s, next);  // which may come or not
      fill(m, block, visit);
      const auto before = kept(m, block);
      const visit_memory again = s.locate(block, 0);
      report.expect(
          "locate changes nothing",
          again.gradients == m.gradients && again.master == m.master && again.state == m.state &&
              kept(m, block) == before,
          [&] { return say("locate(", block, ") gives other memory than enter did, or changes it", with()); });
      left[block] = kept(again, block);
      seen[block] = true;
      s.leave(block, 0);
      report.expect("nothing is allocated after construction", memory.requests() == requests,
                    [&] { return say("visit ", visit, " of block ", block, " allocated", with()); });
    }
  }

  /// A copy in the middle of a visit.
  void copies(storage& original) {
    const std::size_t last = blocks.size() - 1;
    for (std::size_t b = 0; b <= last; ++b) {  // so that a strategy that keeps has something to keep
      fill(original.enter(b, 0), b, 1000 + b);
      original.leave(b, 0);
    }
    const visit_memory mine = original.enter(last, 0);
    fill(mine, last, 2000);
    const auto before = kept(mine, last);
    storage copy(original);
    const visit_memory its = copy.locate(last, 0);
    report.expect("copies continue alike", kept(its, last) == before,
                  [&] { return say("the visited block's bytes are others in the copy", with()); });
    fill(its, last, 3000);
    report.expect("copies are independent", kept(mine, last) == before,
                  [&] { return say("writing to the copy's memory changes the original's", with()); });
    original.leave(last, 0);
    copy.leave(last, 0);
    for (std::size_t b = 0; b < last; ++b) {  // what both keep, and do not share
      const visit_memory first = original.enter(b, 0);
      const auto kept_here = kept(first, b);
      const bool resumed = first.resumed;
      fill(first, b, 4000);
      original.leave(b, 0);
      const visit_memory second = copy.enter(b, 0);
      report.expect("copies continue alike", second.resumed == resumed, [&] {
        return say("block ", b, " is ", resumed ? "" : "not ", "resumed in the original, and otherwise in the copy",
                   with());
      });
      if (resumed && second.resumed && exact) {
        report.expect("copies are independent", kept(second, b) == kept_here, [&] {
          return say("block ", b, " in the copy has not the bytes from before it was copied", with());
        });
      }
      copy.leave(b, 0);
    }
    storage moved(std::move(copy));
    copy = original;  // assigned over what was moved from
    static_cast<void>(moved.enter(0, 0));
    moved.leave(0, 0);
  }
};

}  // namespace blockopt::detail
