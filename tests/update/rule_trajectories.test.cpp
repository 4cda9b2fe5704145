// SPDX-License-Identifier: MIT
// Part of blockopt: rules against the numbers of torch.optim, optax and schedulefree, on both host backends, in float and
// double; and in bfloat16 against themselves in float.
#include <algorithm>
#include <cmath>
#include <cstddef>
#include <limits>
#include <vector>

#include <doctest/doctest.h>
#include <update/reference/rule_trajectories.hpp>

#include <blockopt/backend/eigen/eigen_backend.hpp>
#include <blockopt/backend/plain/plain_backend.hpp>
#include <blockopt/update/adagrad.hpp>
#include <blockopt/update/amsgrad.hpp>
#include <blockopt/update/lion.hpp>
#include <blockopt/update/nadam.hpp>
#include <blockopt/update/rmsprop.hpp>
#include <blockopt/update/schedule_free_adamw.hpp>
#include <blockopt/update/schedule_free_sgd.hpp>
#include <blockopt/update/sign_momentum.hpp>
#include <blockopt/view/scalar.hpp>

#include "update/rule_stepper.hpp"

namespace bo = blockopt;
namespace pytorch = blockopt_tests::pytorch;
namespace reference = blockopt_tests::rules;

namespace {

constexpr std::size_t copies = 11;  ///< of each element, so that there are whole tiles and a tail
constexpr std::size_t size = copies * pytorch::elements;

/// Which of a rule's two points is looked at.
enum class point { training, evaluation };

template <class T>
std::vector<T> repeated(const auto& element) {
  std::vector<T> v;
  for (std::size_t i = 0; i < size; ++i)
    v.push_back(static_cast<T>(static_cast<bo::compute_type_t<T>>(element(i % pytorch::elements))));
  return v;
}

/// Fifty steps of a rule; see(step, values) after each.
template <class T, class Backend, class Rule, class See>
void run(const Rule& rule, point shown, const See& see) {
  blockopt_tests::rule_stepper<T, Backend, Rule> stepper(
      rule, repeated<T>([](std::size_t i) { return pytorch::start[i]; }), bo::is_reduced_precision<T>);
  for (int step = 1; step <= pytorch::steps; ++step) {
    stepper.g = repeated<T>([&](std::size_t i) { return pytorch::gradient(i, step); });
    stepper.step();
    if constexpr (bo::two_point_rule<Rule>) {
      if (shown == point::evaluation) {
        auto there = stepper;
        there.move(rule.at_leave());
        see(step, there.x);
        continue;
      }
    }
    see(step, stepper.x);
  }
}

/// A step has a handful of roundings, so the error is bounded by a few units in the last place per step, of the largest
/// number that an element passes through on its way.
template <class S, class Backend, class Rule>
void follow_in(const reference::trajectory& expected, const reference::rows<S>& rows, const Rule& rule, point shown) {
  std::vector<double> scale(size, 1e-3);
  std::size_t row = 0;
  run<S, Backend>(rule, shown, [&](int step, const std::vector<S>& x) {
    for (std::size_t i = 0; i < size; ++i) scale[i] = std::max(scale[i], std::fabs(static_cast<double>(x[i])));
    if (step != reference::recorded_steps[row]) return;
    for (std::size_t i = 0; i < size; ++i) {
      INFO(expected.name << ", element " << i << ", step " << step);
      const double ulp = static_cast<double>(std::numeric_limits<S>::epsilon()) * scale[i];
      CHECK(std::fabs(static_cast<double>(x[i]) - static_cast<double>(rows[row][i % pytorch::elements])) <=
            4 * ulp * step);
    }
    ++row;
  });
  CHECK(row == reference::recorded_steps.size());
}

template <class Rule>
void follow(const reference::trajectory& expected, const Rule& rule, point shown = point::training) {
  follow_in<double, bo::plain_backend>(expected, expected.float64, rule, shown);
  follow_in<double, bo::eigen_backend>(expected, expected.float64, rule, shown);
  follow_in<float, bo::plain_backend>(expected, expected.float32, rule, shown);
  follow_in<float, bo::eigen_backend>(expected, expected.float32, rule, shown);
}

/// The options that the reference calls OTHER.
template <class Rule>
Rule others(bo::decay_kind decay) {
  return {.learning_rate = 0.1, .beta1 = 0.8, .beta2 = 0.95, .epsilon = 1e-4, .weight_decay = 0.3, .decay = decay};
}

}  // namespace

