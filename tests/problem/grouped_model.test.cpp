// SPDX-License-Identifier: MIT
// Part of blockopt: tests of group penalties, simplices and planted data.
#include <algorithm>
#include <cmath>
#include <cstddef>
#include <limits>
#include <numeric>
#include <string>
#include <vector>

#include <Eigen/Core>
#include <doctest/doctest.h>

#include <blockopt/problem/group_penalty.hpp>
#include <blockopt/problem/grouped_model.hpp>
#include <blockopt/problem/linear_model.hpp>
#include <blockopt/problem/planted_regression.hpp>
#include <blockopt/problem/quadratic.hpp>
#include <blockopt/problem/spectrum_quadratic.hpp>
#include <blockopt/update/block/gradient_step.hpp>

#include "coordinate_check.hpp"

namespace bo = blockopt;
namespace bt = blockopt_tests;

using least_squares = bo::linear_model<bo::dense_columns, bo::squared_loss>;
using group_lasso = bo::grouped_model<least_squares, bo::group_norm>;
using mixture = bo::grouped_model<bo::quadratic_model<bo::dense_columns>, bo::simplex_constraint>;
static_assert(bo::block_composite<group_lasso> && bo::with_duality_gap<group_lasso> &&
              bo::known_block_lipschitz<group_lasso> && !bo::separable_composite<group_lasso>);
static_assert(bo::block_composite<mixture> && !bo::with_duality_gap<mixture> && bo::bounded_curvature<mixture>);

namespace {

template <class P>
void sweep(P& problem, const bo::coordinate_blocks& blocks, int epochs) {
  bo::gradient_step update;
  update.start(problem, blocks);
  for (int e = 0; e < epochs; ++e) {
    for (std::size_t b = 0; b < blocks.size(); ++b) (void)update.step(problem, blocks[b], b);
  }
}

}  // namespace

TEST_CASE("the projection to a simplex is the nearest of its points") {
  for (const double total : {1.0, 0.01, 30.0}) {
    for (const std::size_t n : {1U, 2U, 3U, 17U}) {
      for (std::uint64_t seed = 1; seed <= 20; ++seed) {
        auto v = bt::numbers(n, seed);
        for (double& x : v) x *= 3;
        auto p = v;
        bo::project_to_simplex(p, total);
        CHECK(std::accumulate(p.begin(), p.end(), 0.0) == doctest::Approx(total).epsilon(1e-14));
        // Optimality: v - p is the same where p > 0, and not larger where p = 0.
        double cut = -std::numeric_limits<double>::infinity();
        for (std::size_t i = 0; i < n; ++i) {
          REQUIRE(p[i] >= 0);
          if (p[i] > 0) cut = std::max(cut, v[i] - p[i]);
        }
        for (std::size_t i = 0; i < n; ++i) {
          if (p[i] > 0) CHECK(std::fabs(v[i] - p[i] - cut) <= 1e-13 * (total + 3));
          else CHECK(v[i] <= cut + 1e-13);
        }
        auto again = p;
        bo::project_to_simplex(again, total);
        for (std::size_t i = 0; i < n; ++i) CHECK(std::fabs(again[i] - p[i]) <= 1e-14 * total);
      }
    }
  }
  std::vector<double> huge{1e300, 1e300 * (1 - 1e-15), -1e300};
  bo::project_to_simplex(huge, 1);
  CHECK(huge == std::vector<double>{1, 0, 0});
  std::vector<double> equal(4, -7.5);
  bo::project_to_simplex(equal, 2);
  CHECK(equal == std::vector<double>(4, 0.5));
  for (const double bad : {NAN, INFINITY}) {
    std::vector<double> v{1, bad, 2};
    bo::project_to_simplex(v, 1);
    for (const double x : v) CHECK(std::isnan(x));
  }
  std::vector<double> none;
  bo::project_to_simplex(none, 1);
}

TEST_CASE("the prox of a group norm shrinks the length of the group") {
  const bo::group_norm penalty{.l1 = 0.5};
  std::vector<double> v{3, 4, 0, 0};  // length 5, weight 1
  penalty.prox(v, 2);
  CHECK(v[0] == doctest::Approx(3 * 0.9).epsilon(1e-15));
  CHECK(v[1] == doctest::Approx(4 * 0.9).epsilon(1e-15));
  v = {0.3, 0.4, 0, 0};
  penalty.prox(v, 2);
  CHECK(v == std::vector<double>(4));
  CHECK(penalty.psi(std::vector<double>{3, 4, 0, 0}) == doctest::Approx(5).epsilon(1e-15));
  CHECK(bo::group_norm::norm(std::vector<double>{3e200, 4e200}) == doctest::Approx(5e200).epsilon(1e-15));
  CHECK(bo::group_norm::norm(std::vector<double>{3e-200, 4e-200}) == doctest::Approx(5e-200).epsilon(1e-15));
  CHECK(bo::group_norm::norm({}) == 0);
  v = {1, NAN, 2, 1e9};
  penalty.prox(v, 1);
  for (const double x : v) CHECK(std::isnan(x));
}

