// SPDX-License-Identifier: MIT
// Part of blockopt: tests of exact_step.
#include <cmath>
#include <cstddef>
#include <limits>
#include <memory>
#include <span>
#include <vector>

#include <Eigen/Cholesky>
#include <doctest/doctest.h>

#include <blockopt/block/coordinate_blocks.hpp>
#include <blockopt/run/descent.hpp>
#include <blockopt/select/ascending.hpp>
#include <blockopt/select/uniform_random.hpp>
#include <blockopt/update/block/exact_step.hpp>
#include <blockopt/update/block/gradient_step.hpp>

#include "block_support.hpp"
#include "support/message_of.hpp"

namespace bo = blockopt;
using namespace blockopt_tests;

namespace {

/// Powell's function of 1973, -x1 x2 - x2 x3 - x3 x1 + sum of max(|x_i| - 1, 0)^2, in its box or without.
struct powell {
  std::vector<double> x;
  bool boxed = false;

  [[nodiscard]] std::size_t size() const { return 3; }
  [[nodiscard]] double at(std::size_t i) const { return x[i]; }
  [[nodiscard]] double others(std::size_t i) const { return x[(i + 1) % 3] + x[(i + 2) % 3]; }
  [[nodiscard]] double derivative(std::size_t i) const {
    return 2 * std::copysign(std::max(std::fabs(x[i]) - 1, 0.0), x[i]) - others(i);
  }
  [[nodiscard]] double value() const {
    double sum = -x[0] * x[1] - x[1] * x[2] - x[2] * x[0];
    for (const double v : x) sum += std::pow(std::max(std::fabs(v) - 1, 0.0), 2);
    return sum;
  }
  [[nodiscard]] double lipschitz(std::size_t) const { return 2; }
  [[nodiscard]] double flops(std::size_t) const { return 5; }
  [[nodiscard]] double gradient_flops() const { return 15; }
  void gradient(std::span<double> g) const {
    for (std::size_t i = 0; i < 3; ++i) g[i] = derivative(i);
  }
  void move(std::size_t i, double d) { x[i] += d; }
  void set(std::span<const double> to) { x.assign(to.begin(), to.end()); }
  [[nodiscard]] double exact(std::size_t i) const {
    const double s = others(i), best = std::copysign(1 + std::fabs(s) / 2, s);
    return (boxed ? std::clamp(best, -2.0, 2.0) : best) - x[i];
  }
};

/// sum over i of exp(x_i) - x_i c_i, or any function of one number: derivative and second derivative.
struct one_function {
  double (*first)(double);
  double (*second)(double);
  double x = 0, bound = 1;

  [[nodiscard]] std::size_t size() const { return 1; }
  [[nodiscard]] double at(std::size_t) const { return x; }
  [[nodiscard]] double derivative(std::size_t) const { return first(x); }
  [[nodiscard]] double value() const { return 0; }
  [[nodiscard]] double lipschitz(std::size_t) const { return bound; }
  [[nodiscard]] double flops(std::size_t) const { return 1; }
  [[nodiscard]] double gradient_flops() const { return 1; }
  void gradient(std::span<double> g) const { g[0] = derivative(0); }
  void move(std::size_t, double d) { x += d; }
  void set(std::span<const double> to) { x = to[0]; }
  void hessian(std::span<const std::size_t>, std::span<double> h) const { h[0] = second(x); }
};

}  // namespace

