// SPDX-License-Identifier: MIT
// Part of blockopt: single steps of the rules beside SGD and Adam, computed by hand, and what they promise of their state.
#include <cmath>
#include <limits>
#include <string>
#include <tuple>
#include <vector>

#include <doctest/doctest.h>

#include <blockopt/backend/plain/plain_backend.hpp>
#include <blockopt/error.hpp>
#include <blockopt/update/adagrad.hpp>
#include <blockopt/update/amsgrad.hpp>
#include <blockopt/update/lion.hpp>
#include <blockopt/update/nadam.hpp>
#include <blockopt/update/rmsprop.hpp>
#include <blockopt/update/schedule_free_adamw.hpp>
#include <blockopt/update/schedule_free_sgd.hpp>
#include <blockopt/update/sign_momentum.hpp>

#include "support/message_of.hpp"
#include "update/rule_stepper.hpp"

namespace bo = blockopt;

namespace {

constexpr auto decoupled = bo::decay_kind::decoupled;

template <class T, class Rule>
using stepper = blockopt_tests::rule_stepper<T, bo::plain_backend, Rule>;

/// One element at x, with these slots, after one step with gradient g.
template <class Rule, class... Slots>
stepper<double, Rule> after_step(const Rule& rule, double x, double g, Slots... slots) {
  stepper<double, Rule> s(rule, {x});
  s.g = {g};
  std::size_t k = 0;
  ((s.slots[k++] = {slots}), ...);
  s.step();
  return s;
}

template <class Rule>
std::string complaint(const Rule& rule) {
  return blockopt_tests::message_of<bo::invalid_option>([&] { rule.check(); });
}

template <class F>
void for_each_rule(const F& f) {
  f(bo::adagrad{});
  f(bo::rmsprop{});
  f(bo::amsgrad{});
  f(bo::nadam{});
  f(bo::lion{});
  f(bo::sign_momentum{});
  f(bo::schedule_free_sgd{});
  f(bo::schedule_free_adamw{});
}

doctest::Approx near(double value) { return doctest::Approx(value).epsilon(1e-14); }

}  // namespace

TEST_CASE("adagrad divides by the root of the sum of squares") {
  auto s = after_step(bo::adagrad{.learning_rate = 0.5, .rate_decay = 0.25, .epsilon = 1, .weight_decay = 0.5}, 2, 2);
  CHECK(s.slots[0][0] == 9);  // the gradient is 2 + 0.5 * 2
  CHECK(s.x[0] == near(2 - 0.5 * 3 / (3 + 1)));
  const double x = s.x[0];
  s.g = {4 - 0.5 * x};
  s.step();
  CHECK(s.slots[0][0] == 25);
  CHECK(s.x[0] == near(x - 0.5 / 1.25 * 4 / (5 + 1)));
  s = after_step(
      bo::adagrad{.learning_rate = 0.5, .initial_sum = 7, .epsilon = 0, .weight_decay = 0.5, .decay = decoupled}, 2, 3);
  CHECK(s.slots[0][0] == 9);
  CHECK(s.x[0] == near(2 * 0.75 - 0.5 * 3 / 4));
}

TEST_CASE("rmsprop divides by the root of the averaged square without bias correction") {
  const bo::rmsprop rule{.learning_rate = 0.5, .alpha = 0.75, .epsilon = 1, .weight_decay = 0.5};
  const auto s = after_step(rule, 2, 3, 12.0);
  CHECK(s.slots[0][0] == 0.75 * 12 + 0.25 * 16);
  CHECK(s.x[0] == near(2 - 0.5 * 4 / (std::sqrt(13) + 1)));
  auto outside = rule;
  outside.decay = decoupled;
  CHECK(after_step(outside, 2, 4, 12.0).x[0] == near(2 * 0.75 - 0.5 * 4 / (std::sqrt(13) + 1)));
}

