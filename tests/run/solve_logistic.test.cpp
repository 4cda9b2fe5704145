// SPDX-License-Identifier: MIT
// Part of blockopt: tests of solve_logistic.
#include <cmath>
#include <cstddef>
#include <cstdint>
#include <limits>
#include <vector>

#include <doctest/doctest.h>

#include <blockopt/problem/dual_logistic_regression.hpp>
#include <blockopt/problem/linear_model.hpp>
#include <blockopt/problem/transposed.hpp>
#include <blockopt/run/descent.hpp>
#include <blockopt/run/detail/logistic_newton.hpp>
#include <blockopt/run/solve_logistic.hpp>
#include <blockopt/select/ascending.hpp>
#include <blockopt/update/block/exact_step.hpp>

#include "problem/coordinate_check.hpp"
#include "problem/heart_scale.hpp"
#include "support/skip.hpp"

namespace bo = blockopt;
namespace bt = blockopt_tests;

namespace {

using primal_model = bo::linear_model<bo::sparse_columns, bo::logistic_loss, bo::ridge_penalty>;

/// n samples of d numbers, a third of them there; samples number 3 and feature 2 are empty.
bo::sparse_columns random_samples(std::size_t d, std::size_t n) {
  const auto numbers = bt::numbers(2 * d * n, 4);
  std::vector<std::size_t> first{0};
  std::vector<std::uint32_t> row;
  std::vector<double> value;
  for (std::size_t i = 0; i < n; ++i) {
    for (std::size_t j = 0; j < d; ++j) {
      if (i == 3 || j == 2 || numbers[i * d + j] < 0.3) continue;
      row.push_back(static_cast<std::uint32_t>(j));
      value.push_back(2 * numbers[d * n + i * d + j]);
    }
    first.push_back(row.size());
  }
  return {d, first, row, value};
}

std::vector<double> signs(std::size_t n) {
  auto y = bt::numbers(n, 6);
  for (double& v : y) v = v < 0 ? -1 : 1;
  return y;
}

/// P* by exact steps on w itself, another algorithm.
double optimum(const bo::sparse_columns& samples, const std::vector<double>& y, double c) {
  primal_model problem(bo::transposed(samples), bo::logistic_loss(y, c), {1.0});
  bo::descent run(problem, bo::each_coordinate{problem.size()}, bo::ascending{}, bo::exact_step{});
  run.advance(300 * problem.size());
  return problem.value();
}

}  // namespace

TEST_CASE("solve_logistic has the optimum of descent on the primal and its gap holds") {
  const auto samples = random_samples(8, 40);
  const auto y = signs(40);
  for (const double c : {1e-8, 0.1, 1.0, 20.0}) {
    const double best = optimum(samples, y, c);
    for (const double tolerance : {1e-2, 1e-6, 1e-12}) {
      CAPTURE(c);
      CAPTURE(tolerance);
      const auto found = bo::solve_logistic(samples, y, c, {.tolerance = tolerance, .most_epochs = 20000});
      primal_model check(bo::transposed(samples), bo::logistic_loss(y, c), {1.0});
      check.set(found.weights);
      CHECK(found.reason == bo::descent_status::converged);
      CHECK(found.primal == doctest::Approx(check.value()).epsilon(1e-13));
      CHECK(found.gap <= tolerance * found.primal);
      CHECK(found.primal - best <= found.gap + 1e-12 * best);
      CHECK(found.primal >= best * (1 - 1e-11));
      CHECK(found.weights[2] == 0);
    }
  }
}

TEST_CASE("solve_logistic finds the optimum of heart_scale that liblinear prints") {
  const auto heart = bt::heart_scale();
  if (!heart) return bt::skip(bt::no_heart_scale);
  const auto found =
      bo::solve_logistic(bo::transposed(heart->design), heart->labels, 1.0, {.tolerance = 1e-12, .most_epochs = 20000});
  CHECK(found.reason == bo::descent_status::converged);
  CHECK(found.primal == doctest::Approx(98.226799508137).epsilon(1e-11));
}

TEST_CASE("solve_logistic is at home at the edges") {
  const bo::sparse_columns one(1, {0, 1}, {0}, {2.0});
  const auto single = bo::solve_logistic(one, {-1}, 1.0, {.tolerance = 1e-12});
  const double w = single.weights[0];
  CHECK(w == doctest::Approx(-2 / (1 + std::exp(-2 * w))).epsilon(1e-6));  // the gradient of P is 0

  const auto samples = random_samples(8, 40);
  const auto alike = bo::solve_logistic(samples, std::vector<double>(40, 1.0), 1.0, {.tolerance = 1e-9});
  CHECK(alike.reason == bo::descent_status::converged);
  CHECK(alike.primal < 40 * std::log(2.0));

  const auto huge = bo::solve_logistic(one, {1}, 1e12, {.tolerance = 1e-6});
  CHECK(huge.reason == bo::descent_status::converged);
  CHECK(std::isfinite(huge.primal));
  const auto tiny = bo::solve_logistic(one, {1}, 1e-300, {.tolerance = 1e-6});
  CHECK(tiny.reason == bo::descent_status::converged);

  const bo::sparse_columns nothing(3, {0, 0, 0}, {}, {});
  const auto empty = bo::solve_logistic(nothing, {1, -1}, 1.0);
  CHECK(empty.reason == bo::descent_status::converged);
  CHECK(empty.primal == doctest::Approx(2 * std::log(2.0)).epsilon(1e-15));
  CHECK(empty.weights == std::vector<double>(3, 0.0));
}

