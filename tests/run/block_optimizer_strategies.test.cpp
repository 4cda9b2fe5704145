// SPDX-License-Identifier: MIT
// Part of blockopt: tests of what memory strategies make of a block that is entered again.
#include <cmath>
#include <cstddef>
#include <cstdint>
#include <span>
#include <vector>

#include <doctest/doctest.h>

#include <blockopt/backend/plain/plain_backend.hpp>
#include <blockopt/block/by_matrix.hpp>
#include <blockopt/memory/decay_state.hpp>
#include <blockopt/memory/drop_state.hpp>
#include <blockopt/memory/keep_state.hpp>
#include <blockopt/memory/memory_choice.hpp>
#include <blockopt/memory/warm_state.hpp>
#include <blockopt/run/block_optimizer.hpp>
#include <blockopt/select/ascending.hpp>
#include <blockopt/select/fixed_block.hpp>
#include <blockopt/update/adamw.hpp>
#include <blockopt/update/nadam.hpp>
#include <blockopt/update/sgd.hpp>

#include "run/optimizer_support.hpp"

namespace bo = blockopt;
using namespace blockopt_tests;

namespace {

constexpr std::uint64_t visit = 5;

/// One step on the active block with a gradient that the step's number decides.
template <class Optimizer>
void step(Optimizer& optimizer, double size = 1) {
  const auto active = optimizer.active();
  for (const std::size_t p : active.parameters) {
    const auto g = active.gradient(p);
    for (std::size_t i = 0; i < g.size(); ++i)
      g.data()[i] = static_cast<float>(size * std::sin(1.0 + static_cast<double>(7 * i + 3 * optimizer.steps())));
  }
  optimizer.step();
}

template <class Optimizer>
std::vector<float> slot_of(Optimizer& optimizer, std::size_t parameter, std::size_t slot) {
  const std::span<const float> view = optimizer.state(parameter, slot);
  return {view.begin(), view.end()};
}

std::vector<float> values_of(const tensors<float>& model, std::size_t parameter) {
  return {model.values[parameter].data(), model.values[parameter].data() + model.values[parameter].size()};
}

}  // namespace

TEST_CASE("decay_state holds what steps with a zero gradient would have made of the state") {
  const tensors<float> model({40, 24});
  const tensors<float> twin({40});
  const bo::nadam rule{.learning_rate = 0.01};  // it has running sums too
  bo::block_optimizer optimizer{bo::by_matrix(model.parameters()),
                                rule,
                                bo::ascending{},
                                bo::decay_state{},
                                bo::plain_backend{},
                                {.switch_every = visit}};
  // The same block alone, and while the other one is active its gradient is zero, at a rate of zero.
  bo::block_optimizer alone{bo::by_matrix(twin.parameters()), rule, bo::fixed_block{0}, bo::keep_state{},
                            bo::plain_backend{}};
  for (int round = 0; round < 3; ++round) {
    for (std::uint64_t k = 0; k < visit; ++k) {
      const auto active = optimizer.active();
      REQUIRE(active.index == 0);
      for (const std::size_t s : {0, 1}) {
        const auto now = slot_of(optimizer, 0, s), wanted = slot_of(alone, 0, s);
        if (round == 0 && k == 0) continue;
        for (std::size_t i = 0; i < now.size(); ++i) CHECK(now[i] == doctest::Approx(wanted[i]).epsilon(1e-5));
      }
      CHECK(optimizer.steps_of(0) == alone.steps_of(0));
      const auto mine = active.gradient(0);
      const auto its = alone.active().gradient(0);
      for (std::size_t i = 0; i < mine.size(); ++i)
        mine.data()[i] = its.data()[i] = static_cast<float>(std::sin(1.0 + static_cast<double>(7 * i + k)));
      optimizer.step();
      alone.step();
    }
    for (std::size_t i = 0; i < 40; ++i) CHECK(model.values[0][i] == doctest::Approx(twin.values[0][i]).epsilon(1e-5));
    const auto before = values_of(twin, 0);
    alone.schedule([](const bo::schedule_point&) { return 0.0; });
    for (std::uint64_t k = 0; k < visit; ++k) {
      step(optimizer, 3);  // the other block
      alone.step();        // gradients are zero after a step
    }
    alone.schedule({});
    CHECK(before == values_of(twin, 0));
  }
}

