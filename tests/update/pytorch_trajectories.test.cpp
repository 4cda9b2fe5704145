// SPDX-License-Identifier: MIT
// Part of blockopt: every rule against the numbers of torch.optim, on both host backends, in float and double.
#include <algorithm>
#include <array>
#include <cmath>
#include <limits>
#include <string>
#include <utility>
#include <vector>

#include <doctest/doctest.h>
#include <update/reference/pytorch_trajectories.hpp>

#include <blockopt/backend/eigen/eigen_backend.hpp>
#include <blockopt/blockopt.hpp>

namespace bo = blockopt;
namespace reference = blockopt_tests::pytorch;

namespace {

/// Fifty steps; checks the recorded ones. A step has a handful of roundings, so the error is bounded by a few units in
/// the last place per step, of the largest number that an element passes through on its way.
template <class S, class Backend, class Rule>
void follow(const reference::trajectory& expected, const reference::rows<S>& rows, Rule rule) {
  std::vector<S> x(reference::start.begin(), reference::start.end());
  std::vector<S> g(reference::elements);
  std::vector<bo::parameter<S>> parameters{{"x", bo::view(x), bo::view(std::as_const(g))}};
  bo::block_optimizer optimizer{bo::as_one_block(parameters), rule, bo::ascending{}, bo::keep_state{}, Backend{}};
  std::array<double, reference::elements> scale{};
  std::size_t row = 0;
  for (int step = 1; step <= reference::steps; ++step) {
    for (std::size_t i = 0; i < g.size(); ++i) g[i] = static_cast<S>(reference::gradient(i, step));
    optimizer.step();
    for (std::size_t i = 0; i < x.size(); ++i) scale[i] = std::max(scale[i], std::fabs(static_cast<double>(x[i])));
    if (step != reference::recorded_steps[row]) continue;
    for (std::size_t i = 0; i < x.size(); ++i) {
      INFO(expected.name << ", element " << i << ", step " << step);
      const double ulp = static_cast<double>(std::numeric_limits<S>::epsilon()) * std::max(scale[i], 1e-3);
      CHECK(std::fabs(static_cast<double>(x[i]) - static_cast<double>(rows[row][i])) <= 4 * ulp * step);
    }
    ++row;
  }
  CHECK(row == reference::recorded_steps.size());
}

template <class Rule>
void follow_all(const reference::trajectory& expected, const Rule& rule) {
  follow<double, bo::plain_backend>(expected, expected.float64, rule);
  follow<double, bo::eigen_backend>(expected, expected.float64, rule);
  if (!expected.has_float32) return;
  follow<float, bo::plain_backend>(expected, expected.float32, rule);
  follow<float, bo::eigen_backend>(expected, expected.float32, rule);
}

template <class Rule>
Rule adam_of(const reference::trajectory& t) {
  const std::array conventions{bo::adam_convention::pytorch, bo::adam_convention::bitsandbytes,
                               bo::adam_convention::epsilon_hat};
  return {.learning_rate = t.learning_rate,
          .beta1 = t.beta1,
          .beta2 = t.beta2,
          .epsilon = t.epsilon,
          .weight_decay = t.weight_decay,
          .convention = conventions[static_cast<std::size_t>(t.form)]};
}

/// Follows all cases of one rule of the reference.
template <class Make>
void follow_cases(reference::rule which, std::size_t count, const Make& make) {
  std::size_t found = 0;
  for (const reference::trajectory& t : reference::trajectories) {
    if (t.which != which) continue;
    follow_all(t, make(t));
    ++found;
  }
  CHECK(found == count);
}

}  // namespace

TEST_CASE("sgd has the trajectories of torch.optim.SGD") {
  follow_cases(reference::rule::sgd, 2, [](const reference::trajectory& t) {
    return bo::sgd{.learning_rate = t.learning_rate, .weight_decay = t.weight_decay};
  });
}

TEST_CASE("momentum has the trajectories of torch.optim.SGD with momentum and Nesterov") {
  follow_cases(reference::rule::momentum, 4, [](const reference::trajectory& t) {
    return bo::momentum{
        .learning_rate = t.learning_rate, .beta = t.momentum, .nesterov = t.nesterov, .weight_decay = t.weight_decay};
  });
}

TEST_CASE("adam has the trajectories of torch.optim.Adam") {
  follow_cases(reference::rule::adam, 2, [](const reference::trajectory& t) { return adam_of<bo::adam>(t); });
}

TEST_CASE("adamw has the trajectories of torch.optim.AdamW and of the two other conventions") {
  follow_cases(reference::rule::adamw, 7, [](const reference::trajectory& t) { return adam_of<bo::adamw>(t); });
}

TEST_CASE("the three conventions differ where the gradient is of the size of epsilon") {
  // section 2 of Kingma and Ba: at the first step epsilon hat weighs 1/sqrt(1 - beta2) = 31.6 times as much
  const double g = 1e-8, rate = 0.1;
  std::array<double, 3> moved{};
  const std::array conventions{bo::adam_convention::pytorch, bo::adam_convention::bitsandbytes,
                               bo::adam_convention::epsilon_hat};
  for (std::size_t k = 0; k < 3; ++k) {
    const bo::adamw rule{.learning_rate = rate, .weight_decay = 0.5, .convention = conventions[k]};
    double x = 1, m = 0, v = 0;
    bo::adamw::update(rule.at<double>({1}), x, g, m, v);
    moved[k] = x;
  }
  const double shrink = 1 - rate * 0.5;
  CHECK(moved[0] == doctest::Approx(shrink - rate * g / (g + 1e-8)).epsilon(1e-13));
  CHECK(moved[1] == doctest::Approx(shrink * (1 - rate * g / (g + 1e-8))).epsilon(1e-13));
  CHECK(moved[2] ==
        doctest::Approx(shrink * (1 - rate * std::sqrt(1e-3) / 0.1 * 0.1 * g / (std::sqrt(1e-3) * g + 1e-8)))
            .epsilon(1e-12));
  CHECK(moved[0] != moved[1]);
  CHECK(std::fabs(moved[1] - moved[2]) > 0.01);
}