TEST_CASE("the group lasso goes to zero gap and to the conditions of its optimum") {
  const auto data =
      bo::planted_regression({.rows = 30, .columns = 24, .rho = 0.4, .density = 0.3, .snr = 5, .seed = 2});
  const auto groups = bo::coordinate_blocks::contiguous(24, 4);
  group_lasso problem(least_squares(data.design, {data.target}), groups, bo::group_norm{.l1 = 3});
  double before = problem.value();
  CHECK(problem.duality_gap() > 1);
  for (int epoch = 0; epoch < 50; ++epoch) {
    const double gap = problem.duality_gap();
    CHECK(gap >= -1e-12);
    sweep(problem, groups, 1);
    CHECK(problem.value() <= before + 1e-12);
    CHECK(problem.value() >= before - gap - 1e-9);
    before = problem.value();
  }
  sweep(problem, groups, 3000);
  CHECK(problem.duality_gap() <= 1e-9);
  std::size_t zero = 0;
  for (std::size_t g = 0; g < groups.size(); ++g) {
    std::vector<double> x, c;
    for (const std::size_t i : groups[g]) {
      x.push_back(problem.at(i));
      c.push_back(problem.derivative(i));
    }
    const double norm = bo::group_norm::norm(x);
    if (norm == 0) {
      ++zero;
      CHECK(bo::group_norm::norm(c) <= 6 * (1 + 1e-9));
    } else {
      for (std::size_t k = 0; k < 4; ++k) CHECK(std::fabs(c[k] + 6 * x[k] / norm) <= 1e-6);
    }
  }
  CHECK(zero > 0);
  CHECK(zero < groups.size());
  bt::check_archive(problem, group_lasso(least_squares(data.design, {data.target}), groups, {3}), 0.1);
}

TEST_CASE("the group lasso with groups of one coordinate is the lasso") {
  const auto data = bo::planted_regression({.rows = 20, .columns = 6, .seed = 5});
  const auto single = bo::coordinate_blocks::contiguous(6, 1);
  group_lasso grouped(least_squares(data.design, {data.target}), single, {2});
  bo::linear_model<bo::dense_columns, bo::squared_loss, bo::l1_penalty> lasso(data.design, {data.target}, {.l1 = 2});
  bo::gradient_step update;
  update.start(grouped, bo::each_coordinate{6});
  for (std::size_t k = 0; k < 1200; ++k) {
    (void)update.step(grouped, bo::single_coordinate{k % 6}, k % 6);
    (void)update.step(lasso, bo::single_coordinate{k % 6}, k % 6);
  }
  for (std::size_t i = 0; i < 6; ++i) CHECK(grouped.at(i) == doctest::Approx(lasso.at(i)).epsilon(1e-12));
  CHECK(grouped.value() == doctest::Approx(lasso.value()).epsilon(1e-14));
  CHECK(std::fabs(grouped.duality_gap() - lasso.duality_gap()) <= 1e-10);
}

TEST_CASE("quadratics on simplices end where no exchange within a group helps") {
  const auto groups = bo::coordinate_blocks(10, {{0, 3, 4, 9}, {1, 2, 5, 6, 7}});  // 8 has no constraint
  mixture problem(bo::spectrum_quadratic(bo::log_spaced(0.1, 2, 10), 4), groups, {2});
  CHECK(problem.at(0) == 0.5);
  CHECK(problem.at(1) == 0.4);
  CHECK(problem.at(8) == 0);
  CHECK(std::isfinite(problem.value()));
  const bo::coordinate_blocks steps(10, {{0, 3, 4, 9}, {7, 6, 5, 2, 1}, {8}});
  double before = problem.value();
  for (int epoch = 0; epoch < 800; ++epoch) {
    sweep(problem, steps, 1);
    REQUIRE(problem.value() <= before + 1e-12);
    before = problem.value();
  }
  CHECK(std::fabs(problem.derivative(8)) <= 1e-10);
  for (std::size_t g = 0; g < 2; ++g) {
    double least = std::numeric_limits<double>::infinity(), sum = 0;
    for (const std::size_t i : groups[g]) {
      least = std::min(least, problem.derivative(i));
      sum += problem.at(i);
    }
    CHECK(sum == doctest::Approx(2).epsilon(1e-13));
    for (const std::size_t i : groups[g]) {
      CHECK(problem.at(i) >= 0);
      if (problem.at(i) > 0) CHECK(problem.derivative(i) <= least + 1e-8);
    }
  }
  problem.move(0, 0.1);
  CHECK(std::isinf(problem.value()));
}

