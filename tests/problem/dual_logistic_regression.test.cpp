// SPDX-License-Identifier: MIT
// Part of blockopt: tests of the dual of logistic regression.
#include <algorithm>
#include <cmath>
#include <cstddef>
#include <limits>
#include <type_traits>
#include <vector>

#include <doctest/doctest.h>

#include <blockopt/block/coordinate_blocks.hpp>
#include <blockopt/problem/dual_logistic_regression.hpp>
#include <blockopt/run/descent.hpp>
#include <blockopt/select/random_reshuffle.hpp>
#include <blockopt/update/block/exact_step.hpp>

#include "coordinate_check.hpp"

namespace bo = blockopt;
namespace bt = blockopt_tests;

using dual = bo::dual_logistic_regression;
static_assert(bo::coordinate_problem<dual> && bo::exact_coordinates<dual> && bo::with_gap_parts<dual> &&
              bo::prefetching_problem<dual> && !bo::separable_composite<dual>);
static_assert(!std::is_constructible_v<dual, bo::sparse_columns, std::vector<double>, double>);  // it would be gone

namespace {

/// Four samples of three numbers, the third one empty.
const bo::sparse_columns samples(3, {0, 2, 3, 3, 5}, {0, 2, 1, 0, 1}, {1.0, -2.0, 0.5, 3.0, 1.5});
const std::vector<double> labels{1, -1, 1, -1};

dual inside(double c = 2) {
  dual problem(samples, labels, c);
  problem.set(std::vector<double>{0.3 * c, 0.6 * c, 0.2 * c, 0.5 * c});
  return problem;
}

}  // namespace

TEST_CASE("the dual of logistic regression follows its moves and has right derivatives") {
  const dual problem = inside();
  bt::check_derivatives(problem, 1e-8);
  bt::check_moves(problem, 5000, 0.1);
  bt::check_archive(problem, dual(samples, labels, 2.0), 0.01);
  CHECK(std::isnan(problem.lipschitz(0)));
  const dual start(samples, labels, 2.0);
  CHECK(start.value() == 0);
  CHECK(start.duality_gap() == doctest::Approx(8 * std::log(2.0)).epsilon(1e-14));
  CHECK(start.derivative(0) == -std::numeric_limits<double>::infinity());
  dual end = start;
  end.move(0, 5.0);  // beyond the bound
  CHECK(end.at(0) == 2.0);
  CHECK(end.derivative(0) == std::numeric_limits<double>::infinity());
}

TEST_CASE("an exact step of the dual of logistic regression is at a zero of the derivative") {
  for (const double c : {1e-6, 0.5, 2.0, 1e3, 1e8}) {
    for (const double at : {0.0, 1e-9, 0.5, 0.999, 1.0}) {
      dual problem(samples, labels, c, 0.0);
      problem.set(std::vector<double>{at * c, 0.7 * c, at * c, 0.1 * c});
      for (std::size_t i = 0; i < 4; ++i) {
        CAPTURE(c);
        CAPTURE(at);
        CAPTURE(i);
        const double before = problem.value();
        problem.move(i, problem.exact(i));
        CHECK(problem.value() <= before + 1e-12 * std::fabs(before));
        const double a = problem.at(i);
        if (a == 0 || a == c) {  // the margin is so large that the optimum is closer to the bound than any number
          dual away = problem;
          away.move(i, a == 0 ? 1e-9 * c : -1e-9 * c);
          CHECK(away.value() >= problem.value() - 1e-12 * std::fabs(problem.value()));
          continue;
        }
        // The derivative falls and rises by rounding of a times its own slope.
        const double slope = 11.25 + c / (a * (c - a));
        CHECK(std::fabs(problem.derivative(i)) <= 1e-13 * c * slope + 1e-9);
      }
    }
  }
}

TEST_CASE("descent by exact steps in random orders closes the gap of the dual of logistic regression") {
  dual problem(samples, labels, 2.0);
  bo::descent run(problem, bo::each_coordinate{4}, bo::random_reshuffle{}, bo::exact_step{});
  run.advance(4);
  CHECK(problem.take_divergence() >= 0);
  double sum = 1;
  for (int epoch = 0; epoch < 60; ++epoch) {
    const double gap = problem.duality_gap();
    run.advance(4);
    sum = problem.take_divergence();
    if (epoch == 1) CHECK(sum <= 2 * gap);  // between the gaps at both ends
    if (epoch == 1) CHECK(sum >= 0.1 * problem.duality_gap());
  }
  CHECK(sum <= 1e-20);
  CHECK(problem.duality_gap() <= 1e-13);
  CHECK(problem.value() == doctest::Approx(-problem.primal_value()).epsilon(1e-13));
  CHECK(problem.predicted_primal() == doctest::Approx(problem.primal_value()).epsilon(1e-12));
  CHECK(problem.at(2) == 1.0);  // the empty sample: C / 2
  double parts = 0;
  for (std::size_t i = 0; i < 4; ++i) parts += inside().gap_part(i);
  CHECK(parts == doctest::Approx(inside().duality_gap()).epsilon(1e-14));
}

TEST_CASE("the dual of logistic regression refuses what it cannot be made of") {
  bt::check_refusal([] { dual(samples, {1, -1, 1}, 1.0); }, "3 labels and 4 samples");
  bt::check_refusal([] { dual(samples, {1, -1, 0, 1}, 1.0); }, "label 2 is 0");
  for (const double c : {0.0, -1.0, std::numeric_limits<double>::infinity(), std::nan("")})
    bt::check_refusal([&] { dual(samples, labels, c); }, "weight = ");
  bt::check_refusal([] { dual(samples, labels, 1.0, -1.0); }, "newton_tolerance = -1");
  const bo::sparse_columns bad(1, {0, 1}, {0}, {std::nan("")});
  bt::check_refusal([&] { dual(bad, {1}, 1.0); }, "sample 0 is not finite");
  dual problem = inside();
  bt::check_refusal([&] { problem.set(std::vector<double>(3)); }, "a point of 3 numbers");
  bt::check_refusal([&] { problem.set(std::vector<double>{0, 0, 2.5, 0}); }, "coordinate 2 is 2.5");
  bt::check_refusal([&] { problem.set(std::vector<double>{0, std::nan(""), 0, 0}); }, "coordinate 1 is ");
}
