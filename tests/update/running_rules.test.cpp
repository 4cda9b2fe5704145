// SPDX-License-Identifier: MIT
// Part of blockopt: rules with running sums and with two points, as blocks are visited: nadam and the Schedule-Free rules.
#include <algorithm>
#include <cmath>
#include <cstddef>
#include <cstdint>
#include <limits>
#include <string>
#include <utility>
#include <vector>

#include <doctest/doctest.h>

#include <blockopt/backend/plain/plain_backend.hpp>
#include <blockopt/block/by_list.hpp>
#include <blockopt/block/by_matrix.hpp>
#include <blockopt/memory/drop_state.hpp>
#include <blockopt/memory/keep_state.hpp>
#include <blockopt/run/block_optimizer.hpp>
#include <blockopt/select/ascending.hpp>
#include <blockopt/update/nadam.hpp>
#include <blockopt/update/schedule_free_adamw.hpp>
#include <blockopt/update/schedule_free_sgd.hpp>

#include "support/guarded.hpp"
#include "update/rule_stepper.hpp"

namespace bo = blockopt;

namespace {

using numbers = std::vector<float>;
template <class Rule>
using alone = blockopt_tests::rule_stepper<float, bo::plain_backend, Rule>;

constexpr std::size_t size = 5;
constexpr std::uint64_t visit = 3;

numbers start() { return {1, -2, 0.5F, 100, 0}; }

/// The gradient of a block at its own step `t` = 1, 2, ...
numbers gradient_at(std::uint64_t block, std::uint64_t t) {
  numbers g;
  for (std::size_t i = 0; i < size; ++i) g.push_back(static_cast<float>(blockopt_tests::noise(5, t, block, i)));
  return g;
}

/// Two blocks that start alike, an optimizer that visits them in turn, and the gradients that it was given.
template <class Rule, class Memory>
struct two_blocks {
  numbers x[2] = {start(), start()}, g[2] = {numbers(size), numbers(size)};
  std::uint64_t steps_of[2] = {0, 0};
  bool alike;  ///< both blocks are given the same gradients
  using parameter = bo::parameter<float>;
  bo::block_optimizer<parameter, Rule, bo::ascending, Memory, bo::plain_backend> optimizer;

  explicit two_blocks(const Rule& rule, bool same_gradients)
      : alike(same_gradients),
        optimizer(bo::by_matrix(std::vector<parameter>{{"a", bo::view(x[0]), bo::view(std::as_const(g[0]))},
                                                       {"b", bo::view(x[1]), bo::view(std::as_const(g[1]))}}),
                  rule, bo::ascending{}, Memory{}, bo::plain_backend{}, {.switch_every = visit}) {}
  two_blocks(const two_blocks&) = delete;

  void step() {
    const std::size_t b = optimizer.active().index;
    const numbers now = gradient_at(alike ? 0 : b, ++steps_of[b]);
    std::copy(now.begin(), now.end(), g[b].begin());
    optimizer.step();
  }
  void steps(std::uint64_t n) {
    for (std::uint64_t i = 0; i < n; ++i) step();
  }
};

/// A block that nobody disturbs, after so many steps.
template <class Rule>
alone<Rule> undisturbed(const Rule& rule, std::uint64_t block, std::uint64_t steps) {
  alone<Rule> s(rule, start());
  for (std::uint64_t t = 1; t <= steps; ++t) {
    s.g = gradient_at(block, t);
    s.step();
  }
  return s;
}

template <class Rule>
numbers average_of(alone<Rule> s) {
  s.move(s.rule.at_leave());
  return s.x;
}

/// Equal but for `units` in the last place of the larger numbers around.
void check_near(const numbers& a, const numbers& b, double units) {
  REQUIRE(a.size() == b.size());
  for (std::size_t i = 0; i < a.size(); ++i) {
    INFO("element " << i);
    const double scale = std::max({std::fabs(static_cast<double>(a[i])), std::fabs(static_cast<double>(b[i])), 1.0});
    CHECK(std::fabs(static_cast<double>(a[i]) - static_cast<double>(b[i])) <=
          units * scale * static_cast<double>(std::numeric_limits<float>::epsilon()));
  }
}

const bo::schedule_free_sgd free_sgd{
    .learning_rate = 0.25, .beta = 0.75, .weight_decay = 0.1, .warmup_steps = 4, .r = 0.5};
const bo::schedule_free_adamw free_adamw{
    .learning_rate = 0.1, .beta1 = 0.75, .weight_decay = 0.1, .warmup_steps = 4, .r = 0.5};

template <class F>
void for_each_free_rule(const F& f) {
  f(free_sgd);
  f(free_adamw);
}

}  // namespace

TEST_CASE("two equal blocks stay equal whether state is kept or dropped") {
  const auto check = []<class Rule>(const Rule& rule) {
    two_blocks<Rule, bo::keep_state> kept(rule, true);
    two_blocks<Rule, bo::drop_state> dropped(rule, true);
    for (int round = 0; round < 4; ++round) {
      kept.steps(2 * visit);
      dropped.steps(2 * visit);
      CHECK(kept.x[0] == kept.x[1]);
      CHECK(dropped.x[0] == dropped.x[1]);
    }
    CHECK(kept.x[0] != dropped.x[0]);
  };
  check(bo::nadam{.learning_rate = 0.1, .momentum_decay = 0.5});
  check(free_sgd);
  check(free_adamw);
}

