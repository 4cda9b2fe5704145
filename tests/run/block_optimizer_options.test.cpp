// SPDX-License-Identifier: MIT
// Part of blockopt: tests of clipping, hyper-parameters of blocks, schedules, write-back and the floating-point mode.
#include <algorithm>
#include <cfenv>
#include <cmath>
#include <cstddef>
#include <cstdint>
#include <limits>
#include <numbers>
#include <string>
#include <vector>

#if defined(__SSE__)
#include <xmmintrin.h>
#endif

#include <doctest/doctest.h>

#include <blockopt/backend/eigen/eigen_backend.hpp>
#include <blockopt/backend/plain/plain_backend.hpp>
#include <blockopt/memory/drop_state.hpp>
#include <blockopt/memory/keep_state.hpp>
#include <blockopt/run/block_optimizer.hpp>
#include <blockopt/select/ascending.hpp>
#include <blockopt/update/adamw.hpp>
#include <blockopt/update/sgd.hpp>

#include "optimizer_support.hpp"

namespace bo = blockopt;
using namespace blockopt_tests;

namespace {

/// One sgd step of rate 1 from x = 0 on two tensors shows the gradient that was applied, with its sign changed.
struct applied {
  tensors<double> model{{3, 2}};
  bo::step_result result;

  applied(const bo::optimizer_options& options, const std::vector<double>& g) {
    for (const auto& v : model.values) std::ranges::fill(v.span(), 0.0);
    bo::block_optimizer optimizer{model.one_block(), bo::sgd{.learning_rate = 1}, bo::ascending{},
                                  bo::drop_state{},  bo::plain_backend{},         options};
    const auto active = optimizer.active();
    for (std::size_t i = 0; i < 3; ++i) active.gradient(0)(i) = g[i];
    for (std::size_t i = 0; i < 2; ++i) active.gradient(1)(i) = g[3 + i];
    result = optimizer.step();
  }
  [[nodiscard]] double gradient(std::size_t i) const { return -(i < 3 ? model.values[0][i] : model.values[1][i - 3]); }
};

}  // namespace

TEST_CASE("the norm of the whole active gradient is clipped and its direction kept") {
  const std::vector<double> g{3, -4, 12, 84, 0};  // norm 85
  for (const double limit : {1.0, 17.0, 84.99}) {
    const applied step({.clip_norm = limit}, g);
    CHECK(step.result.gradient_norm == 85.0);
    for (std::size_t i = 0; i < 5; ++i)
      CHECK(std::abs(step.gradient(i) - g[i] * limit / 85) <= 1e-15 * std::abs(g[i]) * limit);
  }
  for (const double limit : {85.0, 1e10}) {
    const applied step({.clip_norm = limit}, g);
    for (std::size_t i = 0; i < 5; ++i) CHECK(step.gradient(i) == g[i]);
  }
  CHECK(std::isnan(applied({}, g).result.gradient_norm));  // nothing asked for it
}

TEST_CASE("elements are clipped by value after the norm") {
  const std::vector<double> g{3, -4, 12, 84, 0};
  const applied by_value({.clip_value = 5}, g);
  const double wanted[] = {3, -4, 5, 5, 0};
  for (std::size_t i = 0; i < 5; ++i) CHECK(by_value.gradient(i) == wanted[i]);
  const applied both({.clip_norm = 8.5, .clip_value = 0.35}, g);  // g / 10 first
  const double then[] = {0.3, -0.35, 0.35, 0.35, 0};
  for (std::size_t i = 0; i < 5; ++i) CHECK(std::abs(both.gradient(i) - then[i]) <= 1e-15);
}

TEST_CASE("norms of doubles neither overflow nor underflow") {
  for (const double size : {1e200, 1e-200, 1e300, 1e-290}) {
    const applied step({.clip_norm = size}, {3 * size, -4 * size, 12 * size, 84 * size, 0});
    CHECK(std::abs(step.result.gradient_norm / (85 * size) - 1) <= 1e-14);
    CHECK(std::abs(step.gradient(3) / (84.0 / 85 * size) - 1) <= 1e-14);
    CHECK(std::abs(step.gradient(1) / (-4.0 / 85 * size) - 1) <= 1e-14);
  }
  const applied zero({.clip_norm = 1}, {0, 0, 0, 0, 0});
  CHECK(zero.result.gradient_norm == 0);
  CHECK(zero.gradient(0) == 0);
}

