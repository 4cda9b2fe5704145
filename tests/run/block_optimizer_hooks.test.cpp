// SPDX-License-Identifier: MIT
// Part of blockopt: what a rule may bring beside its update: running sums, and a second point.
#include <cmath>
#include <cstddef>
#include <cstdint>
#include <vector>

#include <doctest/doctest.h>

#include <blockopt/backend/plain/plain_backend.hpp>
#include <blockopt/memory/drop_state.hpp>
#include <blockopt/memory/keep_state.hpp>
#include <blockopt/run/block_optimizer.hpp>
#include <blockopt/select/ascending.hpp>

#include "run/optimizer_support.hpp"

namespace bo = blockopt;
using blockopt_tests::advance;
using blockopt_tests::tensors;

namespace {

/// Steps by the number of steps summed up so far, whatever the step count says.
struct summing {
  double learning_rate = 1.0;
  static constexpr auto slots = bo::slots();
  struct running {
    double sum = 0;
  };
  template <class S>
  struct constants {
    S rate;
  };
  template <class S>
  [[nodiscard]] constants<S> at(bo::step_count, running& r) const noexcept {
    r.sum += learning_rate;
    return {S(r.sum)};
  }
  template <class S, class V>
  BLOCKOPT_FN static void update(const constants<S>& c, V& x, const V&) noexcept {
    x = x + c.rate;
  }
};

/// Trains at x, is judged at x + d, where d counts steps.
struct offset_point {
  double learning_rate = 1.0;
  double factor = 1.0;
  static constexpr auto slots = bo::slots("count");
  template <class S>
  struct constants {
    S factor;
  };
  template <class S>
  [[nodiscard]] constants<S> at(bo::step_count) const noexcept {
    return {S(factor)};
  }
  template <class S, class V>
  BLOCKOPT_FN static void update(const constants<S>& c, V& x, const V&, V& d) noexcept {
    x = x + c.factor * d;
  }
};
struct two_points {
  double learning_rate = 1.0;
  static constexpr auto slots = bo::slots("count");
  template <class S>
  struct constants {
    S rate;
  };
  template <class S>
  [[nodiscard]] constants<S> at(bo::step_count) const noexcept {
    return {S(learning_rate)};
  }
  template <class S, class V>
  BLOCKOPT_FN static void update(const constants<S>& c, V& x, const V&, V& d) noexcept {
    x = x + c.rate * S(16);
    d = d + S(1);
  }
  [[nodiscard]] offset_point at_leave() const noexcept { return {.factor = 1}; }
  [[nodiscard]] offset_point at_enter() const noexcept { return {.factor = -1}; }
};

static_assert(bo::accumulating_rule<summing> && !bo::accumulating_rule<two_points>);
static_assert(bo::two_point_rule<two_points> && !bo::two_point_rule<summing>);

void start_at_zero(tensors<float>& t) {
  for (auto& v : t.values) {
    for (std::size_t i = 0; i < v.size(); ++i) v[i] = 0;
  }
}

}  // namespace

TEST_CASE("running sums live with the block: kept where state is kept, new where it is dropped") {
  const auto after = [](auto memory) {
    tensors<float> t({3, 5});
    start_at_zero(t);
    bo::block_optimizer optimizer{t.blocks(), summing{},           bo::ascending{},
                                  memory,     bo::plain_backend{}, {.switch_every = 2}};
    advance(optimizer, 1, 8);  // two visits of two steps for each block
    CHECK(t.values[0][0] == t.values[1][4]);
    CHECK(t.intact());
    return t.values[0][2];
  };
  CHECK(after(bo::keep_state{}) == 1 + 2 + 3 + 4);
  CHECK(after(bo::drop_state{}) == 1 + 2 + 1 + 2);
}

TEST_CASE("always-active parameters sum up over all steps") {
  tensors<float> t({3, 5, 2});
  start_at_zero(t);
  bo::block_optimizer optimizer{bo::by_layer(t.parameters(), {.always_active = {"layers.2."}}),
                                summing{},
                                bo::ascending{},
                                bo::drop_state{},
                                bo::plain_backend{},
                                {.switch_every = 1}};
  advance(optimizer, 1, 4);
  CHECK(t.values[2][0] == 1 + 2 + 3 + 4);
  CHECK(t.values[0][0] == 1 + 1);
}

TEST_CASE("a skipped step does not enter the running sums") {
  tensors<float> t({3});
  start_at_zero(t);
  bo::block_optimizer optimizer{t.one_block(),    summing{},           bo::ascending{},
                                bo::keep_state{}, bo::plain_backend{}, {.non_finite_gradients = bo::non_finite::skip}};
  advance(optimizer, 1, 1);
  optimizer.active().gradient(0)(0) = NAN;
  CHECK(optimizer.step().skipped);
  advance(optimizer, 2, 1);
  CHECK(t.values[0][0] == 1 + 2);
}

TEST_CASE("rules of single blocks have sums of their own and schedules reach them") {
  tensors<float> t({1, 1});
  start_at_zero(t);
  bo::block_optimizer optimizer{t.blocks(),       summing{},           bo::ascending{},
                                bo::keep_state{}, bo::plain_backend{}, {.switch_every = 1}};
  advance(optimizer, 1, 2);
  optimizer.assign_block(1, summing{.learning_rate = 10});
  optimizer.schedule([](const bo::schedule_point&) { return 2.0; });
  advance(optimizer, 3, 2);
  CHECK(t.values[0][0] == 1 + (1 + 2));
  CHECK(t.values[1][0] == 1 + (1 + 20));  // the new rule goes on from the sums of the former one
}

