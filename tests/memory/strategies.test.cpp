// SPDX-License-Identifier: MIT
// Part of blockopt: tests of the memory strategies by themselves.
#include <algorithm>
#include <array>
#include <cstddef>
#include <cstring>

#include <doctest/doctest.h>

#include <blockopt/backend/plain/plain_backend.hpp>
#include <blockopt/memory/counting_resource.hpp>
#include <blockopt/memory/drop_state.hpp>
#include <blockopt/memory/keep_state.hpp>

namespace bo = blockopt;

static_assert(bo::memory_strategy<bo::drop_state, bo::plain_backend>);
static_assert(bo::memory_strategy<bo::keep_state, bo::plain_backend>);

namespace {

constexpr std::array<bo::block_bytes, 3> blocks{{{64, 64, 128}, {128, 0, 256}, {64, 64, 64}}};

}  // namespace

TEST_CASE("dropping takes one arena of the size of the largest block") {
  bo::counting_resource r;
  bo::plain_backend backend;
  backend.resource = &r;
  const bo::memory_plan plan = bo::drop_state{}.plan(blocks);
  CHECK(plan == bo::memory_plan{.gradients = 128, .master = 0, .state = 256});
  bo::drop_state::storage<bo::plain_backend> storage(bo::drop_state{}, backend, blocks);
  CHECK(r.bytes() == plan.allocated());
  CHECK(r.allocations() == 1);
  CHECK(storage.allocated() == plan);
  const bo::visit_memory first = storage.enter(0);
  CHECK_FALSE(first.resumed);
  CHECK(first.master - first.gradients == 64);
  CHECK(first.state - first.master == 64);
  const bo::visit_memory second = storage.enter(1);
  CHECK(second.gradients == first.gradients);
  CHECK_FALSE(storage.enter(0).resumed);
}

TEST_CASE("keeping takes the sum of all states and one gradient") {
  bo::counting_resource r;
  bo::plain_backend backend;
  backend.resource = &r;
  const bo::memory_plan plan = bo::keep_state{}.plan(blocks);
  CHECK(plan == bo::memory_plan{.gradients = 128, .master = 128, .state = 448});
  bo::keep_state::storage<bo::plain_backend> storage(bo::keep_state{}, backend, blocks);
  CHECK(r.bytes() == plan.allocated());
  CHECK(storage.allocated() == plan);
  const bo::visit_memory zero = storage.enter(0);
  CHECK_FALSE(zero.resumed);
  std::memset(zero.master, 1, 64);
  std::memset(zero.state, 2, 128);
  const bo::visit_memory one = storage.enter(1);
  std::memset(one.gradients, 3, 128);
  std::memset(one.state, 4, 256);
  const bo::visit_memory two = storage.enter(2);
  std::memset(two.master, 5, 64);
  std::memset(two.state, 6, 64);
  const bo::visit_memory again = storage.enter(0);
  CHECK(again.resumed);
  for (std::size_t i = 0; i < 64; ++i) CHECK(again.master[i] == std::byte{1});
  for (std::size_t i = 0; i < 128; ++i) CHECK(again.state[i] == std::byte{2});
  for (std::size_t i = 0; i < 256; ++i) CHECK(storage.enter(1).state[i] == std::byte{4});
}

TEST_CASE("no blocks and rules without state take nothing") {
  CHECK(bo::drop_state{}.plan({}) == bo::memory_plan{});
  CHECK(bo::keep_state{}.plan({}) == bo::memory_plan{});
  bo::counting_resource r;
  bo::plain_backend backend;
  backend.resource = &r;
  const std::array<bo::block_bytes, 2> nothing{};
  bo::drop_state::storage<bo::plain_backend> storage(bo::drop_state{}, backend, nothing);
  CHECK(r.allocations() == 0);
  CHECK(storage.allocated() == bo::memory_plan{});
}

TEST_CASE("several blocks at once have memory of their own, as much as the largest of them need") {
  bo::counting_resource r;
  bo::plain_backend backend;
  backend.resource = &r;
  const auto apart = [](const bo::visit_memory& a, const bo::block_bytes& of_a, const bo::visit_memory& b,
                        const bo::block_bytes& of_b) {
    const auto disjoint = [](const std::byte* p, std::size_t n, const std::byte* q, std::size_t m) {
      return n == 0 || m == 0 || p + n <= q || q + m <= p;
    };
    return disjoint(a.gradients, of_a.gradients, b.gradients, of_b.gradients) &&
           disjoint(a.master, of_a.master, b.master, of_b.master) &&
           disjoint(a.state, of_a.state, b.state, of_b.state) &&
           disjoint(a.gradients, of_a.gradients, b.state, of_b.state);
  };
  const auto visits_all_pairs = [&](auto storage) {
    for (std::size_t i = 0; i < 3; ++i) {
      for (std::size_t j = 0; j < 3; ++j) {
        if (i == j) continue;
        const bo::visit_memory first = storage.enter(i, 0);
        const bo::visit_memory second = storage.enter(j, 1);
        CHECK(apart(first, blocks[i], second, blocks[j]));
        CHECK(storage.locate(i, 0).state == first.state);
        CHECK(storage.locate(j, 1).gradients == second.gradients);
        std::fill_n(second.gradients, blocks[j].gradients, std::byte{1});  // sanitizers see what leaves the arena
        std::fill_n(second.state, blocks[j].state, std::byte{2});
        storage.leave(i, 0);
        storage.leave(j, 1);
      }
    }
  };
  const bo::memory_plan dropped = bo::drop_state{}.plan(blocks, 2);
  CHECK(dropped == bo::memory_plan{.gradients = 128 + 64, .master = 64, .state = 256 + 128});
  {
    bo::drop_state::storage<bo::plain_backend> storage(bo::drop_state{}, backend, blocks, 2);
    CHECK(r.bytes() == dropped.allocated());
    CHECK(storage.allocated() == dropped);
    visits_all_pairs(storage);
  }
  const bo::memory_plan kept = bo::keep_state{}.plan(blocks, 2);
  CHECK(kept == bo::memory_plan{.gradients = 128 + 64, .master = 128, .state = 448});
  {
    bo::keep_state::storage<bo::plain_backend> storage(bo::keep_state{}, backend, blocks, 2);
    CHECK(r.bytes() == kept.allocated());
    CHECK(storage.allocated() == kept);
    visits_all_pairs(storage);
  }
  CHECK(r.bytes() == 0);
  CHECK(bo::drop_state{}.plan(blocks, 7) == bo::drop_state{}.plan(blocks, 3));
}
