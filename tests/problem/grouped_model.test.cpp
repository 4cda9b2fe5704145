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
#include <blockopt/run/minimize_coordinates.hpp>
#include <blockopt/select/duality_gap_sampling.hpp>
#include <blockopt/select/gauss_southwell.hpp>
#include <blockopt/select/gauss_southwell_diagonal.hpp>
#include <blockopt/select/gauss_southwell_lipschitz.hpp>
#include <blockopt/select/gauss_southwell_quadratic.hpp>
#include <blockopt/select/gauss_southwell_step.hpp>
#include <blockopt/select/steepest_approximate.hpp>
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

TEST_CASE("the subgradient of least norm of a group is the slope of its prox steps") {
  // The path of prox(x - t g) leaves x in the direction of minus the subgradient of least norm.
  const auto check = [](const auto& penalty, std::vector<double> x, const std::vector<double>& g, double tolerance) {
    constexpr double t = 1e-6;
    auto least = g, path = x;
    penalty.least(x, least);
    for (std::size_t k = 0; k < x.size(); ++k) path[k] -= t * g[k];
    penalty.prox(path, 1 / t);
    for (std::size_t k = 0; k < x.size(); ++k) CHECK(std::fabs((path[k] - x[k]) / t + least[k]) <= tolerance);
    return least;
  };
  for (std::uint64_t seed = 1; seed <= 30; ++seed) {
    for (const std::size_t n : {1U, 2U, 5U, 12U}) {
      const auto g = bt::numbers(n, seed);
      auto x = bt::numbers(n, seed + 100);
      check(bo::group_norm{.l1 = 0.2}, x, g, 1e-4);
      check(bo::group_norm{.l1 = 0.2}, std::vector<double>(n), g, 1e-9);
      for (std::size_t k = 0; k < n; ++k) x[k] = k % 3 == 1 && n > 2 ? 0 : 0.1 + std::fabs(x[k]);
      bo::project_to_simplex(x, 2);  // some more become 0
      const auto least = check(bo::simplex_constraint{2}, x, g, 1e-8);
      CHECK(std::fabs(std::accumulate(least.begin(), least.end(), 0.0)) <= 1e-13 * static_cast<double>(n));
    }
  }
  const bo::simplex_constraint corner{1};
  CHECK(check(corner, {1, 0, 0}, {-1, 0, 5}, 1e-8) == std::vector<double>{0, 0, 0});
  std::vector<double> bad{1, NAN, 2};
  corner.least(std::vector<double>{1, 0, 0}, bad);
  for (const double v : bad) CHECK(std::isnan(v));
  CHECK(corner.gap(std::vector<double>{0.5, 0.5, 0}, std::vector<double>{3, 1, 2}) == 1);
}

