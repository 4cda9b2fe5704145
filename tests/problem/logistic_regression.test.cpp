// SPDX-License-Identifier: MIT
// Part of blockopt: tests of logistic regression.
#include <cmath>
#include <vector>

#include <Eigen/Core>
#include <Eigen/Eigenvalues>
#include <doctest/doctest.h>

#include <blockopt/problem/logistic_regression.hpp>

#include "oracle_check.hpp"

namespace bo = blockopt;
namespace bt = blockopt_tests;
using logistic = bo::logistic_regression<double>;

static_assert(bo::block_differentiable<logistic> && bo::with_optimum<logistic>);

namespace {

std::vector<double> ramp(std::size_t n) {
  std::vector<double> x(n);
  for (std::size_t i = 0; i < n; ++i) x[i] = 0.5 - 0.25 * static_cast<double>(i % 5);
  return x;
}

// 4 samples, 3 features.
const std::vector<double> matrix{1.0, 2.0, -1.0, 0.5, -0.25, 3.0, -2.0, 1.0, 0.0, 4.0, 0.125, 1.5};
const std::vector<double> labels{1.0, -1.0, -1.0, 1.0};

}  // namespace

TEST_CASE("the gradient of logistic regression agrees with central differences block by block") {
  logistic problem{{.samples = 30, .features = 7, .l2 = 0.25, .start = ramp(7), .blocks = 3}};
  bt::check_gradient_values(problem, 1e-9);
  logistic own{{.matrix = matrix, .labels = labels, .l2 = 0.5, .start = {0.5, -1.0, 2.0}, .block_size = 2}};
  CHECK(own.parameters().size() == 2);
  bt::check_gradient_values(own, 1e-9);
}

TEST_CASE_TEMPLATE("the block gradient of logistic regression is the part of the full one", T, float, double,
                   bo::bfloat16, bo::half) {
  bo::logistic_regression<T> problem{{.samples = 50, .features = 11, .start = ramp(11), .blocks = 4}};
  bt::check_blocks_of_gradient(problem);
}

TEST_CASE("logistic regression is the written sum over the samples of the caller") {
  const std::vector<double> w{0.5, -1.0, 2.0};
  const logistic problem{{.matrix = matrix, .labels = labels, .l2 = 0.5, .start = w}};
  double wanted = 0.25 * (0.25 + 1.0 + 4.0);
  for (std::size_t i = 0; i < 4; ++i) {
    double margin = 0;
    for (std::size_t j = 0; j < 3; ++j) margin += labels[i] * matrix[3 * i + j] * w[j];
    wanted += std::log(1.0 + std::exp(-margin));
  }
  CHECK(problem.value() == doctest::Approx(wanted).epsilon(1e-14));
}

TEST_CASE("logistic regression at zero costs log 2 a sample") {
  const logistic problem{{.samples = 40, .features = 3}};
  CHECK(problem.value() == doctest::Approx(40.0 * std::log(2.0)).epsilon(1e-14));
}

TEST_CASE("logistic regression neither overflows nor loses small losses") {
  logistic problem{{.matrix = {1.0}, .labels = {1.0}, .l2 = 1e-12, .start = {1000.0}}};
  CHECK(problem.value() == doctest::Approx(0.5e-6).epsilon(1e-12));
  bt::set_values(problem, std::vector<double>{-1000.0});
  CHECK(problem.value() == doctest::Approx(1000.0 + 0.5e-6).epsilon(1e-15));
  CHECK(bt::largest_gradient(problem) == doctest::Approx(1.0 + 1e-9).epsilon(1e-15));
  bt::set_values(problem, std::vector<double>{20.0});
  const double wanted = 1.0 / (1.0 + std::exp(20.0)) - 2e-11;
  CHECK(std::abs(bt::largest_gradient(problem) - wanted) <= 1e-13 * wanted);
}

