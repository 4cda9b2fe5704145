// SPDX-License-Identifier: MIT
// Part of blockopt: tests of newton_step and its line search.
#include <array>
#include <cmath>
#include <cstddef>
#include <limits>
#include <span>
#include <vector>

#include <doctest/doctest.h>

#include <blockopt/block/coordinate_blocks.hpp>
#include <blockopt/run/descent.hpp>
#include <blockopt/select/ascending.hpp>
#include <blockopt/update/block/newton_step.hpp>

#include "block_support.hpp"
#include "support/message_of.hpp"

namespace bo = blockopt;
using namespace blockopt_tests;

namespace {

/// Rosenbrock's function, in pairs (100 (x_2 - x_1^2)^2 + (1 - x_1)^2), without a bound on its Hessian.
struct rosenbrock_pairs {
  std::vector<double> x;

  [[nodiscard]] std::size_t size() const { return x.size(); }
  [[nodiscard]] double at(std::size_t i) const { return x[i]; }
  [[nodiscard]] double derivative(std::size_t i) const {
    const std::size_t p = i & ~std::size_t{1};
    const double r = x[p + 1] - x[p] * x[p];
    return i == p ? -400 * x[p] * r - 2 * (1 - x[p]) : 200 * r;
  }
  [[nodiscard]] double value() const {
    double sum = 0;
    for (std::size_t p = 0; p < x.size(); p += 2)
      sum += 100 * (x[p + 1] - x[p] * x[p]) * (x[p + 1] - x[p] * x[p]) + (1 - x[p]) * (1 - x[p]);
    return sum;
  }
  [[nodiscard]] double lipschitz(std::size_t) const { return std::numeric_limits<double>::quiet_NaN(); }
  [[nodiscard]] double flops(std::size_t) const { return 10; }
  [[nodiscard]] double gradient_flops() const { return 10; }
  void gradient(std::span<double> g) const {
    for (std::size_t i = 0; i < g.size(); ++i) g[i] = derivative(i);
  }
  void move(std::size_t i, double d) { x[i] += d; }
  void set(std::span<const double> to) { x.assign(to.begin(), to.end()); }
  void hessian(std::span<const std::size_t> block, std::span<double> h) const {
    for (std::size_t a = 0; a < block.size(); ++a) {
      for (std::size_t b = 0; b < block.size(); ++b) {
        const std::size_t p = block[a] & ~std::size_t{1};
        double v = 0;
        if (block[a] == block[b]) v = block[a] == p ? 1200 * x[p] * x[p] - 400 * x[p + 1] + 2 : 200;
        else if ((block[b] & ~std::size_t{1}) == p) v = -400 * x[p];
        h[a * block.size() + b] = v;
      }
    }
  }
};
static_assert(bo::twice_differentiable<rosenbrock_pairs> && !bo::cheap_change<rosenbrock_pairs>);

template <class Problem>
double gradient_size(const Problem& p) {
  double largest = 0;
  for (std::size_t i = 0; i < p.size(); ++i) {
    double g = p.derivative(i);
    if constexpr (bo::separable_composite<Problem>) g = p.subgradient(i, g);
    largest = std::max(largest, std::fabs(g));
  }
  return largest;
}

}  // namespace

TEST_CASE("interpolation finds the minimum of parabolas and of cubics") {
  // (t - 0.3)^2 - 0.09 with slope -0.6 at 0
  CHECK(bo::detail::interpolated(1.0, 0.4, 0, 0, -0.6) == doctest::Approx(0.3));
  // t^3 + t^2 - 0.56 t: its minimum is where 3 t^2 + 2 t = 0.56
  const auto cubic = [](double t) { return t * t * t + t * t - 0.56 * t; };
  CHECK(bo::detail::interpolated(0.5, cubic(0.5), 1.0, cubic(1.0), -0.56) ==
        doctest::Approx((std::sqrt(1 + 3 * 0.56) - 1) / 3));
  // never outside of a tenth and a half
  CHECK(bo::detail::interpolated(1.0, 1e9, 0, 0, -1e-9) == 0.1);
  CHECK(bo::detail::interpolated(1.0, -0.5, 0, 0, -1.0) == 0.5);
  CHECK(bo::detail::interpolated(1.0, std::numeric_limits<double>::infinity(), 0, 0, -1.0) == 0.1);
  CHECK(bo::detail::interpolated(1.0, std::numeric_limits<double>::quiet_NaN(), 0.5, 1.0, -1.0) == 0.1);
}