TEST_CASE("values are judged at the second point, and trained at the first") {
  tensors<float> t({3, 5});
  start_at_zero(t);
  bo::block_optimizer optimizer{t.blocks(),       two_points{},        bo::ascending{},
                                bo::keep_state{}, bo::plain_backend{}, {.switch_every = 2}};
  advance(optimizer, 1, 1);
  CHECK(t.values[0][0] == 16);
  optimizer.evaluation_point();
  CHECK(t.values[0][0] == 16 + 1);
  optimizer.evaluation_point();
  CHECK(t.values[0][0] == 16 + 1);
  CHECK(optimizer.active().index == 0);
  CHECK(t.values[0][0] == 16);
  advance(optimizer, 2, 1);
  CHECK(t.values[0][0] == 32 + 2);  // the visit has ended
  optimizer.evaluation_point();
  CHECK(t.values[0][0] == 32 + 2);
  advance(optimizer, 3, 2);
  CHECK(t.values[1][0] == 32 + 2);
  CHECK(optimizer.active().index == 0);
  CHECK(t.values[0][0] == 32);
  advance(optimizer, 5, 1);
  optimizer.evaluation_point();
  CHECK(t.values[0][0] == 48 + 3);
  optimizer.switch_block();
  CHECK(t.values[0][0] == 48 + 3);
  CHECK(t.intact());
}

TEST_CASE("always-active values are shown between visits too, and a copy goes on from there") {
  tensors<float> t({3, 5});
  start_at_zero(t);
  bo::block_optimizer optimizer{bo::by_layer(t.parameters(), {.always_active = {"layers.1."}}),
                                two_points{},
                                bo::ascending{},
                                bo::drop_state{},
                                bo::plain_backend{},
                                {.switch_every = 2}};
  optimizer.evaluation_point();  // before the first visit nothing is to be shown
  CHECK(t.values[1][0] == 0);
  advance(optimizer, 1, 2);
  CHECK(t.values[0][0] == 32 + 2);
  CHECK(t.values[1][0] == 32);
  optimizer.evaluation_point();
  CHECK(t.values[1][0] == 32 + 2);
  auto copy = optimizer;
  CHECK(copy.active().index == 0);
  CHECK(t.values[1][0] == 32);
  CHECK(t.values[0][0] == 32 + 2);  // state was dropped: the visit starts from what was shown
  advance(copy, 3, 2);
  CHECK(t.values[0][0] == 64 + 4);
  CHECK(t.values[1][0] == 64);
}

TEST_CASE("the second point goes through the master copy of 16-bit values") {
  tensors<bo::bfloat16> t({3});
  for (std::size_t i = 0; i < 3; ++i) t.values[0][i] = bo::bfloat16(1024.0F);  // neighbours are 8 apart
  bo::block_optimizer optimizer{t.one_block(),       two_points{.learning_rate = 0.0625},
                                bo::ascending{},     bo::keep_state{},
                                bo::plain_backend{}, {.switch_every = 3}};
  advance(optimizer, 1, 2);
  CHECK(static_cast<float>(t.values[0][0]) == 1024);  // 1026
  optimizer.evaluation_point();
  CHECK(static_cast<float>(t.values[0][0]) == 1024);  // 1028, a tie
  advance(optimizer, 3, 1);
  CHECK(static_cast<float>(t.values[0][0]) == 1032);  // 1027 + 3 = 1030
  CHECK(optimizer.active().index == 0);
  CHECK(static_cast<float>(t.values[0][0]) == 1024);  // 1027 again: nothing was lost on the way
}

TEST_CASE("an equal rule that is assigned in the middle of a run changes nothing") {
  tensors<float> t({3, 5});
  start_at_zero(t);
  bo::block_optimizer optimizer{t.blocks(),       summing{},           bo::ascending{},
                                bo::keep_state{}, bo::plain_backend{}, {.switch_every = 2}};
  advance(optimizer, 1, 5);
  optimizer.assign(summing{}, [](const auto&, std::size_t) { return true; });
  advance(optimizer, 6, 3);
  CHECK(t.values[0][2] == 1 + 2 + 3 + 4);
  CHECK(t.values[1][2] == 1 + 2 + 3 + 4);
}

TEST_CASE("a step that consume began ends with its visit") {
  tensors<float> t({2, 2});
  start_at_zero(t);
  bo::block_optimizer optimizer{t.blocks(),       summing{},           bo::ascending{},
                                bo::keep_state{}, bo::plain_backend{}, {.consume = true}};
  const std::vector<float> g(2, 1.0F);
  for (int s = 0; s < 5; ++s) {
    optimizer.consume(0, bo::view(g));
    optimizer.step();
  }
  optimizer.consume(0, bo::view(g));
  optimizer.switch_block();
  optimizer.consume(1, bo::view(g));
  optimizer.step();
  CHECK(t.values[1][0] == 1);
}

TEST_CASE("settings that change after a failed step hold for the next one") {
  tensors<float> t({1});
  start_at_zero(t);
  bo::block_optimizer optimizer{t.one_block(),       summing{},
                                bo::ascending{},     bo::keep_state{},
                                bo::plain_backend{}, {.accumulate = 2, .non_finite_gradients = bo::non_finite::throws}};
  optimizer.active().gradient(0)(0) = 3e38F;
  optimizer.step();
  optimizer.active().gradient(0)(0) = INFINITY;
  CHECK_THROWS_AS(optimizer.step(), bo::non_finite_gradient);
  optimizer.discard_gradients();
  optimizer.rule().learning_rate = 8;
  advance(optimizer, 1, 2);
  CHECK(t.values[0][0] == 8);
}
