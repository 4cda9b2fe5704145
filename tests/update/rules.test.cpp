// SPDX-License-Identifier: MIT
// Part of blockopt: tests of the rules' own promises: decay, limits, bad settings, the concept.
#include <cmath>
#include <limits>
#include <string>

#include <doctest/doctest.h>

#include <blockopt/error.hpp>
#include <blockopt/update/adam.hpp>
#include <blockopt/update/adamw.hpp>
#include <blockopt/update/momentum.hpp>
#include <blockopt/update/schedule.hpp>
#include <blockopt/update/sgd.hpp>

#include "support/message_of.hpp"

namespace bo = blockopt;

namespace {

struct archetype {  // the least that a rule must have
  double learning_rate = 1;
  static constexpr auto slots = bo::slots("one");
  template <class S>
  struct constants {
    S rate;
  };
  template <class S>
  constants<S> at(bo::step_count) const noexcept {
    return {S(learning_rate)};
  }
  template <class S, class V>
  static void update(const constants<S>&, V&, const V&, V&) noexcept {}
};
struct without_slots : archetype {
 private:
  using archetype::slots;
};
struct without_rate {
  static constexpr auto slots = bo::slots();
  template <class S>
  S at(bo::step_count) const {
    return 0;
  }
};
struct with_a_string : archetype {
  std::string note;
};
struct with_another_slot : archetype {
  static constexpr auto slots = bo::slots("one", "two");
};
struct that_may_throw {
  double learning_rate = 1;
  static constexpr auto slots = bo::slots();
  template <class S>
  S at(bo::step_count) const {
    return 0;
  }
  template <class S, class V>
  static void update(const S&, V&, const V&) {}
};

static_assert(bo::elementwise_rule<archetype, float>);
static_assert(!bo::update_rule<without_slots>);
static_assert(!bo::update_rule<without_rate>);
static_assert(!bo::update_rule<with_a_string>);  // state or memory of its own
static_assert(bo::update_rule<with_another_slot> && !bo::elementwise_rule<with_another_slot, float>);
static_assert(bo::update_rule<that_may_throw> && !bo::elementwise_rule<that_may_throw, double>);
static_assert(bo::slot_count<bo::sgd> == 0 && bo::slot_count<bo::momentum> == 1 && bo::slot_count<bo::adamw> == 2);

template <class Rule>
std::string complaint(const Rule& rule) {
  return blockopt_tests::message_of<bo::invalid_option>([&] { rule.check(); });
}

}  // namespace

TEST_CASE("settings out of range are named with their rule") {
  const double nan = std::numeric_limits<double>::quiet_NaN();
  CHECK(complaint(bo::sgd{}) == "");
  CHECK(complaint(bo::adamw{}) == "");
  CHECK(complaint(bo::sgd{.learning_rate = -1}).find("sgd.learning_rate is -1") != std::string::npos);
  CHECK(complaint(bo::sgd{.weight_decay = nan}).find("sgd.weight_decay") != std::string::npos);
  CHECK(complaint(bo::momentum{.beta = 1}).find("momentum.beta is 1") != std::string::npos);
  CHECK(complaint(bo::adam{.beta1 = -0.1}).find("adam.beta1") != std::string::npos);
  CHECK(complaint(bo::adamw{.beta2 = 1}).find("adamw.beta2") != std::string::npos);
  CHECK(complaint(bo::adamw{.epsilon = std::numeric_limits<double>::infinity()}).find("adamw.epsilon") !=
        std::string::npos);
}

TEST_CASE("decoupled decay shrinks by the rate and coupled decay enters the gradient") {
  double x = 2;
  bo::sgd::update(
      bo::sgd{.learning_rate = 0.5, .weight_decay = 0.25, .decay = bo::decay_kind::decoupled}.at<double>({1}), x, 0.0);
  CHECK(x == 2 * (1 - 0.5 * 0.25));
  x = 2;
  bo::sgd::update(bo::sgd{.learning_rate = 0.5, .weight_decay = 0.25}.at<double>({1}), x, 1.0);
  CHECK(x == 2 - 0.5 * (1 + 0.25 * 2));
  double u = 0;
  x = 2;
  bo::momentum::update(bo::momentum{.learning_rate = 0.5, .weight_decay = 0.25}.at<double>({1}), x, 1.0, u);
  CHECK(u == 1 + 0.25 * 2);  // the coupled decay passes through the momentum ...
  x = 2;
  u = 0;
  bo::momentum::update(
      bo::momentum{.learning_rate = 0.5, .weight_decay = 0.25, .decay = bo::decay_kind::decoupled}.at<double>({1}), x,
      1.0, u);
  CHECK(u == 1);  // ... and the decoupled one does not
  CHECK(x == 2 * (1 - 0.5 * 0.25) - 0.5);
}

