// SPDX-License-Identifier: MIT
// Part of blockopt: tests of the classical test functions and of sums of squares in coordinates.
#include <cmath>
#include <cstddef>
#include <limits>
#include <string>
#include <string_view>
#include <vector>

#include <Eigen/Core>
#include <Eigen/QR>
#include <doctest/doctest.h>

#include <blockopt/problem/nonlinear_least_squares.hpp>
#include <blockopt/problem/test_functions.hpp>
#include <blockopt/run/minimize_coordinates.hpp>
#include <blockopt/select/ascending.hpp>
#include <blockopt/select/gauss_southwell.hpp>
#include <blockopt/select/gauss_southwell_lipschitz.hpp>
#include <blockopt/select/gauss_southwell_step.hpp>
#include <blockopt/select/lipschitz_sampling.hpp>
#include <blockopt/update/adam.hpp>
#include <blockopt/update/block/armijo_step.hpp>
#include <blockopt/update/block/gradient_step.hpp>
#include <blockopt/update/block/parallel_step.hpp>
#include <blockopt/update/block/rule_steps.hpp>

#include "coordinate_check.hpp"

namespace bo = blockopt;
namespace bt = blockopt_tests;

using model = bo::nonlinear_least_squares;
static_assert(bo::coordinate_problem<model> && bo::twice_differentiable<model> && !bo::bounded_curvature<model>);

namespace {

/// Levenberg and Marquardt from the present point; the objective where it ends.
double solve(model& p) {
  const auto n = static_cast<Eigen::Index>(p.size()), m = static_cast<Eigen::Index>(p.function().residuals);
  double damping = 1e-3, f = p.value();
  Eigen::MatrixXd jacobian(m, n);
  Eigen::VectorXd r(m), scale = Eigen::VectorXd::Constant(n, 1e-300);
  for (int step = 0; step < 20000 && damping < 1e14; ++step) {
    p.jacobian({jacobian.data(), static_cast<std::size_t>(jacobian.size())});
    p.residual({r.data(), static_cast<std::size_t>(m)});
    scale = scale.cwiseMax(jacobian.colwise().norm().transpose());
    Eigen::MatrixXd a(m + n, n);
    a << jacobian, Eigen::MatrixXd((std::sqrt(damping) * scale).asDiagonal());
    Eigen::VectorXd b = Eigen::VectorXd::Zero(m + n);
    b.head(m) = -r;
    const Eigen::VectorXd d = a.colPivHouseholderQr().solve(b);
    const auto before = bt::point_of(p);
    for (Eigen::Index i = 0; i < n; ++i) p.move(static_cast<std::size_t>(i), d[i]);
    const double now = p.value();
    if (now < f) {
      const bool done = f - now < 1e-16 * f && damping < 1e-8;
      f = now;
      damping = std::max(1e-14, damping / 3);
      if (done) break;
    } else {
      p.set(before);
      damping *= 4;
    }
  }
  return f;
}

/// Of every function once, and of some with more variables.
template <class F>
void each_function(const F& f) {
  for (const auto& e : bo::test_function_table()) f(bo::test_function(e.name));
  f(bo::test_function("rosenbrock", 10));
  f(bo::test_function("powell-singular", 8));
  f(bo::test_function("watson", 9));
  f(bo::test_function("watson", 12));
  f(bo::test_function("penalty-1", 10));
  f(bo::test_function("penalty-2", 10));
  f(bo::test_function("chebyquad", 9));
  f(bo::test_function("chebyquad", 10));
}

}  // namespace

TEST_CASE("hyper-dual numbers have the derivatives of their functions") {
  using bo::detail::hyper_dual;
  const auto check = [](const auto& f, double at) {
    const double h = 1e-4;
    const hyper_dual y = f(hyper_dual(at, 1, 1, 0));
    CHECK(y.v == f(at));
    CHECK(y.a == doctest::Approx((f(at + h) - f(at - h)) / (2 * h)).epsilon(1e-6));
    CHECK(y.ab == doctest::Approx((f(at + h) - 2 * f(at) + f(at - h)) / (h * h)).epsilon(1e-4));
  };
  check(
      [](auto x) {
        using std::exp;
        return exp(x);
      },
      0.7);
  check(
      [](auto x) {
        using std::sin;
        return sin(x);
      },
      0.7);
  check(
      [](auto x) {
        using std::cos;
        return cos(x);
      },
      0.7);
  check(
      [](auto x) {
        using std::sqrt;
        return sqrt(x);
      },
      0.7);
  check(
      [](auto x) {
        using std::log;
        return log(x);
      },
      0.7);
  check(
      [](auto x) {
        using std::atan;
        return atan(x);
      },
      0.7);
  check([](auto x) { return 3.0 / (x * x - 2.0 * x) - x; }, 0.7);
  const hyper_dual x(2, 1, 0, 0), y(3, 0, 1, 0), product = x * x * y / (x + y);  // x^2 y / (x + y)
  CHECK(product.v == doctest::Approx(2.4));
  CHECK(product.a == doctest::Approx((4 * 3 * 5 - 12.0) / 25).epsilon(1e-14));
  CHECK(product.b == doctest::Approx((4 * 5 - 12.0) / 25).epsilon(1e-14));
  CHECK(product.ab == doctest::Approx(0.352).epsilon(1e-14));
}