TEST_CASE("the optimum of logistic regression has zero gradient and nothing lies below") {
  for (const double l2 : {1e-8, 1e-3, 1.0, 100.0}) {
    CAPTURE(l2);
    logistic problem{{.samples = 60, .features = 8, .l2 = l2, .blocks = 3}};
    const double optimum = problem.optimum();
    const std::vector<double> w(problem.minimizer().begin(), problem.minimizer().end());
    CHECK(optimum <= problem.value());
    CHECK(problem.value() == doctest::Approx(60.0 * std::log(2.0)));  // asking does not move the variable
    bt::set_values(problem, w);
    CHECK(problem.value() == optimum);
    CHECK(bt::largest_gradient(problem) <= 1e-13);
    for (std::size_t i = 0; i < w.size(); ++i) {
      for (const double shift : {-1e-3, 1e-3}) {
        auto shifted = w;
        shifted[i] += shift * (1.0 + std::abs(w[i]));
        bt::set_values(problem, shifted);
        CHECK(problem.value() > optimum);
      }
    }
  }
}

TEST_CASE("the optimum of logistic regression with one variable solves its scalar equation") {
  // w l2 = 1 / (1 + exp(w)), by bisection.
  const double l2 = 0.1;
  double low = 0.0, high = 10.0;
  for (int i = 0; i < 200; ++i) {
    const double middle = 0.5 * (low + high);
    (l2 * middle * (1.0 + std::exp(middle)) < 1.0 ? low : high) = middle;
  }
  const logistic problem{{.matrix = {-1.0}, .labels = {-1.0}, .l2 = l2}};
  CHECK(std::abs(problem.minimizer()[0] - low) <= 1e-14);
  CHECK(problem.optimum() == doctest::Approx(std::log1p(std::exp(-low)) + 0.5 * l2 * low * low).epsilon(1e-15));
}

TEST_CASE("the constants of logistic regression are those of the data") {
  const logistic problem{{.matrix = matrix, .labels = labels, .l2 = 0.5, .block_size = 1}};
  for (std::size_t j = 0; j < 3; ++j) {
    double squares = 0;
    for (std::size_t i = 0; i < 4; ++i) squares += matrix[3 * i + j] * matrix[3 * i + j];
    CHECK(problem.block_lipschitz(j) == doctest::Approx(squares / 4.0 + 0.5).epsilon(1e-14));
  }
  const auto a = Eigen::Map<const Eigen::Matrix<double, 4, 3, Eigen::RowMajor>>(matrix.data());
  Eigen::Vector3d v(1.0, 1.1, 1.2);
  for (int i = 0; i < 4000; ++i) v = (a.transpose() * (a * v)).normalized();
  CHECK(problem.lipschitz() == doctest::Approx((a * v).squaredNorm() / 4.0 + 0.5).epsilon(1e-13));
  CHECK(problem.strong_convexity() == 0.5);
}

TEST_CASE("the descent of a block step of logistic regression is at least what its constant promises") {
  logistic problem{{.samples = 50, .features = 10, .l2 = 0.01, .start = ramp(10), .blocks = 4}};
  for (std::size_t step = 0; step < 40; ++step) {
    const std::size_t block = step % 4;
    const bt::oracle_probe<logistic> probe(problem, {block}, 0.0);
    const auto p = problem.parameters()[block];
    double squares = 0;
    for (std::size_t i = 0; i < p.values.size(); ++i) {
      squares += probe.gradient(block)[i] * probe.gradient(block)[i];
      p.values(i) -= probe.gradient(block)[i] / problem.block_lipschitz(block);
    }
    CHECK(problem.value() <= probe.objective() - 0.5 * squares / problem.block_lipschitz(block) + 1e-12);
  }
}

TEST_CASE("a bad logistic regression is refused by name") {
  const auto refused = [](bo::logistic_regression_config config, const char* culprit) {
    bt::check_refused([&] { logistic{config}; }, culprit);
  };
  refused({.l2 = 0.0}, "l2 = 0");
  refused({.l2 = NAN}, "l2 = nan");
  refused({.samples = 0}, "samples = 0");
  refused({.features = 0}, "features = 0");
  refused({.matrix = {1.0, 2.0, 3.0}, .labels = {1.0, -1.0}}, "matrix has 3 elements");
  refused({.matrix = {1.0, 2.0}}, "0 labels");
  refused({.labels = {1.0}}, "matrix has 0 elements");
  refused({.matrix = {1.0, 2.0}, .labels = {1.0, 0.0}}, "labels[1] = 0");
  refused({.matrix = {1.0, INFINITY}, .labels = {1.0}}, "matrix[1] is not finite");
  refused({.start = {1.0}}, "start has 1 elements, not 20");
  refused({.blocks = 21}, "blocks = 21");
}
