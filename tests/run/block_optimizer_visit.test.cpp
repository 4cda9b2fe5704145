// SPDX-License-Identifier: MIT
// Part of blockopt: tests of visits: their length, their order, what they touch and what they count.
#include <algorithm>
#include <cmath>
#include <cstddef>
#include <cstdint>
#include <cstring>
#include <limits>
#include <map>
#include <memory_resource>
#include <span>
#include <stdexcept>
#include <string>
#include <utility>
#include <vector>

#include <doctest/doctest.h>

#include <blockopt/backend/plain/plain_backend.hpp>
#include <blockopt/memory/drop_state.hpp>
#include <blockopt/memory/keep_state.hpp>
#include <blockopt/run/block_optimizer.hpp>
#include <blockopt/select/ascending.hpp>
#include <blockopt/select/descending.hpp>
#include <blockopt/select/random_reshuffle.hpp>
#include <blockopt/select/uniform_random.hpp>
#include <blockopt/update/adamw.hpp>

#include "optimizer_support.hpp"

namespace bo = blockopt;
using namespace blockopt_tests;

namespace {

/// A policy of one's own: any function of the visit's number; it hears what it asked for and keeps it.
struct told_policy {
  static constexpr bo::feedback_kind feedback = bo::feedback_kind::visited_block;
  std::vector<std::size_t> order;
  std::vector<std::pair<std::size_t, bo::visit_feedback>>* heard =
      nullptr;  ///< the optimizer owns a copy of the policy

  [[nodiscard]] std::size_t next(bo::random_stream&, const bo::selection_statistics& s) const {
    return order[static_cast<std::size_t>(s.visit) % order.size()];
  }
  void observe(std::size_t block, const bo::visit_feedback& f) { heard->emplace_back(block, f); }
};

constexpr bo::adamw rule{.learning_rate = 0.01, .weight_decay = 0.1};

/// Steps of each visit, by counting.
template <class Selection, class Memory>
std::vector<std::pair<std::size_t, int>> visits(Selection selection, Memory memory, std::uint64_t k, int steps) {
  const tensors<float> model({5, 6, 7, 8});
  bo::block_optimizer optimizer{
      model.blocks(), rule, selection, memory, bo::plain_backend{}, bo::optimizer_options{.switch_every = k}};
  std::vector<std::pair<std::size_t, int>> result;
  bool ended = true;
  for (int s = 0; s < steps; ++s) {
    const std::size_t block = feed(optimizer, static_cast<std::uint64_t>(s));
    if (ended) result.emplace_back(block, 0);
    CHECK(block == result.back().first);
    ++result.back().second;
    ended = optimizer.step().visit_ended;
  }
  CHECK(optimizer.visits() == result.size());
  return result;
}

}  // namespace

TEST_CASE("every visit is exactly K steps and the first is no exception") {
  for (const std::uint64_t k : {1U, 2U, 5U, 100U}) {
    const auto of_drop = visits(bo::ascending{}, bo::drop_state{}, k, 4 * static_cast<int>(k) + 1);
    REQUIRE(of_drop.size() == 5);
    for (std::size_t v = 0; v < 4; ++v) CHECK(of_drop[v] == std::pair<std::size_t, int>{v, static_cast<int>(k)});
    const auto of_keep = visits(bo::descending{}, bo::keep_state{}, k, 4 * static_cast<int>(k) + 1);
    REQUIRE(of_keep.size() == 5);
    for (std::size_t v = 0; v < 4; ++v) CHECK(of_keep[v] == std::pair<std::size_t, int>{3 - v, static_cast<int>(k)});
  }
}

TEST_CASE("a visit without a length does not end until the caller ends it") {
  const tensors<float> model({5, 6});
  bo::block_optimizer optimizer{model.blocks(), rule, bo::ascending{}, bo::drop_state{}, bo::plain_backend{}};
  for (std::uint64_t s = 0; s < 300; ++s) {
    CHECK(feed(optimizer, s) == 0);
    CHECK_FALSE(optimizer.step().visit_ended);
  }
  optimizer.switch_block();
  CHECK(optimizer.active().index == 1);
  optimizer.switch_block();
  optimizer.switch_block();  // no visit under way: nothing to end
  CHECK(optimizer.active().index == 0);
  CHECK(optimizer.visits() == 3);
}