TEST_CASE("adagrad has the trajectories of torch.optim.Adagrad") {
  follow(reference::adagrad, bo::adagrad{});
  follow(
      reference::adagrad_others,
      bo::adagrad{.learning_rate = 0.1, .rate_decay = 0.05, .initial_sum = 0.1, .epsilon = 1e-4, .weight_decay = 0.3});
}

TEST_CASE("rmsprop has the trajectories of torch.optim.RMSprop") {
  follow(reference::rmsprop, bo::rmsprop{});
  follow(reference::rmsprop_others,
         bo::rmsprop{.learning_rate = 0.1, .alpha = 0.9, .epsilon = 1e-4, .weight_decay = 0.3});
}

TEST_CASE("amsgrad has the trajectories of torch.optim.Adam and AdamW with amsgrad") {
  follow(reference::amsgrad, bo::amsgrad{});
  follow(reference::amsgrad_coupled, others<bo::amsgrad>(bo::decay_kind::coupled));
  follow(reference::amsgrad_decoupled, others<bo::amsgrad>(bo::decay_kind::decoupled));
}

TEST_CASE("nadam has the trajectories of torch.optim.NAdam") {
  follow(reference::nadam, bo::nadam{});
  auto rule = others<bo::nadam>(bo::decay_kind::coupled);
  rule.momentum_decay = 0.02;
  follow(reference::nadam_coupled, rule);
  follow(reference::nadam_decoupled, others<bo::nadam>(bo::decay_kind::decoupled));
}

TEST_CASE("lion has the trajectories of optax.lion") {
  follow(reference::lion, bo::lion{.learning_rate = 1e-2});
  follow(reference::lion_decay, bo::lion{.learning_rate = 1e-2, .beta1 = 0.8, .beta2 = 0.95, .weight_decay = 0.3});
}

TEST_CASE("sign momentum has the trajectories of optax.signum") {
  follow(reference::sign_momentum, bo::sign_momentum{.learning_rate = 1e-2});
  follow(reference::sign_momentum_decay, bo::sign_momentum{.learning_rate = 1e-2, .beta = 0.75, .weight_decay = 0.3});
}

TEST_CASE("schedule-free SGD has the trajectories of schedulefree at both points") {
  const bo::schedule_free_sgd plain{.learning_rate = 0.05};
  const bo::schedule_free_sgd other{
      .learning_rate = 0.05, .beta = 0.8, .weight_decay = 0.1, .warmup_steps = 4, .r = 0.75, .weight_lr_power = 1.5};
  follow(reference::free_sgd, plain);
  follow(reference::free_sgd_average, plain, point::evaluation);
  follow(reference::free_sgd_others, other);
  follow(reference::free_sgd_others_average, other, point::evaluation);
}

TEST_CASE("schedule-free AdamW has the trajectories of schedulefree at both points") {
  const bo::schedule_free_adamw plain{};
  const bo::schedule_free_adamw other{.learning_rate = 0.1,
                                      .beta1 = 0.8,
                                      .beta2 = 0.95,
                                      .epsilon = 1e-4,
                                      .weight_decay = 0.3,
                                      .warmup_steps = 5,
                                      .r = 0.75,
                                      .weight_lr_power = 1.5};
  follow(reference::free_adamw, plain);
  follow(reference::free_adamw_average, plain, point::evaluation);
  follow(reference::free_adamw_others, other);
  follow(reference::free_adamw_others_average, other, point::evaluation);
}

TEST_CASE("with a master copy the values in bfloat16 are those in float rounded") {
  const auto compare = [](const auto& rule) {
    std::vector<std::vector<float>> in_float;
    run<float, bo::eigen_backend>(rule, point::training,
                                  [&](int, const std::vector<float>& x) { in_float.push_back(x); });
    run<bo::bfloat16, bo::eigen_backend>(rule, point::training, [&](int step, const std::vector<bo::bfloat16>& x) {
      for (std::size_t i = 0; i < size; ++i)
        CHECK(x[i].bits == bo::bfloat16(in_float[static_cast<std::size_t>(step) - 1][i]).bits);
    });
  };
  compare(bo::adagrad{.learning_rate = 0.1});
  compare(bo::rmsprop{});
  compare(bo::amsgrad{.learning_rate = 0.01});
  compare(bo::nadam{.learning_rate = 0.01});
  compare(bo::lion{.learning_rate = 0.01});
  compare(bo::sign_momentum{.learning_rate = 0.01});
  compare(bo::schedule_free_sgd{.learning_rate = 0.05});
  compare(bo::schedule_free_adamw{.learning_rate = 0.01});
}
