// SPDX-License-Identifier: MIT
// Part of blockopt: tests of the memory strategies by themselves.
#include <array>
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
  const bo::drop_state::storage<bo::plain_backend> storage(bo::drop_state{}, backend, blocks);
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
  const bo::drop_state::storage<bo::plain_backend> storage(bo::drop_state{}, backend, nothing);
  CHECK(r.allocations() == 0);
  CHECK(storage.allocated() == bo::memory_plan{});
}