TEST_CASE("a new visit length holds for the visit under way") {
  const tensors<float> model({5, 6});
  bo::block_optimizer optimizer{model.blocks(),      rule,
                                bo::ascending{},     bo::drop_state{},
                                bo::plain_backend{}, bo::optimizer_options{.switch_every = 10}};
  advance(optimizer, 0, 4);
  optimizer.switch_every(5);
  feed(optimizer, 4);
  CHECK(optimizer.step().visit_ended);
  CHECK(optimizer.active().index == 1);
}

TEST_CASE("the order of random reshuffling is a permutation in each block epoch") {
  const auto order = visits(bo::random_reshuffle{.seed = 3}, bo::drop_state{}, 2, 2 * 4 * 25);
  REQUIRE(order.size() == 100);
  std::map<std::vector<std::size_t>, int> seen;
  for (std::size_t epoch = 0; epoch < 25; ++epoch) {
    std::vector<std::size_t> blocks;
    for (std::size_t v = 0; v < 4; ++v) {
      blocks.push_back(order[4 * epoch + v].first);
      CHECK(order[4 * epoch + v].second == 2);
    }
    ++seen[blocks];
    std::ranges::sort(blocks);
    CHECK(blocks == std::vector<std::size_t>{0, 1, 2, 3});
  }
  CHECK(seen.size() > 10);  // of 24; one order for ever would be 1
  CHECK(order == visits(bo::random_reshuffle{.seed = 3}, bo::drop_state{}, 2, 2 * 4 * 25));
  CHECK(order != visits(bo::random_reshuffle{.seed = 4}, bo::drop_state{}, 2, 2 * 4 * 25));
}

TEST_CASE_TEMPLATE("not one byte of an inactive block or a frozen parameter is touched", T, float, bo::bfloat16) {
  const tensors<T> model({33, 5, 64, 17, 21});
  // tensors 1 and 3 are frozen
  bo::block_optimizer optimizer{
      bo::by_list(model.parameters(), {{"a", {"layers.0.w"}}, {"b", {"layers.2.w", "layers.4.w"}}}),
      rule,
      bo::uniform_random{.seed = 2},
      bo::drop_state{},
      bo::plain_backend{},
      bo::optimizer_options{.switch_every = 3}};
  for (std::uint64_t s = 0; s < 60; ++s) {
    const auto before = model.image();
    const std::size_t block = feed(optimizer, s);
    CHECK(model.image() == before);  // entering writes no value
    optimizer.step();
    const auto after = model.image();
    for (std::size_t p = 0; p < 5; ++p) {
      const bool active = p == 0 ? block == 0 : p % 2 == 0 && block == 1;
      CHECK((before[p] != after[p]) == active);
    }
  }
  CHECK(model.intact());
}

TEST_CASE("the active block names its parameters and hands out zeroed gradients of their extents only") {
  const tensors<float> model({12, 5, 6});
  auto parameters = model.parameters();
  parameters[0].values = {model.values[0].data(), {3, 4}, {1, 3}};  // column-major
  bo::block_optimizer optimizer{bo::by_list(parameters, {{"a", {"layers.0.w"}}, {"b", {"layers.1.w"}}}, {"layers.2.w"}),
                                rule,
                                bo::ascending{},
                                bo::drop_state{},
                                bo::plain_backend{},
                                bo::optimizer_options{.switch_every = 1}};
  for (std::size_t visit = 0; visit < 6; ++visit) {
    const std::size_t block = visit % 2;
    const auto active = optimizer.active();
    CHECK(active.index == block);
    CHECK(active.name == (block == 0 ? "a" : "b"));
    CHECK(std::vector(active.parameters.begin(), active.parameters.end()) == std::vector<std::size_t>{block, 2});
    for (std::size_t p = 0; p < 4; ++p) {
      CHECK(active.contains(p) == (p == block || p == 2));
      const auto g = active.gradient(p);
      CHECK(g.empty() == !active.contains(p));
      if (!g.empty()) {
        CHECK(std::ranges::equal(g.extents(), parameters[p].values.extents()));
        CHECK(std::ranges::equal(g.strides(), parameters[p].values.strides()));  // dense: laid out as the values
        CHECK(std::ranges::all_of(std::span(g.data(), g.size()), [](float x) { return x == 0; }));
      }
    }
    feed(optimizer, visit);
    optimizer.step();
  }
}