TEST_CASE("pairs of Rosenbrock's function converge quadratically from the classical start") {
  for (const double start : {-1.2, 3.0, 0.0}) {
    rosenbrock_pairs p{{start, 1, start, 1, 5, -7}};
    bo::descent run(p, bo::coordinate_blocks::contiguous(6, 2), bo::ascending{}, bo::newton_step{});
    double before = p.value();
    for (int k = 0; k < 150; ++k) {
      run.advance(1);
      CHECK(p.value() <= before + 1e-25);
      before = p.value();
    }
    CHECK(p.value() < 1e-25);
    CHECK(run.counts().values > 0);
  }
}

TEST_CASE("where the block is not positive definite the step descends all the same") {
  rosenbrock_pairs p{{0, 10}};  // second derivative in x_1: -3998
  const double before = p.value();
  bo::newton_step update;
  p.x[0] = 0.1;
  update.step(p, std::vector<std::size_t>{0, 1}, 0);
  CHECK(p.value() < before);
  // One coordinate near a maximum.
  rosenbrock_pairs q{{0, 10}};
  const auto done = update.step(q, std::vector<std::size_t>{0}, 0);
  CHECK(done.squared_gradient == 4);
  CHECK(q.value() < 10001);
}

TEST_CASE("Newton steps reach the minimum of logistic regression to rounding") {
  for (const std::size_t size : {1u, 3u, 12u}) {
    bo::linear_model p(random_columns(30, 12, 15, 3), bo::logistic_loss{labels(30, 5)}, bo::ridge_penalty{0.1});
    bo::descent run(p, bo::coordinate_blocks::contiguous(12, size), bo::ascending{}, bo::newton_step{});
    run.advance(size == 12 ? 12 : 3000);
    CHECK(gradient_size(p) < 1e-13);
    if (size == 1) CHECK(run.counts().values == 0);  // changes of one coordinate are passes
    if (size == 1) CHECK(run.counts().derivatives > 3000);
  }
}

TEST_CASE("one coordinate of a linear model steps as blocks with values do") {
  bo::linear_model p(random_columns(30, 12, 15, 3), bo::logistic_loss{labels(30, 5)}, bo::ridge_penalty{0.1});
  for (std::size_t i = 0; i < 12; ++i) {
    for (const double d : {0.7, -2.0, 1e-9, 50.0, 2000.0}) {
      const double before = p.value(), change = p.change(i, d);
      auto q = p;
      q.move(i, d);
      CHECK(change == doctest::Approx(q.value() - before).epsilon(1e-6).scale(1e-7));
    }
    p.move(i, 0.3);
  }
}

TEST_CASE("with a psi Newton steps reach the minimum of sparse logistic regression") {
  for (const std::size_t size : {1u, 4u}) {
    bo::linear_model p(random_columns(30, 12, 15, 3), bo::logistic_loss{labels(30, 5)}, bo::l1_penalty{1.5, 0});
    bo::descent run(p, bo::coordinate_blocks::contiguous(12, size), bo::ascending{}, bo::newton_step{});
    double before = p.value();
    for (int k = 0; k < 60; ++k) {
      run.advance(5);
      CHECK(p.value() <= before + 1e-13);
      before = p.value();
    }
    run.advance(2000);
    CAPTURE(size);
    CHECK(gradient_size(p) < 1e-8);  // Armijo's rule ends in the rounding of f, the square of this
    std::size_t zeros = 0;
    for (std::size_t i = 0; i < 12; ++i) zeros += p.at(i) == 0;
    CHECK(zeros > 0);
    CHECK(zeros < 12);
  }
}

TEST_CASE("settings of newton_step out of range are named") {
  const auto message = [](bo::newton_step s) {
    return message_of<bo::invalid_option>([&] {
      auto p = quadratic(2, 0.5, 1);
      s.start(p, bo::each_coordinate{2});
    });
  };
  CHECK(message({}).empty());
  CHECK(message({.decrease = 0}).find("decrease = 0") != std::string::npos);
  CHECK(message({.decrease = 0.5}).find("decrease = 0.5") != std::string::npos);
  CHECK(message({.decrease = std::nan("")}).find("decrease") != std::string::npos);
  CHECK(message({.trials = 0}).find("trials = 0") != std::string::npos);
}
