// SPDX-License-Identifier: MIT
// Part of blockopt: tests of what the optimizer allocates: as planned, once, and never again.
#include <algorithm>
#include <cstddef>
#include <cstdint>
#include <filesystem>
#include <limits>
#include <system_error>
#include <type_traits>
#include <utility>
#include <vector>

#include <doctest/doctest.h>

#include <blockopt/backend/plain/plain_backend.hpp>
#include <blockopt/memory/counting_resource.hpp>
#include <blockopt/memory/drop_state.hpp>
#include <blockopt/memory/keep_state.hpp>
#include <blockopt/run/block_optimizer.hpp>
#include <blockopt/run/plan.hpp>
#include <blockopt/select/ascending.hpp>
#include <blockopt/select/random_reshuffle.hpp>
#include <blockopt/update/adam.hpp>
#include <blockopt/update/adamw.hpp>
#include <blockopt/update/momentum.hpp>
#include <blockopt/update/sgd.hpp>

#include "allocation_counter.hpp"
#include "optimizer_support.hpp"

namespace bo = blockopt;
using namespace blockopt_tests;

namespace {

/// Threads of this process, where the system says.
std::size_t threads() {
  std::error_code none;
  std::size_t count = 0;
  for (const auto& entry : std::filesystem::directory_iterator("/proc/self/task", none)) count += !entry.path().empty();
  return count;
}

constexpr std::size_t up(std::size_t bytes) { return (bytes + 63) / 64 * 64; }

/// Blocks {0, 1}, {2} and {3, 4} and always active {5}, with sizes that no granule divides.
const std::vector<std::size_t> sizes{33, 5, 100, 17, 21, 9};
template <class T>
auto uneven(const tensors<T>& m) {
  return bo::by_list(m.parameters(),
                     {{"a", {"layers.0.w", "layers.1.w"}}, {"b", {"layers.2.w"}}, {"c", {"layers.3.w", "layers.4.w"}}},
                     {"layers.5.w"});
}

/// The bytes by hand: each array of a parameter rounded up to 64, the largest block or all of them, one partial sum per
/// parameter of these sizes.
template <class T>
bo::memory_plan by_hand(bool keeps, std::size_t slots, const bo::optimizer_options& o) {
  using S = bo::compute_type_t<T>;
  const std::vector<std::vector<std::size_t>> blocks{{33, 5}, {100}, {17, 21}};
  const auto of = [&](const std::vector<std::size_t>& block) {
    bo::memory_plan p;
    for (const std::size_t n : block) {
      if (!o.consume) p.gradients += up(n * sizeof(S));
      if (o.master && bo::is_reduced_precision<T>) p.master += up(n * sizeof(S));
      p.state += slots * up(n * sizeof(S));
    }
    return p;
  };
  bo::memory_plan sum = of({9});
  bo::memory_plan most;
  for (const auto& block : blocks) {
    const auto p = of(block);
    if (keeps) {
      most.gradients = std::max(most.gradients, p.gradients);
      most.master += p.master;
      most.state += p.state;
    } else if (p.allocated() > most.allocated()) {
      most = p;
    }
  }
  sum = sum + most;
  sum.elements = 33 + 5 + 100 + 17 + 21 + 9;
  sum.values = sum.elements * sizeof(T);
  if (o.clip_norm < std::numeric_limits<double>::infinity())
    sum.workspace = 64 + up(3 * bo::norm_sums<T, T> * sizeof(double));
  return sum;
}

template <class T, class Rule, class Memory>
void check_plan(const Rule& rule, const Memory& memory, const bo::optimizer_options& options) {
  const tensors<T> model(sizes);
  bo::counting_resource counter;
  {
    bo::plain_backend backend;
    backend.resource = &counter;
    const auto wanted = by_hand<T>(std::is_same_v<Memory, bo::keep_state>, bo::slot_count<Rule>, options);
    CHECK(bo::plan(uneven(model), rule, memory, options) == wanted);
    bo::block_optimizer optimizer{uneven(model), rule, bo::ascending{}, memory, backend, options};
    CHECK(optimizer.plan() == wanted);
    CHECK(counter.allocations() == 0);
    CHECK(optimizer.allocated().allocated() == 0);
    for (std::uint64_t visit = 0; visit < 4; ++visit) {
      static_cast<void>(optimizer.active());
      CHECK(optimizer.allocated() == wanted);
      CHECK(counter.bytes() == wanted.allocated());
      optimizer.switch_block();
    }
    CHECK(counter.peak_bytes() == wanted.allocated());
  }
  CHECK(counter.bytes() == 0);
}

template <class T>
void check_plans() {
  for (const bool master : {true, false}) {
    for (const bool clips : {true, false}) {
      for (const bool consume : {true, false}) {
        if (clips && consume) continue;
        bo::optimizer_options o{.master = master, .consume = consume};
        if (clips) o.clip_norm = 1;
        check_plan<T>(bo::sgd{}, bo::keep_state{}, o);
        check_plan<T>(bo::momentum{}, bo::drop_state{}, o);
        check_plan<T>(bo::adamw{}, bo::keep_state{}, o);
        check_plan<T>(bo::adamw{}, bo::drop_state{}, o);
      }
    }
  }
}

}  // namespace