TEST_CASE("always active parameters keep their state and count their own steps") {
  const tensors<float> model({20, 30, 25}), alone({20, 30, 25});
  bo::block_optimizer optimizer{
      bo::by_list(model.parameters(), {{"a", {"layers.0.w"}}, {"b", {"layers.1.w"}}}, {"layers.2.w"}),
      rule,
      bo::ascending{},
      bo::drop_state{},
      bo::plain_backend{},
      bo::optimizer_options{.switch_every = 3}};
  bo::block_optimizer plain{bo::by_list(alone.parameters(), {{"c", {"layers.2.w"}}}), rule, bo::ascending{},
                            bo::keep_state{}, bo::plain_backend{}};
  for (std::uint64_t s = 0; s < 20; ++s) {
    advance(optimizer, s, 1);
    advance(plain, s, 1);
    CHECK(same_bits(model.values[2].span(), alone.values[2].span()));
    if (s % 3 != 2) {
      CHECK(same_bits(optimizer.state(2, 0), plain.state(2, 0)));
      CHECK(same_bits(optimizer.state(2, 1), plain.state(2, 1)));
      CHECK(optimizer.steps_of(optimizer.active().index) == s % 3 + 1);
    }
  }
}

TEST_CASE("bias correction counts the steps of the block and not those of the run") {
  const tensors<double> model({10, 10, 10});
  const double rate = 0.01;
  bo::block_optimizer optimizer{model.blocks(),      bo::adamw{.learning_rate = rate, .epsilon = 0, .weight_decay = 0},
                                bo::ascending{},     bo::keep_state{},
                                bo::plain_backend{}, bo::optimizer_options{.switch_every = 4}};
  for (std::uint64_t s = 0; s < 36; ++s) {
    const auto active = optimizer.active();
    const auto& x = model.values[active.index];
    const std::vector<double> before(x.span().begin(), x.span().end());
    // with a constant gradient the corrected moments are g and g^2 at every step, so each step is rate sign(g)
    for (std::size_t i = 0; i < 10; ++i) active.gradient(active.index)(i) = i % 2 == 0 ? 0.5 : -2.0;
    const std::uint64_t own = optimizer.steps_of(active.index);
    CHECK(own == s / 12 * 4 + s % 4);
    optimizer.step();
    CHECK(optimizer.steps_of(active.index) == own + 1);
    for (std::size_t i = 0; i < 10; ++i) {
      CHECK(std::abs(x[i] - (before[i] - (i % 2 == 0 ? rate : -rate))) <= 1e-13);
    }
  }
  CHECK(optimizer.steps() == 36);
  for (std::size_t b = 0; b < 3; ++b) CHECK(optimizer.visits_of(b) == 3);
}

TEST_CASE("a policy that asks for it hears the mean squared gradient norm of the block it visited") {
  const tensors<double> model({20, 30, 5});
  for (const std::uint64_t micro : {1U, 2U}) {
    std::vector<std::pair<std::size_t, bo::visit_feedback>> heard;
    bo::block_optimizer optimizer{bo::by_list(model.parameters(), {{"a", {"layers.0.w"}}, {"b", {"layers.1.w"}}}),
                                  rule,
                                  told_policy{.order = {1, 1, 0}, .heard = &heard},
                                  bo::drop_state{},
                                  bo::plain_backend{},
                                  bo::optimizer_options{.switch_every = 4, .accumulate = micro}};
    std::vector<double> wanted;
    for (std::uint64_t visit = 0; visit < 6; ++visit) {
      const std::size_t p = visit % 3 == 2 ? 0 : 1;
      double sum = 0;
      for (std::uint64_t s = 0; s < 4; ++s) {
        double square = 0;
        for (std::size_t i = 0; i < model.values[p].size(); ++i)
          square += std::pow(test_gradient(4 * visit + s, p, i), 2);
        sum += square;
        for (std::uint64_t m = 0; m < micro; ++m) {
          CHECK(feed(optimizer, 4 * visit + s) == p);
          const auto result = optimizer.step();
          if (result.applied) CHECK(std::abs(result.gradient_norm * result.gradient_norm - square) <= 1e-14 * square);
        }
      }
      wanted.push_back(sum / 4);
    }
    REQUIRE(heard.size() == 6);
    for (std::size_t v = 0; v < 6; ++v) {
      CHECK(heard[v].first == (v % 3 == 2 ? 0 : 1));
      CHECK(heard[v].second.steps == 4);
      CHECK(std::abs(heard[v].second.mean_squared_gradient - wanted[v]) <= 1e-13 * wanted[v]);
    }
  }
}