TEST_CASE("the momenta of nadam are those of the block's own steps") {
  const bo::nadam rule{.learning_rate = 0.1, .momentum_decay = 0.5};
  two_blocks<bo::nadam, bo::keep_state> kept(rule, false);
  kept.steps(4 * visit);
  for (const std::size_t b : {0U, 1U}) CHECK(kept.x[b] == undisturbed(rule, b, 2 * visit).x);
  // dropped state begins anew, with the values that are there
  two_blocks<bo::nadam, bo::drop_state> dropped(rule, false);
  dropped.steps(3 * visit);
  alone<bo::nadam> again(rule, undisturbed(rule, 0, visit).x);
  for (std::uint64_t t = visit + 1; t <= 2 * visit; ++t) {
    again.g = gradient_at(0, t);
    again.step();
  }
  CHECK(dropped.x[0] == again.x);
}

TEST_CASE("the schedule-free average is the weighted mean of the base iterates") {
  for_each_free_rule([]<class Rule>(Rule rule) {
    rule.weight_lr_power = 1.5;
    blockopt_tests::rule_stepper<double, bo::plain_backend, Rule> s(rule, {1, -2, 0.5, 100, 0});
    std::vector<double> mean(size);
    double weights = 0, largest = 0;
    for (std::uint64_t t = 1; t <= 40; ++t) {
      for (std::size_t i = 0; i < size; ++i) s.g[i] = blockopt_tests::noise(5, t, 0, i);
      if (t == 20) s.rule.learning_rate = 0.4 * rule.learning_rate;  // a schedule: the weights keep the largest rate
      s.step();
      largest = std::max(largest, s.rule.learning_rate * std::min(1.0, static_cast<double>(t) / 4));
      const double weight = std::sqrt(static_cast<double>(t)) * std::pow(largest, 1.5);
      weights += weight;
      auto average = s;
      average.move(rule.at_leave());
      for (std::size_t i = 0; i < size; ++i) {
        const double base = s.x[i] + s.slots[0][i];
        mean[i] += (base - mean[i]) * weight / weights;
        CHECK(average.x[i] == doctest::Approx(mean[i]).epsilon(1e-12));
      }
    }
  });
}

TEST_CASE("a schedule-free block that waits shows its average and no byte of it changes") {
  for_each_free_rule([]<class Rule>(const Rule& rule) {
    two_blocks<Rule, bo::keep_state> pair(rule, false);
    for (std::uint64_t round = 1; round <= 4; ++round) {
      pair.steps(visit);
      const numbers shown = pair.x[0];
      check_near(shown, average_of(undisturbed(rule, 0, round * visit)), 4 * static_cast<double>(round));
      for (std::uint64_t k = 0; k < visit; ++k) {
        pair.step();
        CHECK(pair.x[0] == shown);
      }
    }
  });
}

TEST_CASE("schedule-free blocks whose state is kept go on as if nobody had visited another") {
  for_each_free_rule([]<class Rule>(const Rule& rule) {
    two_blocks<Rule, bo::keep_state> pair(rule, false);
    for (std::uint64_t round = 0; round < 5; ++round) {
      for (const std::uint64_t b : {0U, 1U}) {
        for (std::uint64_t k = 1; k < visit; ++k) {
          pair.step();
          check_near(pair.x[b], undisturbed(rule, b, round * visit + k).x, 2 + 4 * static_cast<double>(round));
        }
        pair.step();  // and the visit ends
      }
    }
  });
}

TEST_CASE("a schedule-free block whose state was dropped starts anew from its average") {
  for_each_free_rule([]<class Rule>(const Rule& rule) {
    two_blocks<Rule, bo::drop_state> pair(rule, true);
    numbers x = start();
    for (std::uint64_t round = 0; round < 3; ++round) {
      pair.steps(2 * visit);
      alone<Rule> s(rule, x);
      for (std::uint64_t k = 1; k <= visit; ++k) {
        s.g = gradient_at(0, round * visit + k);
        s.step();
      }
      x = average_of(s);
      CHECK(pair.x[0] == x);
      CHECK(pair.x[1] == x);
    }
  });
}

TEST_CASE("looking at the evaluation point does not disturb a schedule-free run") {
  for_each_free_rule([]<class Rule>(const Rule& rule) {
    two_blocks<Rule, bo::keep_state> pair(rule, false);
    pair.optimizer.switch_every(0);
    for (std::uint64_t t = 1; t <= 30; ++t) {
      pair.step();
      const auto expected = undisturbed(rule, 0, t);
      check_near(pair.x[0], expected.x, 2 * static_cast<double>(t));
      pair.optimizer.evaluation_point();
      check_near(pair.x[0], average_of(expected), 2 * static_cast<double>(t));
    }
  });
}

TEST_CASE("the rate that a schedule scales is the one that the averaging weights see") {
  two_blocks<bo::schedule_free_sgd, bo::keep_state> pair(free_sgd, false);
  pair.optimizer.switch_every(0);
  pair.optimizer.schedule([](const bo::schedule_point& p) { return p.step < 6 ? 0.5 : 2.0; });
  alone<bo::schedule_free_sgd> s(free_sgd, start());
  for (std::uint64_t t = 1; t <= 12; ++t) {
    s.rule.learning_rate = free_sgd.learning_rate * (t <= 6 ? 0.5 : 2.0);
    s.g = gradient_at(0, t);
    s.step();
    pair.step();
    CHECK(pair.x[0] == s.x);
  }
  CHECK(s.running.largest_rate == 2 * free_sgd.learning_rate);
}