TEST_CASE("amsgrad divides by the largest second moment and never by a smaller one") {
  const bo::amsgrad rule{.learning_rate = 0.5, .beta1 = 0.5, .beta2 = 0.75, .epsilon = 0};
  auto s = after_step(rule, 2, 4);
  CHECK(s.x[0] == near(2 - 0.5));  // the first step is the sign, as Adam's
  CHECK(s.slots[2][0] == 4);
  s.g = {0};
  s.step();
  CHECK(s.slots[1][0] == 3);
  CHECK(s.slots[2][0] == 4);
  CHECK(s.x[0] == near(1.5 - 0.5 * (1 / 0.75) / std::sqrt(4 / (1 - 0.75 * 0.75))));
  s.g = {100};
  s.step();
  CHECK(s.slots[2][0] == s.slots[1][0]);
}

TEST_CASE("nadam mixes the gradient and the next momentum") {
  const bo::nadam rule{.learning_rate = 0.5, .beta1 = 0.75, .beta2 = 0.5, .epsilon = 0, .momentum_decay = 1};
  const auto s = after_step(rule, 2, 4);
  const double mu1 = 0.75 * (1 - 0.5 * 0.96), mu2 = 0.75 * (1 - 0.5 * 0.96 * 0.96);
  CHECK(s.running.momenta == near(mu1));
  CHECK(s.x[0] == near(2 - 0.5 * (1 + mu2 * 0.25 / (1 - mu1 * mu2))));
}

TEST_CASE("lion takes the sign of the old momentum mixed with the gradient") {
  const bo::lion rule{.learning_rate = 0.5, .beta1 = 0.75, .beta2 = 0.5, .weight_decay = 0.5};
  auto s = after_step(rule, 2, 2, -1.0);  // 0.75 * -1 + 0.25 * 2 < 0, though the new momentum is positive
  CHECK(s.x[0] == 2 * 0.75 + 0.5);
  CHECK(s.slots[0][0] == 0.5);
  CHECK(after_step(rule, 2, 3, -1.0).x[0] == 2 * 0.75);  // the sign of 0 is 0
}

TEST_CASE("sign momentum takes the sign of the new momentum") {
  const bo::sign_momentum rule{.learning_rate = 0.5, .beta = 0.75, .weight_decay = 0.5};
  auto s = after_step(rule, 2, 2, -1.0);
  CHECK(s.slots[0][0] == -0.25);
  CHECK(s.x[0] == 2 * 0.75 + 0.5);
  CHECK(after_step(rule, 2, 3, -1.0).x[0] == 2 * 0.75);
  CHECK(after_step(bo::sign_momentum{.learning_rate = 0.5, .beta = 0}, 2, 1e-9, -1.0).x[0] == 1.5);  // sign-SGD
}

TEST_CASE("the first step of the schedule-free rules is one of plain descent to base and average alike") {
  const auto s = after_step(bo::schedule_free_sgd{.learning_rate = 0.5, .beta = 0.75, .weight_decay = 0.5}, 2, 3);
  CHECK(s.x[0] == 2 - 0.5 * 4);
  CHECK(s.slots[0][0] == 0);
  const auto a =
      after_step(bo::schedule_free_adamw{.learning_rate = 0.5, .beta1 = 0.75, .epsilon = 0, .weight_decay = 0.5}, 2, 3);
  CHECK(a.x[0] == near(2 - 0.5 * (1 + 0.5 * 2)));
  CHECK(a.slots[0][0] == 0);
}

TEST_CASE("without gradient nothing moves and no state appears") {
  for_each_rule([]<class Rule>(const Rule& rule) {
    stepper<float, Rule> s(rule, {1.25F, 0.0F, -3e30F});
    const auto start = s.x;
    for (int i = 0; i < 3; ++i) s.step();
    CHECK(s.x == start);
    for (const auto& slot : s.slots) CHECK(slot == std::vector<float>{0, 0, 0});
  });
}