TEST_CASE("the test functions have right derivatives and Hessians around their start") {
  each_function([](const bo::residual_function& f) {
    CAPTURE(f.name);
    REQUIRE(f.variables == f.start.size());
    model problem(f);
    auto x = f.start;
    const auto shift = bt::numbers(x.size(), 3);
    for (std::size_t i = 0; i < x.size(); ++i) x[i] += 1e-2 * (1 + std::fabs(x[i])) * shift[i];
    problem.set(x);
    const auto g = bt::gradient_of(problem);
    std::vector<double> r(f.residuals), j(f.residuals * x.size()), h(1);
    problem.residual(r);
    problem.jacobian(j);
    double sum = 0, largest = 0;
    for (const double v : r) sum += v * v;
    for (const double v : g) largest = std::max(largest, std::fabs(v));
    CHECK(sum == doctest::Approx(problem.value()).epsilon(1e-14));
    for (std::size_t i = 0; i < x.size(); ++i) {
      const double step = 1e-4 * std::max(1e-2, std::fabs(x[i]));
      const auto at = [&](double d) {
        model other = problem;
        other.move(i, d);
        return other;
      };
      const double slope =
          (8 * (at(step).value() - at(-step).value()) - (at(2 * step).value() - at(-2 * step).value())) / (12 * step);
      CAPTURE(i);
      CHECK(std::fabs(g[i] - slope) <= 2e-7 * largest + 1e-9 * sum / step * 1e-4);
      double from_jacobian = 0;
      for (std::size_t k = 0; k < f.residuals; ++k) from_jacobian += 2 * r[k] * j[i * f.residuals + k];
      CHECK(from_jacobian == doctest::Approx(g[i]).epsilon(1e-12));
      const std::size_t next = (i + 1) % x.size();
      std::vector<double> pair(4);
      problem.hessian(std::vector<std::size_t>{i, next}, pair);
      const double second = (at(step).derivative(i) - at(-step).derivative(i)) / (2 * step);
      const double mixed = (at(step).derivative(next) - at(-step).derivative(next)) / (2 * step);
      const double scale = std::fabs(second) + std::fabs(mixed) + 1e-8 * largest / step;
      CHECK(std::fabs(pair[0] - second) <= 1e-5 * scale);
      CHECK(std::fabs(pair[1] - mixed) <= 1e-5 * scale);
      CHECK(pair[1] == pair[2]);
    }
  });
}

TEST_CASE("the test functions start at the values of the literature") {
  struct {
    std::string_view name;
    std::size_t variables;
    double value;
  } const table[] = {{"rosenbrock", 2, 24.2},
                     {"rosenbrock", 10, 121},
                     {"freudenstein-roth", 2, 400.5},
                     {"beale", 2, 14.203125},
                     {"helical-valley", 3, 2500},
                     {"powell-singular", 4, 215},
                     {"wood", 4, 19192},
                     {"watson", 6, 30},
                     {"penalty-1", 4, 885.06264},
                     {"brown-dennis", 4, 7926693.337},
                     {"meyer", 3, 1693607809},
                     {"bard", 3, 41.68169586}};
  for (const auto& row : table)
    CHECK(model(bo::test_function(row.name, row.variables)).value() == doctest::Approx(row.value).epsilon(1e-9));
}

TEST_CASE("the test functions have the minima of the literature where they are said to be") {
  each_function([](const bo::residual_function& f) {
    model problem(f);
    CAPTURE(f.name);
    REQUIRE_FALSE(f.minima.empty());
    CHECK(problem.optimum() == f.minima.front().value);
    for (const auto& minimum : f.minima) {
      if (minimum.at.empty()) continue;
      problem.set(minimum.at);
      CHECK(std::fabs(problem.value() - minimum.value) <= 1e-12 * (1 + minimum.value));
      for (const double g : bt::gradient_of(problem)) CHECK(std::fabs(g) <= 1e-6);
    }
    problem.set(f.start);
    const double reached = solve(problem);
    double nearest = std::numeric_limits<double>::infinity();
    for (const auto& minimum : f.minima)
      nearest = std::min(nearest, std::fabs(reached - minimum.value) / (minimum.value + 1e-12));
    CHECK(nearest <= 1e-8);
    CHECK(reached >= problem.optimum() * (1 - 1e-8));
  });
  // The printed digits of the paper, of those whose minimum is not zero.
  struct {
    std::string_view name;
    std::size_t variables;
    double value;
  } const printed[] = {{"jennrich-sampson", 2, 124.362},
                       {"bard", 3, 8.21487e-3},
                       {"gaussian", 3, 1.12793e-8},
                       {"meyer", 3, 87.9458},
                       {"kowalik-osborne", 4, 3.07505e-4},
                       {"brown-dennis", 4, 85822.2},
                       {"osborne-1", 5, 5.46489e-5},
                       {"osborne-2", 11, 4.01377e-2},
                       {"watson", 6, 2.28767e-3},
                       {"watson", 9, 1.39976e-6},
                       {"watson", 12, 4.72238e-10},
                       {"penalty-1", 4, 2.24997e-5},
                       {"penalty-1", 10, 7.08765e-5},
                       {"penalty-2", 4, 9.37629e-6},
                       {"penalty-2", 10, 2.93660e-4},
                       {"chebyquad", 8, 3.51687e-3},
                       {"chebyquad", 10, 6.50395e-3},
                       {"linear-full-rank", 5, 5},
                       {"linear-rank-1", 5, 10 * 9.0 / (2 * 21)},
                       {"linear-rank-1-zeros", 5, (100 + 30 - 6) / 34.0}};
  for (const auto& row : printed)
    CHECK(model(bo::test_function(row.name, row.variables)).optimum() == doctest::Approx(row.value).epsilon(3e-6));
}

