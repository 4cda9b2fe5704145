// SPDX-License-Identifier: MIT
// Part of blockopt: tests of the researcher's loop.
#include <cmath>
#include <vector>

#include <doctest/doctest.h>

#include <blockopt/backend/eigen/eigen_backend.hpp>
#include <blockopt/blockopt.hpp>
#include <blockopt/problem/quadratic.hpp>

namespace bo = blockopt;

namespace {

bo::quadratic<double> small_problem() {
  return bo::quadratic<double>{{.spectrum = bo::log_spaced(0.1, 1.0, 20), .blocks = 4, .seed = 3}};
}

}  // namespace

TEST_CASE("block gradient descent with step 1 over L descends at every step and reaches the optimum") {
  auto problem = small_problem();
  double before = problem.value();
  std::uint64_t records = 0;
  const auto observe = [&](const bo::minimize_record& r) {
    CHECK(r.value <= before);
    before = r.value;
    ++records;
  };
  const auto result =
      bo::minimize(problem, bo::ascending{}, bo::sgd{.learning_rate = 1.0}, {.steps = 5000, .suboptimality = 1e-12}, {},
                   bo::drop_state{}, bo::plain_backend{}, observe);
  CHECK(result.reason == bo::stop_reason::suboptimality);
  CHECK(result.suboptimality <= 1e-12);
  CHECK(records == result.steps + 1);
  CHECK(result.rate < 1);
}

TEST_CASE("the mean rate is the one that start and end have") {
  auto problem = small_problem();
  const double start = problem.value() - problem.optimum();
  const auto result = bo::minimize(problem, bo::ascending{}, bo::sgd{.learning_rate = 0.5}, {.steps = 7});
  CHECK(result.steps == 7);
  CHECK(result.reason == bo::stop_reason::steps);
  CHECK(result.value == problem.value());
  CHECK(start * std::pow(result.rate, 7) == doctest::Approx(result.value - problem.optimum()).epsilon(1e-12));
}

TEST_CASE("a run that diverges stops and says so") {
  auto problem = small_problem();
  const auto result =
      bo::minimize(problem, bo::uniform_random{.seed = 2}, bo::sgd{.learning_rate = 1e6}, {.steps = 100'000});
  CHECK(result.reason == bo::stop_reason::not_finite);
  CHECK(result.steps < 100'000);
}

TEST_CASE("a target value stops the run and nothing runs when the start has it already") {
  auto problem = small_problem();
  const double target = problem.optimum() / 2;
  const auto first =
      bo::minimize(problem, bo::ascending{}, bo::adam{.learning_rate = 0.05}, {.value = target}, {.switch_every = 5});
  CHECK(first.reason == bo::stop_reason::value);
  CHECK(first.value <= target);
  const auto second = bo::minimize(problem, bo::ascending{}, bo::adam{}, {.value = target});
  CHECK(second.reason == bo::stop_reason::value);
  CHECK(second.steps == 0);
}

TEST_CASE("looking at f less often changes the trace and not the iterates") {
  auto often = small_problem();
  auto seldom = small_problem();
  std::vector<std::uint64_t> seen;
  const auto a = bo::minimize(often, bo::random_reshuffle{.seed = 5}, bo::momentum{.learning_rate = 0.1}, {.steps = 23},
                              {.switch_every = 4});
  const auto b = bo::minimize(seldom, bo::random_reshuffle{.seed = 5}, bo::momentum{.learning_rate = 0.1},
                              {.steps = 23, .check_every = 10}, {.switch_every = 4}, bo::drop_state{},
                              bo::plain_backend{}, [&](const bo::minimize_record& r) { seen.push_back(r.step); });
  CHECK(a.value == b.value);
  CHECK(seen == std::vector<std::uint64_t>{0, 10, 20, 23});
}

TEST_CASE("one problem one loop and another backend") {
  auto plain = small_problem();
  auto tiles = small_problem();
  const auto a =
      bo::minimize(plain, bo::descending{}, bo::adamw{.learning_rate = 0.01}, {.steps = 60}, {.switch_every = 10});
  const auto b = bo::minimize(tiles, bo::descending{}, bo::adamw{.learning_rate = 0.01}, {.steps = 60},
                              {.switch_every = 10}, bo::keep_state{}, bo::eigen_backend{});
  CHECK(a.value < a.start_value);
  CHECK(b.value < b.start_value);
  CHECK(a.start_value == b.start_value);
}