TEST_CASE("greedy policies find the groups that move and come to the optimum") {
  const auto data =
      bo::planted_regression({.rows = 30, .columns = 24, .rho = 0.4, .density = 0.3, .group = 4, .snr = 5, .seed = 2});
  const auto groups = bo::coordinate_blocks::contiguous(24, 4);
  const group_lasso lasso(least_squares(data.design, {data.target}), groups, bo::group_norm{.l1 = 3});
  using shares = bo::grouped_model<least_squares, bo::simplex_constraint>;
  static_assert(bo::with_duality_gap<shares>);
  const shares mixed(least_squares(data.design, {data.target}), groups, {1});
  const auto run = [&](auto problem, auto policy) {
    const auto r = bo::minimize(problem, groups, policy, bo::gradient_step{}, {.updates = 30'000, .tolerance = 1e-8});
    CHECK(r.status == bo::descent_status::converged);
    CHECK(r.measure == bo::tolerance_measure::duality_gap);
    CHECK(r.rises == 0);
    CHECK(r.last.gradient_norm <= 1e-3);  // of least norm: the smooth part's own is far from 0
    return r.last.objective;
  };
  const auto all = [&](const auto& problem) {
    const double best = run(problem, bo::gauss_southwell{});
    CHECK(run(problem, bo::gauss_southwell{.norm = bo::block_norm::one}) == doctest::Approx(best).epsilon(1e-8));
    CHECK(run(problem, bo::gauss_southwell_lipschitz{}) == doctest::Approx(best).epsilon(1e-8));
    CHECK(run(problem, bo::gauss_southwell_step{}) == doctest::Approx(best).epsilon(1e-8));
    CHECK(run(problem, bo::steepest_approximate{}) == doctest::Approx(best).epsilon(1e-8));
  };
  all(lasso);
  all(mixed);
  shares problem = mixed;
  bt::check_refusal([&] { (void)run(problem, bo::gauss_southwell_diagonal{}); }, "a decrease by coordinates");
  bt::check_refusal([&] { (void)run(problem, bo::gauss_southwell_quadratic{}); }, "no bound on the Hessian of a block");
  bt::check_refusal([&] { (void)run(problem, bo::duality_gap_sampling{}); }, "no duality gap that is a sum");
}

TEST_CASE("greedy decreases compare groups also where they are rounding of what is decreased") {
  for (const std::uint64_t seed : {1, 2, 3}) {
    const auto data = bo::planted_regression({.rows = 200, .columns = 100, .density = 0.1, .snr = 10, .seed = seed});
    const auto groups = bo::coordinate_blocks::contiguous(100, 5);
    bo::grouped_model problem(least_squares(data.design, {data.target}), groups, bo::simplex_constraint{});
    const auto r = bo::minimize(problem, groups, bo::gauss_southwell_lipschitz{}, bo::gradient_step{},
                                {.updates = 20'000, .tolerance = 1e-11});
    CHECK(r.status == bo::descent_status::converged);
  }
}

TEST_CASE("the scores of groups are what the model promises") {
  const auto data = bo::planted_regression({.rows = 12, .columns = 9, .seed = 4});
  const auto groups = bo::coordinate_blocks(9, {{0, 1, 2}, {4, 3, 5}, {8, 6, 7}});
  group_lasso problem(least_squares(data.design, {data.target}), groups, bo::group_norm{.l1 = 0.7});
  problem.set(bt::numbers(9, 3));
  const bo::coordinate_blocks steps(9, {{3, 4, 5, 0, 1, 2}, {6, 7, 8}});
  bo::detail::problem_oracle oracle(problem, steps);
  for (std::size_t b = 0; b < 2; ++b) {
    group_lasso after = problem;
    const double promised = oracle.scores(bo::block_measure::decrease)[b];
    const double length = oracle.scores(bo::block_measure::step_norm)[b];
    CHECK(oracle.score(bo::block_measure::decrease, b) == promised);
    CHECK(oracle.score(bo::block_measure::step_norm, b) == length);
    bo::gradient_step update;
    update.start(after, steps);
    CHECK(update.step(after, steps[b], b).squared_step == doctest::Approx(length * length).epsilon(1e-12));
    CHECK(promised > 0);
    CHECK(problem.value() - after.value() >= promised * (1 - 1e-12));
    double squared = 0;
    for (const std::size_t i : steps[b]) squared += oracle.gradient()[i] * oracle.gradient()[i];
    CHECK(oracle.score(bo::block_measure::gradient_norm, b) == doctest::Approx(std::sqrt(squared)).epsilon(1e-14));
  }
}

TEST_CASE("the gap of simplices bounds what is left") {
  const auto data = bo::planted_regression({.rows = 20, .columns = 12, .seed = 7});
  const auto groups = bo::coordinate_blocks::contiguous(12, 3);
  bo::grouped_model problem(least_squares(data.design, {data.target}), groups, bo::simplex_constraint{0.5});
  std::vector<double> values, gaps;
  for (int epoch = 0; epoch < 2000; ++epoch) {
    values.push_back(problem.value());
    gaps.push_back(problem.duality_gap());
    sweep(problem, groups, 1);
  }
  CHECK(gaps.front() > 0.1);
  CHECK(gaps.back() <= 1e-10);
  for (std::size_t k = 0; k < values.size(); ++k) {
    CHECK(gaps[k] >= 0);
    CHECK(values[k] - values.back() <= gaps[k] + 1e-12 * values[0]);
  }
  const bo::grouped_model part(least_squares(data.design, {data.target}), bo::coordinate_blocks(12, {{0, 1}}),
                               bo::simplex_constraint{});
  CHECK(std::isinf(part.duality_gap()));  // ten coordinates without a constraint
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
  const auto grouped = bo::planted_regression({.rows = 3, .columns = 11, .density = 0.5, .group = 4, .seed = 1});
  std::size_t whole = 0;
  for (std::size_t g = 0; g < 3; ++g) {
    const auto zeros =
        std::count(grouped.model.begin() + static_cast<std::ptrdiff_t>(4 * g),
                   grouped.model.begin() + static_cast<std::ptrdiff_t>(std::min<std::size_t>(4 * g + 4, 11)), 0.0);
    CHECK((zeros == 0 || zeros == (g == 2 ? 3 : 4)));
    whole += zeros == 0;
  }
  CHECK(whole == 1);
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
  bt::check_refusal([] { (void)bo::planted_regression({.group = 0}); }, "group = 0");
  bt::check_refusal([] { (void)bo::planted_regression({.snr = 0}); }, "snr = 0");
  bt::check_refusal([] { (void)bo::sparse_planted_regression({.nonzeros = 2}); }, "nonzeros = 2");
  bt::check_refusal([] { (void)bo::sparse_planted_regression({.power = NAN}); }, "power = nan");
}