TEST_CASE("Brown's almost linear function and the one of Freudenstein and Roth have a second minimum") {
  model brown(bo::test_function("brown-almost-linear", 6));
  brown.set(std::vector<double>{0, 0, 0, 0, 0, 7});
  CHECK(brown.value() == 1);
  for (const double g : bt::gradient_of(brown)) CHECK(g == 0);
  model roth(bo::test_function("freudenstein-roth"));
  CHECK(solve(roth) == doctest::Approx(48.98425367924).epsilon(1e-12));
  CHECK(roth.at(0) == doctest::Approx(11.4128).epsilon(1e-5));
  CHECK(roth.at(1) == doctest::Approx(-0.896805).epsilon(1e-5));
}

TEST_CASE("the natural blocks cover the variables and pairs of Rosenbrock do not depend on each other") {
  each_function([](const bo::residual_function& f) {
    std::size_t covered = 0;
    for (const auto& block : f.blocks) covered += block.size();
    CHECK(covered == f.variables);
    CHECK_NOTHROW((void)model(f).natural_blocks());
  });
  const model problem(bo::test_function("rosenbrock", 6));
  const auto blocks = problem.natural_blocks();
  REQUIRE(blocks.size() == 3);
  std::vector<double> h(36);
  problem.hessian(std::vector<std::size_t>{0, 1, 2, 3, 4, 5}, h);
  for (std::size_t i = 0; i < 6; ++i) {
    for (std::size_t j = 0; j < 6; ++j) {
      if (i / 2 != j / 2) CHECK(h[i * 6 + j] == 0);
    }
  }
}

TEST_CASE("sums of squares are archived and refuse what they cannot be") {
  bt::check_archive(model(bo::test_function("wood")), model(bo::test_function("wood")), 0.1);
  bt::check_refusal([] { (void)bo::test_function("rosenbrok"); }, "none of the name rosenbrok");
  bt::check_refusal([] { (void)bo::test_function("rosenbrock", 3); }, "rosenbrock with 3 variables");
  bt::check_refusal([] { (void)bo::test_function("wood", 8); }, "it may have 4 to 4");
  bt::check_refusal([] { (void)bo::test_function("watson", 32); }, "it may have 2 to 31");
  bt::check_refusal([] { model(bo::test_function("beale")).set(std::vector<double>(3)); }, "a point of 3 numbers");
  bt::check_refusal([] { model(bo::residual_function{.name = "nothing"}); }, "nothing: a function of no variable");
  model problem(bo::test_function("beale"));
  CHECK(std::isnan(problem.lipschitz(0)));
  bo::gradient_step step;
  bt::check_refusal([&] { step.start(problem, bo::each_coordinate{2}); }, "L of coordinate 0 is nan");
  bt::check_refusal([&] { bo::parallel_step{}.start(problem, bo::each_coordinate{2}); }, "L of coordinate 0 is nan");
  const auto with = [&](auto policy) {
    (void)bo::minimize(problem, bo::each_coordinate{2}, policy, bo::armijo_step{}, {.updates = 2});
  };
  bt::check_refusal([&] { with(bo::gauss_southwell_lipschitz{}); }, "does not know L of coordinate 0");
  bt::check_refusal([&] { with(bo::lipschitz_sampling{}); }, "does not know L of coordinate 0");
  bt::check_refusal([&] { with(bo::gauss_southwell_step{}); }, "does not know L of coordinate 0");
  CHECK_NOTHROW(with(bo::gauss_southwell{}));
}

TEST_CASE("rules of learning descend on sums of squares") {
  model problem(bo::test_function("beale"));
  const auto r = bo::minimize(problem, bo::coordinate_blocks::contiguous(2, 2), bo::ascending{},
                              bo::rule_steps<bo::adam>{.rule = {.learning_rate = 0.05}, .steps = 1, .keep_state = true},
                              {.updates = 2000, .tolerance = 1e-6});
  CHECK(r.status == bo::descent_status::converged);
}