TEST_CASE("a policy that names a block that is not there is an error and the optimizer stays usable") {
  const tensors<float> model({20, 30, 25}), wanted({20, 30, 25});
  const auto parts = [](const tensors<float>& m) {
    return bo::by_list(m.parameters(), {{"a", {"layers.0.w"}}, {"b", {"layers.1.w"}}}, {"layers.2.w"});
  };
  struct wrong_at_first {
    std::size_t calls = 0;
    std::size_t next(bo::random_stream&, const bo::selection_statistics& s) {
      return ++calls == 1 ? s.blocks : (calls == 3 ? std::numeric_limits<std::size_t>::max() : s.visit % s.blocks);
    }
  };
  // memory full of rubbish, as a new allocation may be: what a failed first visit left undone shows
  struct dirty_resource final : std::pmr::memory_resource {
    void* do_allocate(std::size_t n, std::size_t a) override {
      void* p = std::pmr::new_delete_resource()->allocate(n, a);
      std::memset(p, 0x7b, n);
      return p;
    }
    void do_deallocate(void* p, std::size_t n, std::size_t a) override {
      std::pmr::new_delete_resource()->deallocate(p, n, a);
    }
    bool do_is_equal(const memory_resource& other) const noexcept override { return this == &other; }
  } dirty;
  bo::plain_backend backend;
  backend.resource = &dirty;
  const bo::optimizer_options options{.switch_every = 2};
  bo::block_optimizer optimizer{parts(model), rule, wrong_at_first{}, bo::drop_state{}, backend, options};
  bo::block_optimizer expected{parts(wanted), rule, bo::ascending{}, bo::drop_state{}, bo::plain_backend{}, options};
  CHECK(message_of<bo::invalid_call>([&] { static_cast<void>(optimizer.active()); }) ==
        "blockopt: the selection policy named block 2 of a partition of 2 blocks, numbered from 0");
  CHECK(optimizer.visits() == 0);
  for (std::uint64_t s = 0; s < 8; ++s) {
    if (s == 2) {
      const auto before = model.image();
      CHECK(message_of<bo::invalid_call>([&] { optimizer.step(); }) ==
            "blockopt: the selection policy named block 18446744073709551615 of a partition of 2 blocks, numbered from "
            "0");
      CHECK(model.image() == before);
      CHECK(optimizer.visits() == 1);
    }
    advance(optimizer, s, 1);
    advance(expected, s, 1);
  }
  CHECK(model.image() == wanted.image());
}

TEST_CASE("a policy that throws when it is told of a visit has no visit of K plus one steps") {
  struct thrower {
    int calls = 0;
    std::size_t next(bo::random_stream&, const bo::selection_statistics& s) const { return s.visit % s.blocks; }
    void observe(std::size_t, const bo::visit_feedback& f) {
      CHECK(f.steps == 3);
      CHECK(std::isnan(f.mean_squared_gradient));  // not asked for
      if (++calls == 1) throw std::runtime_error("told");
    }
  };
  const tensors<float> model({20, 30});
  bo::block_optimizer optimizer{
      model.blocks(), rule, thrower{}, bo::drop_state{}, bo::plain_backend{}, bo::optimizer_options{.switch_every = 3}};
  advance(optimizer, 0, 2);
  feed(optimizer, 2);
  CHECK(message_of<std::runtime_error>([&] { optimizer.step(); }) == "told");
  CHECK(optimizer.steps() == 3);
  CHECK(optimizer.active().index == 1);
  advance(optimizer, 3, 3);
  CHECK(optimizer.active().index == 0);
}