TEST_CASE("a parameter without decay does not decay") {
  const tensors<double> model({10, 10, 10});
  const tensors<double> start = model;
  const bo::adamw decays{.learning_rate = 0.1, .weight_decay = 0.5};
  bo::adamw none = decays;
  none.weight_decay = 0;
  bo::block_optimizer optimizer{model.one_block(), decays, bo::ascending{}, bo::drop_state{}, bo::plain_backend{}};
  optimizer.assign(none, [](const auto& p, std::size_t) { return p.name == "layers.1.w"; });
  CHECK(optimizer.rule_of(0).weight_decay == 0.5);
  CHECK(optimizer.rule_of(1).weight_decay == 0);
  CHECK(optimizer.rule_of(2).weight_decay == 0.5);
  for (int s = 0; s < 3; ++s) {  // zero gradients: all that moves is decay
    static_cast<void>(optimizer.active());
    optimizer.step();
  }
  for (std::size_t i = 0; i < 10; ++i) {
    CHECK(model.values[1][i] == start.values[1][i]);
    CHECK(std::abs(model.values[0][i] - start.values[0][i] * std::pow(0.95, 3)) <= 1e-15);
    CHECK(std::abs(model.values[2][i] - start.values[2][i] * std::pow(0.95, 3)) <= 1e-15);
  }
}

TEST_CASE("blocks may have hyper-parameters of their own and rates change without touching state") {
  const tensors<double> model({6, 6, 6});
  bo::block_optimizer optimizer{
      bo::by_list(model.parameters(), {{"a", {"layers.0.w"}}, {"b", {"layers.1.w"}}}, {"layers.2.w"}),
      bo::sgd{.learning_rate = 1},
      bo::ascending{},
      bo::keep_state{},
      bo::plain_backend{},
      bo::optimizer_options{.switch_every = 1}};
  bo::sgd& of_b = optimizer.assign_block(1, {.learning_rate = 0.25});
  optimizer.assign(bo::sgd{.learning_rate = 8}, [](const auto&, std::size_t block) { return block == 2; });
  const double wanted[] = {1, 0.25, 1, 0.5, 3, 0.5};  // rates of the block, visit by visit
  for (std::size_t visit = 0; visit < 6; ++visit) {
    if (visit == 2) of_b.learning_rate = 0.5;
    if (visit == 4) optimizer.rule().learning_rate = 3;
    const auto active = optimizer.active();
    const double block = model.values[active.index][0], always = model.values[2][0];
    CHECK(optimizer.learning_rate(active.index) == wanted[visit]);
    active.gradient(active.index)(0) = 1;
    active.gradient(2)(0) = 1;
    const std::size_t index = active.index;
    optimizer.step();
    CHECK(std::abs(model.values[index][0] - (block - wanted[visit])) <= 1e-14);
    CHECK(std::abs(model.values[2][0] - (always - 8)) <= 1e-13);
  }
  // state: a changed rate leaves moments and step counts as they are
  const tensors<double> a({6}), b({6});
  bo::block_optimizer fast{a.one_block(), bo::adamw{}, bo::ascending{}, bo::keep_state{}, bo::plain_backend{}};
  bo::block_optimizer slow{b.one_block(), bo::adamw{}, bo::ascending{}, bo::keep_state{}, bo::plain_backend{}};
  advance(fast, 0, 5);
  advance(slow, 0, 5);
  slow.rule().learning_rate = 1e-6;
  advance(fast, 5, 5);
  advance(slow, 5, 5);
  CHECK(same_bits(fast.state(0, 0), slow.state(0, 0)));
  CHECK(same_bits(fast.state(0, 1), slow.state(0, 1)));
  CHECK(fast.steps_of(0) == slow.steps_of(0));
  CHECK(a.image() != b.image());
}