TEST_CASE("a rule without rate keeps its values finite and in place") {
  for_each_rule([]<class Rule>(Rule rule) {
    rule.learning_rate = 0;
    stepper<double, Rule> s(rule, {1.25, 0.0});
    s.g = {-3, 2};
    for (int i = 0; i < 3; ++i) s.step();
    CHECK(s.x == std::vector<double>{1.25, 0.0});
  });
}

TEST_CASE("state that decays ends at zero and no slot ever holds a denormal number") {
  for_each_rule([]<class Rule>(const Rule& rule) {
    stepper<float, Rule> s(rule, {1.0F, 1.0F, 1.0F});
    s.g = {1e-3F, 1e-19F, -1e-36F};  // the square of the second is denormal, of the third zero
    int denormal = 0;
    for (int i = 0; i < 100'000; ++i) {
      s.step();
      if (i == 1) s.g = {0, 0, 0};
      for (const auto& slot : s.slots) {
        for (const float v : slot) denormal += std::fpclassify(v) == FP_SUBNORMAL ? 1 : 0;
      }
    }
    CHECK(denormal == 0);
    if constexpr (std::is_same_v<Rule, bo::amsgrad> || std::is_same_v<Rule, bo::nadam>) {
      CHECK(s.slots[0][0] == 0);
      CHECK(s.slots[1][0] == 0);
    }
    if constexpr (std::is_same_v<Rule, bo::rmsprop> || std::is_same_v<Rule, bo::sign_momentum>)
      CHECK(s.slots[0] == std::vector<float>{0, 0, 0});
    if constexpr (std::is_same_v<Rule, bo::amsgrad>) CHECK(s.slots[2][0] > 0);
  });
}

TEST_CASE("settings out of range are named with the rule that has them") {
  for_each_rule([]<class Rule>(Rule rule) {
    CHECK(complaint(rule) == "");
    rule.learning_rate = std::numeric_limits<double>::quiet_NaN();
    CHECK(complaint(rule).find(".learning_rate is nan") != std::string::npos);
    rule = {};
    rule.weight_decay = -1;
    CHECK(complaint(rule).find(".weight_decay is -1") != std::string::npos);
  });
  const auto names = [](const auto& rule, const std::string& what) {
    INFO(what);
    CHECK(complaint(rule).find(what) != std::string::npos);
  };
  names(bo::adagrad{.rate_decay = -1}, "adagrad.rate_decay is -1");
  names(bo::adagrad{.initial_sum = -1}, "adagrad.initial_sum is -1");
  names(bo::adagrad{.epsilon = -1}, "adagrad.epsilon is -1");
  names(bo::rmsprop{.alpha = 1}, "rmsprop.alpha is 1");
  names(bo::rmsprop{.epsilon = -1}, "rmsprop.epsilon is -1");
  names(bo::amsgrad{.beta1 = 1}, "amsgrad.beta1 is 1");
  names(bo::nadam{.beta2 = -0.5}, "nadam.beta2 is -0.5");
  names(bo::nadam{.momentum_decay = -1}, "nadam.momentum_decay is -1");
  names(bo::lion{.beta1 = 1}, "lion.beta1 is 1");
  names(bo::lion{.beta2 = 1}, "lion.beta2 is 1");
  names(bo::sign_momentum{.beta = 1}, "sign_momentum.beta is 1");
  names(bo::schedule_free_sgd{.beta = 0}, "schedule_free_sgd.beta is 0; it must be below 1, and above 0 because");
  names(bo::schedule_free_sgd{.r = -1}, "schedule_free_sgd.r is -1");
  names(bo::schedule_free_sgd{.weight_lr_power = -1}, "schedule_free_sgd.weight_lr_power is -1");
  names(bo::schedule_free_adamw{.beta1 = 1}, "schedule_free_adamw.beta1 is 1");
  names(bo::schedule_free_adamw{.beta2 = 1}, "schedule_free_adamw.beta2 is 1");
  names(bo::schedule_free_adamw{.epsilon = -1}, "schedule_free_adamw.epsilon is -1");
}
