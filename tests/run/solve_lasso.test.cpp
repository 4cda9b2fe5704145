// SPDX-License-Identifier: MIT
// Part of blockopt: tests of solve_lasso.
#include <algorithm>
#include <cmath>
#include <cstddef>
#include <cstdint>
#include <limits>
#include <vector>

#include <doctest/doctest.h>

#include <blockopt/problem/linear_model.hpp>
#include <blockopt/run/descent.hpp>
#include <blockopt/run/solve_lasso.hpp>
#include <blockopt/select/ascending.hpp>
#include <blockopt/update/block/exact_step.hpp>

#include "problem/coordinate_check.hpp"

namespace bo = blockopt;
namespace bt = blockopt_tests;

namespace {

using lasso_model = bo::linear_model<bo::sparse_columns, bo::squared_loss, bo::l1_penalty>;

/// m x n, half of it there; column 1 is empty and column 4 is column 3 again.
bo::sparse_columns random_design(std::size_t m, std::size_t n) {
  const auto numbers = bt::numbers(2 * m * n, 14);
  std::vector<std::size_t> first{0};
  std::vector<std::uint32_t> row;
  std::vector<double> value;
  for (std::size_t j = 0; j < n; ++j) {
    const std::size_t source = j == 4 ? 3 : j;
    for (std::size_t i = 0; i < m; ++i) {
      if (j == 1 || numbers[source * m + i] < 0) continue;
      row.push_back(static_cast<std::uint32_t>(i));
      value.push_back(numbers[m * n + source * m + i]);
    }
    first.push_back(row.size());
  }
  return {m, first, row, value};
}

double largest_l1(const bo::sparse_columns& a, const std::vector<double>& y) {
  double most = 0;
  for (std::size_t j = 0; j < a.columns(); ++j)
    most = std::max(most, std::fabs(a.dot(j, [&](std::size_t i) { return y[i]; })));
  return most;
}

}  // namespace

TEST_CASE("solve_lasso has the optimum of descent and its gap holds") {
  const auto y = bt::numbers(25, 3);
  for (const std::size_t n : {std::size_t{6}, std::size_t{60}}) {
    const auto a = random_design(25, n);
    for (const double part : {0.9, 0.3, 0.05}) {
      const double l1 = part * largest_l1(a, y);
      lasso_model problem(a, bo::squared_loss{y}, {.l1 = l1});
      bo::descent run(problem, bo::each_coordinate{n}, bo::ascending{}, bo::exact_step{});
      run.advance(5000 * n);
      const double best = problem.value(), scale = 10;
      for (const double tolerance : {1e-2, 1e-6, 1e-12}) {
        for (const std::size_t first_set : {std::size_t{1}, std::size_t{5}, std::size_t{100}}) {
          CAPTURE(n);
          CAPTURE(part);
          CAPTURE(tolerance);
          CAPTURE(first_set);
          const auto found = bo::solve_lasso(a, y, l1, {.tolerance = tolerance, .first_set = first_set});
          lasso_model check(a, bo::squared_loss{y}, {.l1 = l1});
          check.set(found.weights);
          CHECK(found.reason == bo::descent_status::converged);
          CHECK(found.primal == doctest::Approx(check.value()).epsilon(1e-13));
          CHECK(found.gap == doctest::Approx(check.duality_gap()).epsilon(0.5).scale(1e-13));
          CHECK(found.primal - best <= found.gap + 1e-12 * scale);
          CHECK(found.primal >= best - 1e-12 * scale);
          CHECK(found.weights[1] == 0);
        }
      }
    }
  }
}

TEST_CASE("solve_lasso gives zero from the largest l1 on and something below it") {
  const auto y = bt::numbers(25, 3);
  const auto a = random_design(25, 60);
  const double l1 = largest_l1(a, y);
  for (const double part : {1.0 + 1e-9, 2.0, 1e100}) {
    const auto zero = bo::solve_lasso(a, y, part * l1);
    CHECK(zero.weights == std::vector<double>(60, 0.0));
    CHECK(zero.sweeps == 0);
    CHECK(zero.reason == bo::descent_status::converged);
  }
  const auto below = bo::solve_lasso(a, y, 0.99 * l1);
  CHECK(std::count_if(below.weights.begin(), below.weights.end(), [](double v) { return v != 0; }) > 0);
}