TEST_CASE("closed forms make the block's derivative vanish") {
  auto p = quadratic(11, 1e-3, 2);
  const auto blocks = bo::coordinate_blocks::contiguous(11, 4);
  bo::exact_step update;
  update.start(p, blocks);
  for (std::size_t b = 0; b < 3; ++b) {
    update.step(p, blocks[b], b);
    for (const std::size_t i : blocks[b]) CHECK(std::fabs(p.derivative(i)) < 1e-12);
  }
  update.step(p, bo::single_coordinate{3}, 0);
  CHECK(std::fabs(p.derivative(3)) < 1e-14);

  bo::linear_model ridge(random_columns(30, 9, 7, 3), bo::squared_loss{normals(30, 5)}, bo::ridge_penalty{0.3});
  update.step(ridge, std::vector<std::size_t>{7, 1, 4}, 0);
  for (const std::size_t i : {7u, 1u, 4u}) CHECK(std::fabs(ridge.derivative(i)) < 1e-13);
  for (const std::size_t i : {0u, 2u, 3u, 5u, 6u, 8u}) CHECK(ridge.at(i) == 0);

  bo::linear_model lasso(random_columns(30, 9, 7, 3), bo::squared_loss{normals(30, 5)}, bo::l1_penalty{0.5});
  update.step(lasso, bo::single_coordinate{2}, 2);
  CHECK(std::fabs(lasso.subgradient(2, lasso.derivative(2))) < 1e-14);
}

TEST_CASE("least squares with more coordinates in a block than rows ends at the solution of least norm") {
  const Eigen::MatrixXd a = normal_matrix(3, 6, 8);
  const std::vector<double> y = normals(3, 9);
  bo::linear_model p(bo::dense_columns(a), bo::squared_loss{y});
  bo::exact_step update;
  update.step(p, std::vector<std::size_t>{0, 1, 2, 3, 4, 5}, 0);
  const Eigen::VectorXd wanted =
      a.transpose() * (a * a.transpose()).ldlt().solve(Eigen::Map<const Eigen::VectorXd>(y.data(), 3));
  for (std::size_t i = 0; i < 6; ++i) CHECK(p.at(i) == doctest::Approx(wanted[static_cast<Eigen::Index>(i)]));
  CHECK(p.value() < 1e-24);
}

TEST_CASE("a coordinate of logistic regression is minimized to rounding without a closed form") {
  for (const double l2 : {0.0, 1e-3, 1.0}) {
    bo::linear_model p(random_columns(60, 10, 40, 3), bo::logistic_loss{labels(60, 5)}, bo::ridge_penalty{l2});
    bo::exact_step update;
    update.start(p, bo::each_coordinate{10});
    for (std::size_t k = 0; k < 30; ++k) {
      const std::size_t i = k % 10;
      const double before = p.value();
      const bo::block_step done = update.step(p, bo::single_coordinate{i}, i);
      CHECK(std::fabs(p.derivative(i)) < 1e-13);
      CHECK(p.value() <= before + 1e-13);
      CHECK(done.passes <= 12);
    }
    // far away, where the second derivative has vanished
    for (const double far : {-300.0, 500.0}) {
      std::vector<double> x(10);
      x[4] = far;
      p.set(x);
      update.step(p, bo::single_coordinate{4}, 4);
      CHECK(std::fabs(p.derivative(4)) < 1e-12);
    }
  }
}

TEST_CASE("sparse logistic regression is minimized at kinks too") {
  for (const double l1 : {0.1, 2.0, 50.0}) {
    bo::linear_model p(random_columns(60, 10, 40, 3), bo::logistic_loss{labels(60, 5)}, bo::l1_penalty{l1});
    std::vector<double> start(10, 3.0);
    p.set(start);
    bo::descent run(p, bo::each_coordinate{10}, bo::ascending{}, bo::exact_step{});
    for (std::size_t k = 0; k < 20; ++k) {
      run.advance(1);
      CHECK(std::fabs(p.subgradient(k % 10, p.derivative(k % 10))) < 1e-12);
    }
    if (l1 == 50) CHECK(point_of(p) == std::vector<double>(10, 0.0));
  }
}