TEST_CASE("rates follow the schedule that the options or a later call give") {
  const tensors<double> model({4, 4});
  const auto rates = [&](bo::learning_rate_schedule schedule, bool later) {
    for (const auto& v : model.values) std::ranges::fill(v.span(), 0.0);
    bo::optimizer_options options{.switch_every = 4};
    if (!later) options.schedule = schedule;
    bo::block_optimizer optimizer{model.blocks(),   bo::sgd{.learning_rate = 2}, bo::ascending{},
                                  bo::drop_state{}, bo::plain_backend{},         options};
    if (later) optimizer.schedule(schedule);
    std::vector<double> result;
    for (int s = 0; s < 20; ++s) {
      const auto active = optimizer.active();
      const double before = model.values[active.index][0];
      active.gradient(active.index)(0) = 1;
      const std::size_t index = active.index;
      CHECK(optimizer.learning_rate(index) ==
            2 * schedule({optimizer.steps(), optimizer.visits() - 1, std::uint64_t(s) % 4}));
      optimizer.step();
      result.push_back((before - model.values[index][0]) / 2);
    }
    return result;
  };
  for (const bool later : {false, true}) {
    const auto cosine = rates(bo::cosine{.steps = 15, .warmup = 5, .floor = 0.1}, later);
    const auto after_switch = rates(bo::warmup_after_switch{.steps = 3, .skip_visits = 1}, later);
    const auto both = rates(bo::product(bo::warmup{10}, bo::warmup_after_switch{.steps = 2}), later);
    for (int s = 0; s < 20; ++s) {
      const double k = s;
      const double wanted = s < 5    ? (k + 1) / 5
                            : s < 15 ? 0.1 + 0.45 * (1 + std::cos(std::numbers::pi * (k - 5) / 10))
                                     : 0.1;
      CHECK(std::abs(cosine[static_cast<std::size_t>(s)] - wanted) <= 1e-13);
      const double soft = s < 4 || s % 4 >= 3 ? 1.0 : (k - 4 * std::floor(k / 4) + 1) / 3;
      CHECK(std::abs(after_switch[static_cast<std::size_t>(s)] - soft) <= 1e-13);
      const double product = std::min(1.0, (k + 1) / 10) * (s % 4 == 0 ? 0.5 : 1.0);
      CHECK(std::abs(both[static_cast<std::size_t>(s)] - product) <= 1e-13);
    }
  }
}

TEST_CASE("updates below half a unit in the last place survive with a master copy or stochastic rounding only") {
  const auto mean_after = [](bool master, bo::rounding rounding, std::uint64_t seed) {
    const tensors<bo::bfloat16> model({4096});
    std::ranges::fill(model.values[0].span(), bo::bfloat16(1.0F));
    bo::block_optimizer optimizer{
        model.one_block(),   bo::sgd{.learning_rate = 1},
        bo::ascending{},     bo::drop_state{},
        bo::eigen_backend{}, bo::optimizer_options{.write_back = rounding, .master = master, .seed = seed}};
    for (int s = 0; s < 64; ++s) {
      const auto g = optimizer.active().gradient(0);
      std::fill(g.data(), g.data() + g.size(), -1.0F / 1024);  // a unit in the last place of 1 is 8 / 1024
      optimizer.step();
    }
    double sum = 0;
    for (const bo::bfloat16 x : model.values[0].span()) sum += static_cast<double>(static_cast<float>(x));
    return sum / 4096;
  };
  const double wanted = 1 + 64.0 / 1024;
  CHECK(mean_after(true, bo::rounding::nearest, 1) == wanted);
  CHECK(mean_after(false, bo::rounding::nearest, 1) == 1.0);  // all lost
  // 64 draws of p = 1/8 per element: a deviation of sqrt(64 p (1 - p) / 4096) = 0.041 units of 8 / 1024
  const double deviation = std::sqrt(64 * 0.109375 / 4096) * 8 / 1024;
  for (const std::uint64_t seed : {1U, 2U, 3U})
    CHECK(std::abs(mean_after(false, bo::rounding::stochastic, seed) - wanted) <= 4 * deviation);
  CHECK(mean_after(false, bo::rounding::stochastic, 1) != mean_after(false, bo::rounding::stochastic, 2));
}

TEST_CASE("the floating point mode of the caller is used and left as it is") {
  const tensors<float> model({1000}), same({1000});
  bo::block_optimizer optimizer{model.one_block(), bo::adamw{},         bo::ascending{},
                                bo::drop_state{},  bo::eigen_backend{}, bo::optimizer_options{.clip_norm = 1.0}};
  bo::block_optimizer usual{same.one_block(), bo::adamw{},         bo::ascending{},
                            bo::drop_state{}, bo::eigen_backend{}, bo::optimizer_options{.clip_norm = 1.0}};
  REQUIRE(std::fesetround(FE_UPWARD) == 0);
#if defined(__SSE__)
  const unsigned control = (_mm_getcsr() & ~0x3fU) ^ 0x8000U;  // all but the flags of past exceptions; flush to zero
  _mm_setcsr(control);
#endif
  advance(optimizer, 0, 5);
  const int mode = std::fegetround();
#if defined(__SSE__)
  const unsigned after = _mm_getcsr() & ~0x3fU;
  _mm_setcsr((after ^ 0x8000U) & ~0x6000U);
#endif
  std::fesetround(FE_TONEAREST);
  CHECK(mode == FE_UPWARD);
#if defined(__SSE__)
  CHECK(after == control);
#endif
  advance(usual, 0, 5);
  CHECK(model.image() != same.image());  // it really rounded upward
}