TEST_CASE("solve_logistic goes on by Newton steps where dual steps are slow") {
  const auto samples = random_samples(6, 500);  // many samples of few features, and a large C: thousands of epochs
  const auto y = signs(500);
  for (const double c : {30.0, 1e4}) {
    const double best = optimum(samples, y, c);
    for (const double tolerance : {1e-3, 1e-6, 1e-12}) {
      CAPTURE(c);
      CAPTURE(tolerance);
      const auto found = bo::solve_logistic(samples, y, c, {.tolerance = tolerance, .most_epochs = 100});
      primal_model check(bo::transposed(samples), bo::logistic_loss(y, c), {1.0});
      check.set(found.weights);
      CHECK(found.reason == bo::descent_status::converged);
      CHECK(found.epochs <= 100);
      CHECK(found.primal == doctest::Approx(check.value()).epsilon(1e-13));
      CHECK(found.gap <= tolerance * found.primal);
      CHECK(found.primal - best <= found.gap + 1e-12 * best);
      CHECK(found.weights[2] == 0);
    }
    for (std::uint64_t most = 8; most < 40; ++most) {
      const auto found = bo::solve_logistic(samples, y, c, {.tolerance = 0, .most_epochs = most});
      CHECK(found.epochs <= most);
      CHECK(found.epochs + 3 > most);
      CHECK(found.primal - best <= found.gap + 1e-12 * best);
      CHECK(found.reason == bo::descent_status::budget);
    }
  }
}

TEST_CASE("solve_logistic finds separable classes of any weight") {
  // The weights grow with the logarithm of C, the second derivatives vanish: Newton steps overshoot.
  const bo::sparse_columns samples(2, {0, 2, 4, 6, 8}, {0, 1, 0, 1, 0, 1, 0, 1},
                                   {1, 0.1, 1.5, -1, -1, 0.2, -0.8, -0.3});
  double before = 0;
  for (const double c : {1.0, 1e3, 1e6, 1e9, 1e12}) {
    CAPTURE(c);
    const auto found = bo::solve_logistic(samples, {1, 1, -1, -1}, c, {.tolerance = 1e-9});
    CHECK(found.reason == bo::descent_status::converged);
    CHECK(found.primal > before);
    CHECK(found.primal < 4000);
    before = found.primal;
  }
}

TEST_CASE("A Newton step lowers the objective and its gap is that of a dual point") {
  const auto samples = random_samples(8, 60);
  const auto y = signs(60);
  for (const double c : {0.5, 1e5}) {
    bo::detail::logistic_newton newton(samples, y, c, std::vector<double>{3, -2, 0, 5, -1, 1, 0, 4});
    newton.evaluate();
    for (int step = 0; step < 12; ++step) {
      bo::dual_logistic_regression dual(samples, y, c);
      std::vector<double> a(60);
      for (std::size_t i = 0; i < 60; ++i)
        a[i] = c / (1 + std::exp(y[i] * samples.dot(i, [&](std::size_t j) { return newton.weights()[j]; })));
      dual.set(a);
      CHECK(newton.gap() ==
            doctest::Approx(newton.primal() + dual.value()).epsilon(1e-6).scale(1e-6 * newton.primal()));
      const double before = newton.primal();
      CHECK(newton.step(0, 7) <= 8);
      newton.evaluate();
      CHECK(newton.primal() <= before * (1 + 1e-13));
    }
    CHECK(newton.gap() <= 1e-15 * newton.primal());
  }
}

TEST_CASE("solve_logistic ends at its budget and tells the gap there") {
  const auto samples = random_samples(8, 40);
  const auto y = signs(40);
  const auto none = bo::solve_logistic(samples, y, 2.0, {.most_epochs = 0});
  CHECK(none.epochs == 0);
  CHECK(none.gap == doctest::Approx(80 * std::log(2.0)).epsilon(1e-14));
  const auto two = bo::solve_logistic(samples, y, 2.0, {.tolerance = 0, .most_epochs = 2});
  CHECK(two.epochs == 2);
  CHECK(two.reason == bo::descent_status::budget);
  CHECK(two.primal - optimum(samples, y, 2.0) <= two.gap);
  const auto again = bo::solve_logistic(samples, y, 2.0, {.tolerance = 0, .most_epochs = 2});
  CHECK(again.weights == two.weights);
  const auto other = bo::solve_logistic(samples, y, 2.0, {.tolerance = 0, .most_epochs = 2, .seed = 2});
  CHECK(other.weights != two.weights);
}

TEST_CASE("solve_logistic refuses what it cannot solve") {
  const bo::sparse_columns one(1, {0, 1}, {0}, {2.0});
  bt::check_refusal([&] { (void)bo::solve_logistic(one, {2}, 1.0); }, "label 0 is 2");
  bt::check_refusal([&] { (void)bo::solve_logistic(one, {1}, 0.0); }, "weight = 0");
  bt::check_refusal([&] { (void)bo::solve_logistic(one, {1}, 1.0, {.tolerance = -1}); }, "tolerance = -1");
  bt::check_refusal([&] { (void)bo::solve_logistic(one, {1}, 1.0, {.tolerance = std::nan("")}); }, "tolerance = ");
  bt::check_refusal([&] { (void)bo::solve_logistic(bo::sparse_columns(1, {0}, {}, {}), {}, 1.0); }, "no sample");
}