TEST_CASE_TEMPLATE("the plan is what is allocated and what a calculation by hand gives", T, float, bo::bfloat16) {
  check_plans<T>();
}
TEST_CASE("the plan of double values counts slots of eight bytes") { check_plans<double>(); }

TEST_CASE("block Adam on 16 bit values takes two bytes and 16 over D per parameter") {
  // M parameters in D equal blocks: values 2 M, and gradient, master and two moments of 4 bytes for one block
  for (const std::size_t blocks : {1U, 2U, 4U, 8U, 16U}) {
    const std::size_t each = 4096;
    const tensors<bo::bfloat16> model(std::vector<std::size_t>(blocks, each));
    const std::size_t m = blocks * each;
    const auto dropped = bo::plan(model.blocks(), bo::adam{}, bo::drop_state{});
    CHECK(dropped.total() == 2 * m + 16 * m / blocks);
    const auto kept = bo::plan(model.one_block(), bo::adam{}, bo::keep_state{});
    CHECK(kept.total() == 18 * m);
    CHECK(static_cast<double>(dropped.allocated()) / static_cast<double>(kept.allocated()) ==
          1.0 / static_cast<double>(blocks));
    if (blocks == 8) CHECK(static_cast<double>(dropped.allocated()) <= 0.14 * static_cast<double>(kept.allocated()));
  }
}

TEST_CASE("gradients of the caller cost nothing unless they are accumulated") {
  const tensors<float> model({100}), g({100});
  const auto parts = bo::as_one_block(
      std::vector{bo::parameter<float>{"w", {model.values[0].data(), 100}, {g.values[0].data(), 100}}});
  CHECK(bo::plan(parts, bo::adam{}, bo::drop_state{}).gradients == 0);
  CHECK(bo::plan(parts, bo::adam{}, bo::drop_state{}, {.accumulate = 2}).gradients == up(400));
}

TEST_CASE("steps and switches allocate nothing and start no thread once every block was seen") {
  const std::size_t n = 70000;  // enough for threads
  const tensors<float> model({n, 100, 30000, 500});
  bo::counting_resource counter;
  bo::plain_backend backend;
  backend.resource = &counter;
  std::vector<float> consumed(n, 0.5F);
  const auto run = [&](auto& optimizer, bool consumes) {
    const auto steps = [&](int count) {
      for (int s = 0; s < count; ++s) {
        const auto active = optimizer.active();
        for (const std::size_t p : active.parameters) {
          if (consumes) {
            optimizer.consume(p, bo::view(consumed.data(), model.values[p].size()));
          } else {
            active.gradient(p)(0) += 0.5F;
          }
        }
        optimizer.step();
      }
    };
    steps(24);  // every block was seen
    const std::size_t running = threads(), arena = counter.allocations(), heap = allocations();
    steps(60);
    optimizer.rule().learning_rate = 0.5;
    optimizer.switch_block();
    steps(7);
    const std::size_t afterwards = allocations();
    CHECK(afterwards == heap);
    CHECK(counter.allocations() == arena);
    CHECK(threads() == running);
  };
  const auto parts = [&] {
    return bo::by_list(model.parameters(), {{"a", {"layers.0.w"}}, {"b", {"layers.1.w"}}, {"c", {"layers.2.w"}}},
                       {"layers.3.w"});
  };
  bo::optimizer_options options{.switch_every = 3, .schedule = bo::cosine{.steps = 50, .warmup = 5}};
  bo::optimizer_options clipping = options;
  clipping.clip_norm = 0.1;
  clipping.accumulate = 2;
  clipping.non_finite_gradients = bo::non_finite::throws;
  bo::optimizer_options consuming = options;
  consuming.consume = true;
  {
    bo::block_optimizer optimizer{parts(), bo::adamw{}, bo::random_reshuffle{}, bo::drop_state{}, backend, clipping};
    run(optimizer, false);
    auto copy = optimizer;  // its tables were as large as the block under way
    run(copy, false);
  }
  {
    bo::block_optimizer optimizer{parts(), bo::adamw{}, bo::random_reshuffle{}, bo::keep_state{}, backend, consuming};
    run(optimizer, true);
  }
  CHECK(allocations() > 0);  // the counter counts
}

TEST_CASE("a copy allocates its memory and the right amount of it") {
  const tensors<float> model(sizes);
  bo::counting_resource counter;
  bo::plain_backend backend;
  backend.resource = &counter;
  bo::block_optimizer optimizer{uneven(model), bo::adamw{}, bo::ascending{}, bo::keep_state{}, backend};
  {
    const auto unused = optimizer;
    CHECK(counter.bytes() == 0);
  }
  advance(optimizer, 0, 3);
  {
    auto copy = optimizer;
    CHECK(counter.bytes() == 2 * optimizer.plan().allocated());
    auto moved = std::move(copy);
    CHECK(counter.bytes() == 2 * optimizer.plan().allocated());
    optimizer = moved;
    CHECK(counter.bytes() == 2 * optimizer.plan().allocated());
  }
  CHECK(counter.bytes() == optimizer.plan().allocated());
}