TEST_CASE("the first step of adam is the sign of the gradient whatever the betas") {
  for (const double beta1 : {0.0, 0.5, 0.9}) {
    for (const double beta2 : {0.0, 0.9, 0.999}) {
      for (const double g : {-3.0, 1e-3, 1e5}) {
        double x = 0, m = 0, v = 0;
        bo::adam::update(bo::adam{.learning_rate = 0.1, .beta1 = beta1, .beta2 = beta2}.at<double>({1}), x, g, m, v);
        CHECK(x == doctest::Approx(-0.1 * g / (std::fabs(g) + 1e-8)).epsilon(1e-12));
      }
    }
  }
}

TEST_CASE("a zero gradient moves nothing and leaves zero state even without epsilon guard") {
  float x = 1.25f, m = 0, v = 0;
  bo::adam::update(bo::adam{}.at<float>({1}), x, 0.0f, m, v);
  CHECK(x == 1.25f);
  CHECK(m == 0);
  CHECK(v == 0);
}

TEST_CASE("decaying slots end at zero and never hold a denormal number") {
  float x = 1, m = 0, v = 0, u = 0;
  bo::adam::update(bo::adam{}.at<float>({1}), x, 1e-3f, m, v);
  bo::momentum::update(bo::momentum{}.at<float>({1}), x, 1e-3f, u);
  const auto c = bo::adam{}.at<float>({2});
  const auto d = bo::momentum{}.at<float>({2});
  int denormal = 0;
  for (int i = 0; i < 200'000; ++i) {
    bo::adam::update(c, x, 0.0f, m, v);
    bo::momentum::update(d, x, 0.0f, u);
    for (const float s : {m, v, u}) denormal += std::fpclassify(s) == FP_SUBNORMAL ? 1 : 0;
  }
  CHECK(denormal == 0);
  CHECK(m == 0);
  CHECK(v == 0);
  CHECK(u == 0);
}

TEST_CASE("flush keeps what is large enough and NaN") {
  CHECK(bo::flush<float>(0x1p-120f) == 0x1p-120f);
  CHECK(bo::flush<float>(-0x1p-120f) == -0x1p-120f);
  CHECK(bo::flush<float>(0x1.fffffep-121f) == 0.0f);
  CHECK(bo::flush<double>(0x1p-1001) == 0.0);
  CHECK(std::isnan(bo::flush<float>(std::nanf(""))));
  CHECK(bo::sign(-2.5f) == -1.0f);
  CHECK(bo::sign(0.0) == 0.0);
  CHECK(bo::min(1.0f, 2.0f) == 1.0f);
  CHECK(bo::max(1.0f, 2.0f) == 2.0f);
}

TEST_CASE("schedules have their closed forms") {
  const bo::warmup w{4};
  CHECK(w({.step = 0}) == 0.25);
  CHECK(w({.step = 3}) == 1.0);
  CHECK(w({.step = 4}) == 1.0);
  CHECK(bo::warmup{}({.step = 0}) == 1.0);
  const bo::cosine c{.steps = 110, .warmup = 10, .floor = 0.1};
  CHECK(c({.step = 4}) == 0.5);
  CHECK(c({.step = 10}) == doctest::Approx(1.0));
  CHECK(c({.step = 60}) == doctest::Approx(0.55));
  CHECK(c({.step = 110}) == 0.1);
  CHECK(c({.step = 1'000'000}) == 0.1);
  CHECK(bo::cosine{.steps = 0}({.step = 0}) == 0.0);
  const bo::warmup_after_switch s{.steps = 5, .skip_visits = 1};
  CHECK(s({.step = 0, .visit = 0, .visit_step = 0}) == 1.0);
  CHECK(s({.step = 100, .visit = 3, .visit_step = 0}) == doctest::Approx(0.2));
  CHECK(s({.step = 100, .visit = 3, .visit_step = 5}) == 1.0);
  const auto both = bo::product(w, s);
  CHECK(both({.step = 0, .visit = 1, .visit_step = 1}) == doctest::Approx(0.25 * 0.4));
}