TEST_CASE("steps on parts of groups and bad groups are refused by name") {
  const auto quadratic = bo::spectrum_quadratic(std::vector<double>{1, 2, 3, 4});
  mixture problem(quadratic, bo::coordinate_blocks(4, {{0, 2}, {1, 3}}), {1});
  std::vector<double> v{1, 1};
  const auto prox = [&](std::vector<std::size_t> block) {
    v.assign(block.size(), 1.0);
    problem.prox_block(block, v, 1);
  };
  CHECK_NOTHROW(prox({2, 0}));
  CHECK_NOTHROW(prox({1, 0, 3, 2}));
  bt::check_refusal([&] { prox({0, 1}); }, "part of group 0, without coordinate 2");
  bt::check_refusal([&] { prox({0, 2, 3}); }, "part of group 1, without coordinate 1");
  bo::gradient_step update;
  bt::check_refusal([&] { (void)update.step(problem, bo::single_coordinate{1}, 1); }, "without coordinate 3");
  bt::check_refusal([&] { mixture(quadratic, bo::coordinate_blocks::contiguous(6, 2), {1}); },
                    "group 2 has coordinate 4");
  bt::check_refusal([&] { mixture(quadratic, bo::coordinate_blocks::contiguous(4, 2), {0}); }, "total = 0");
  const auto data = bo::planted_regression({.rows = 3, .columns = 4});
  bt::check_refusal(
      [&] { group_lasso(least_squares(data.design, {data.target}), bo::coordinate_blocks::contiguous(4, 2), {-1}); },
      "l1 = -1");
  const group_lasso some(least_squares(data.design, {data.target}), bo::coordinate_blocks(4, {{0, 1}}), {1});
  CHECK(std::isinf(some.duality_gap()));  // two coordinates without a penalty
}

TEST_CASE("planted designs have their correlation and their noise and their support") {
  const auto data =
      bo::planted_regression({.rows = 4000, .columns = 6, .rho = 0.6, .density = 0.5, .snr = 2, .seed = 3});
  const auto one = [](std::size_t) { return 1.0; };
  for (std::size_t i = 0; i < 6; ++i) {
    for (std::size_t j = 0; j < 6; ++j) {
      const double wanted = std::pow(0.6, std::fabs(static_cast<double>(i) - static_cast<double>(j)));
      CHECK(std::fabs(data.design.cross(i, j, one) / 4000 - wanted) <= 0.08);
    }
  }
  std::vector<double> clean(4000);
  for (std::size_t j = 0; j < 6; ++j) data.design.add(j, data.model[j], clean);
  CHECK(std::count(data.model.begin(), data.model.end(), 0.0) == 3);
  double signal = 0, noise = 0;
  for (std::size_t i = 0; i < 4000; ++i) {
    signal += clean[i] * clean[i];
    noise += (data.target[i] - clean[i]) * (data.target[i] - clean[i]);
  }
  CHECK(std::sqrt(signal / noise) == doctest::Approx(2).epsilon(1e-12));
  const auto exact = bo::planted_regression({.rows = 5, .columns = 3, .snr = INFINITY});
  std::vector<double> image(5);
  for (std::size_t j = 0; j < 3; ++j) exact.design.add(j, exact.model[j], image);
  CHECK(image == exact.target);
  CHECK(bo::signs_of({-0.5, 0, 3}) == std::vector<double>{-1, 1, 1});
}

TEST_CASE("sparse planted designs have columns of a power law") {
  const auto data =
      bo::sparse_planted_regression({.rows = 500, .columns = 300, .nonzeros = 0.02, .power = 1, .seed = 7});
  CHECK(static_cast<double>(data.design.nonzeros()) == doctest::Approx(0.02 * 500 * 300).epsilon(0.1));
  CHECK(static_cast<double>(data.design.nonzeros(0)) ==
        doctest::Approx(10 * static_cast<double>(data.design.nonzeros(9))).epsilon(0.05));
  for (std::size_t j = 0; j < 300; ++j) CHECK(data.design.nonzeros(j) >= 1);
  const auto full = bo::sparse_planted_regression({.rows = 4, .columns = 2, .nonzeros = 1, .power = 0});
  CHECK(full.design.nonzeros() == 8);
  const auto again =
      bo::sparse_planted_regression({.rows = 500, .columns = 300, .nonzeros = 0.02, .power = 1, .seed = 7});
  CHECK(again.target == data.target);
  bt::check_refusal([] { (void)bo::planted_regression({.rows = 0}); }, "0 x 1000");
  bt::check_refusal([] { (void)bo::planted_regression({.rho = 1}); }, "rho = 1");
  bt::check_refusal([] { (void)bo::planted_regression({.density = 0}); }, "density = 0");
  bt::check_refusal([] { (void)bo::planted_regression({.snr = 0}); }, "snr = 0");
  bt::check_refusal([] { (void)bo::sparse_planted_regression({.nonzeros = 2}); }, "nonzeros = 2");
  bt::check_refusal([] { (void)bo::sparse_planted_regression({.power = NAN}); }, "power = nan");
}