TEST_CASE("decay_state changes no state of a block that is entered again at once, and no value ever") {
  const tensors<bo::bfloat16> model({40, 24});
  bo::block_optimizer optimizer{bo::by_matrix(model.parameters()),
                                bo::adamw{.learning_rate = 0.01},
                                bo::ascending{},
                                bo::decay_state{},
                                bo::plain_backend{},
                                {.switch_every = visit, .write_back = bo::rounding::stochastic}};
  for (std::uint64_t k = 0; k < 2 * visit; ++k) step(optimizer);
  std::vector<float> before(40);
  for (std::size_t i = 0; i < 40; ++i) before[i] = static_cast<float>(model.values[0][i]);
  REQUIRE(optimizer.active().index == 0);
  for (std::size_t i = 0; i < 40; ++i) CHECK(static_cast<float>(model.values[0][i]) == before[i]);
  bo::block_optimizer fixed{bo::by_matrix(model.parameters()),
                            bo::adamw{},
                            bo::fixed_block{1},
                            bo::decay_state{},
                            bo::plain_backend{},
                            {.switch_every = visit}};
  for (std::uint64_t k = 0; k < visit; ++k) step(fixed);
  fixed.switch_block();
  static_cast<void>(fixed.active());
  CHECK(fixed.steps_of(1) == visit);
  CHECK(slot_of(fixed, 1, 1).front() > 0);
}

TEST_CASE("warm_state keeps second moments and the step count, and drops the rest") {
  const tensors<float> model({40, 24, 8});
  bo::block_optimizer optimizer{bo::by_matrix(model.parameters()),
                                bo::adamw{.learning_rate = 0.01},
                                bo::ascending{},
                                bo::warm_state{},
                                bo::plain_backend{},
                                {.switch_every = visit}};
  std::vector<std::vector<float>> left(3);
  for (int round = 0; round < 3; ++round) {
    for (std::size_t b = 0; b < 3; ++b) {
      for (std::uint64_t k = 0; k < visit; ++k) {
        REQUIRE(optimizer.active().index == b);
        if (k == 0) {
          CHECK(optimizer.steps_of(b) == static_cast<std::uint64_t>(round) * visit);
          for (const float m : slot_of(optimizer, b, 0)) CHECK(m == 0);
          if (round > 0) CHECK(slot_of(optimizer, b, 1) == left[b]);
          else
            for (const float v : slot_of(optimizer, b, 1)) CHECK(v == 0);
        }
        if (k + 1 == visit) {  // a step further by hand
          left[b] = slot_of(optimizer, b, 1);
          const std::uint64_t n = optimizer.steps();
          for (std::size_t i = 0; i < left[b].size(); ++i) {
            const auto g = static_cast<float>(std::sin(1.0 + static_cast<double>(7 * i + 3 * n)));
            left[b][i] = 0.999F * left[b][i] + static_cast<float>(1 - 0.999) * (g * g);
          }
        }
        step(optimizer);
      }
    }
  }
  const std::size_t up = 64;  // arrays of 160, 96 and 32 bytes, rounded up
  CHECK(optimizer.plan() ==
        bo::memory_plan{.values = 288, .gradients = 3 * up, .master = 0, .state = 3 * up + 6 * up, .elements = 72});
}

TEST_CASE("a strategy chosen at run time is the chosen one") {
  using choice = bo::memory_choice<bo::keep_state, bo::drop_state, bo::warm_state, bo::decay_state>;
  const auto run = [](const auto& memory) {
    const tensors<float> model({40, 24});
    bo::block_optimizer optimizer{bo::by_matrix(model.parameters()),
                                  bo::adamw{.learning_rate = 0.01},
                                  bo::ascending{},
                                  memory,
                                  bo::plain_backend{},
                                  {.switch_every = visit}};
    const auto plan = optimizer.plan();
    for (std::uint64_t k = 0; k < 5 * visit; ++k) step(optimizer);
    CHECK(optimizer.allocated() == plan);
    const auto copy = optimizer;
    CHECK(copy.allocated() == plan);
    return values_of(model, 0);
  };
  const auto keep = run(bo::keep_state{}), drop = run(bo::drop_state{}), warm = run(bo::warm_state{}),
             decay = run(bo::decay_state{});
  CHECK(run(choice{bo::keep_state{}}) == keep);
  CHECK(run(choice{bo::drop_state{}}) == drop);
  CHECK(run(choice{bo::warm_state{}}) == warm);
  CHECK(run(choice{bo::decay_state{}}) == decay);
  CHECK(keep != drop);
  CHECK(drop != warm);
  CHECK(warm != decay);
  CHECK(decay != keep);
}

TEST_CASE("rules without state compose with every strategy") {
  const tensors<float> model({40, 24});
  bo::block_optimizer optimizer{bo::by_matrix(model.parameters()),
                                bo::sgd{.learning_rate = 0.01},
                                bo::ascending{},
                                bo::decay_state{},
                                bo::plain_backend{},
                                {.switch_every = visit}};
  for (std::uint64_t k = 0; k < 4 * visit; ++k) step(optimizer);
  CHECK(optimizer.steps_of(0) == 3 * visit);
}