TEST_CASE("solve_lasso is at home at the edges") {
  const bo::sparse_columns one(1, {0, 1}, {0}, {2.0});
  const auto single = bo::solve_lasso(one, std::vector<double>{3.0}, 1.0, {.tolerance = 1e-14});
  CHECK(single.weights[0] == doctest::Approx(1.25).epsilon(1e-12));  // (2 * 3 - 1) / 4
  const auto zero = bo::solve_lasso(one, std::vector<double>{0.0}, 1.0);
  CHECK(zero.weights[0] == 0);
  CHECK(zero.gap == 0);
  CHECK(zero.reason == bo::descent_status::converged);
  const auto empty = bo::solve_lasso(bo::sparse_columns(2, {0, 0}, {}, {}), std::vector<double>{1.0, 2.0}, 1.0);
  CHECK(empty.primal == 2.5);
  CHECK(empty.reason == bo::descent_status::converged);
  CHECK(bo::solve_lasso(bo::sparse_columns(2, {0}, {}, {}), std::vector<double>{1.0, 2.0}, 1.0).weights.empty());

  const bo::sparse_columns twice(2, {0, 2, 4}, {0, 1, 0, 1}, {1.0, 1.0, 1.0, 1.0});
  const auto both = bo::solve_lasso(twice, std::vector<double>{1.0, 2.0}, 0.5, {.tolerance = 1e-13});
  CHECK(both.weights[0] + both.weights[1] == doctest::Approx(1.25).epsilon(1e-10));  // (3 - 0.5) / 2
}

TEST_CASE("solve_lasso ends at its budget and tells the gap there") {
  const auto y = bt::numbers(25, 3);
  const auto a = random_design(25, 60);
  const double l1 = 0.01 * largest_l1(a, y);
  const auto none = bo::solve_lasso(a, y, l1, {.most_sweeps = 0});
  CHECK(none.weights == std::vector<double>(60, 0.0));
  CHECK(none.reason == bo::descent_status::budget);
  const auto some = bo::solve_lasso(a, y, l1, {.tolerance = 0, .most_sweeps = 7});
  CHECK(some.sweeps == 7);
  CHECK(some.reason == bo::descent_status::budget);
  CHECK(some.primal < none.primal);
  CHECK(some.primal - bo::solve_lasso(a, y, l1, {.tolerance = 1e-12}).primal <= some.gap);
}

TEST_CASE("solve_lasso refuses what it cannot solve") {
  const bo::sparse_columns one(1, {0, 1}, {0}, {2.0});
  const std::vector<double> y{1.0};
  for (const double l1 : {0.0, -1.0, std::numeric_limits<double>::infinity(), std::nan("")})
    bt::check_refusal([&] { (void)bo::solve_lasso(one, y, l1); }, "l1 = ");
  bt::check_refusal([&] { (void)bo::solve_lasso(one, std::vector<double>{std::nan("")}, 1.0); },
                    "number 0 of the target");
  bt::check_refusal([&] { (void)bo::solve_lasso(one, std::vector<double>{1.0, 2.0}, 1.0); }, "a target of 2 numbers");
  bt::check_refusal([&] { (void)bo::solve_lasso(one, std::vector<double>{1e200}, 1.0); }, "squares are not finite");
  bt::check_refusal([&] { (void)bo::solve_lasso(one, y, 1.0, {.tolerance = -1}); }, "tolerance = -1");
  bt::check_refusal([&] { (void)bo::solve_lasso(one, y, 1.0, {.first_set = 0}); }, "first_set = 0");
  const bo::sparse_columns bad(1, {0, 1}, {0}, {std::nan("")});
  bt::check_refusal([&] { (void)bo::solve_lasso(bad, y, 1.0); }, "column 0 is not finite");
}