TEST_CASE("a search ends where there is no minimizer and where the derivative is no number") {
  // separable: the more the better
  bo::linear_model p(bo::dense_columns(Eigen::MatrixXd::Ones(3, 1)), bo::logistic_loss{{1, 1, 1}});
  bo::exact_step update;
  const bo::block_step done = update.step(p, bo::single_coordinate{0}, 0);
  CHECK(p.at(0) > 30);
  CHECK(std::isfinite(p.at(0)));
  CHECK(p.value() < 1e-12);
  CHECK(done.passes <= 120);
  one_function none{[](double) { return std::nan(""); }, [](double) { return 1.0; }};
  CHECK(update.step(none, bo::single_coordinate{0}, 0).passes == 1);
  CHECK(none.x == 0);
}

TEST_CASE("roots that Newton's method alone would miss are found") {
  bo::exact_step update;
  // x / sqrt(1 + x^2): from 10 the method leaves, further each time
  one_function p{[](double x) { return x / std::sqrt(1 + x * x); }, [](double x) { return std::pow(1 + x * x, -1.5); }};
  for (const double start : {10.0, -1e6, 1e-300}) {
    p.x = start;
    update.step(p, bo::single_coordinate{0}, 0);
    CHECK(std::fabs(p.x) < 1e-15);
  }
  // x^3: the second derivative vanishes at the root
  one_function q{[](double x) { return x * x * x; }, [](double x) { return 3 * x * x; }, 1.0, 3.0};
  update.step(q, bo::single_coordinate{0}, 0);
  CHECK(std::fabs(q.x) < 1e-5);
  // a kink in the derivative, and no known bound
  one_function r{[](double x) { return x < 2 ? 1e-3 * (x - 2) : 1e3 * (x - 2); },
                 [](double x) { return x < 2 ? 1e-3 : 1e3; }, -5.0, std::numeric_limits<double>::quiet_NaN()};
  update.step(r, bo::single_coordinate{0}, 0);
  CHECK(r.x == doctest::Approx(2).epsilon(1e-15));
}

TEST_CASE("Powell's cycle has its closed form and other orders leave the box's cycle") {
  for (const double e : {0.1, 0.01, 0.001}) {
    powell p{{-1 - e, 1 + e / 2, -1 - e / 4}};
    bo::descent run(p, bo::each_coordinate{3}, bo::ascending{}, bo::exact_step{});
    for (int k = 1; k <= 34; ++k) {
      run.advance(1);
      const double wanted = (k % 2 == 1 ? 1 : -1) * (1 + e / std::pow(2.0, k + 2));
      CHECK(std::fabs(p.x[static_cast<std::size_t>((k - 1) % 3)] - wanted) <
            1e-12 * std::pow(2.0, std::max(0, k - 30)));
      CHECK(p.value() >= 1);
    }
  }
  powell boxed{{-1.1, 1.05, -1.025}, true};
  bo::descent cyclic(boxed, bo::each_coordinate{3}, bo::ascending{}, bo::exact_step{});
  for (int k = 0; k < 30; ++k) {
    cyclic.advance(1);
    CHECK(boxed.value() > 1);
    CHECK(boxed.value() <= 1.06);
  }
  std::size_t updates = 0;
  for (std::uint64_t seed = 1; seed <= 200; ++seed) {
    powell p{{-1.1, 1.05, -1.025}, true};
    bo::descent run(p, bo::each_coordinate{3}, bo::uniform_random{seed}, bo::exact_step{});
    for (int k = 0; k < 200 && p.value() != -9; ++k) {
      run.advance(1);
      ++updates;
    }
    CHECK(p.value() == -9);
  }
  CHECK(static_cast<double>(updates) / 200 == doctest::Approx(7.4).epsilon(0.2));
}

TEST_CASE("blocks of a problem with single minimizers only are refused") {
  powell p{{0, 0, 0}};
  const auto message =
      message_of<bo::invalid_option>([&] { bo::exact_step{}.start(p, bo::coordinate_blocks::contiguous(3, 2)); });
  CHECK(message.find("a block has 2 of them") != std::string::npos);
  CHECK_FALSE(message_of<bo::invalid_option>([&] { bo::exact_step{1}.start(p, bo::each_coordinate{3}); }).empty());
}
