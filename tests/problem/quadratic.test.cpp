// SPDX-License-Identifier: MIT
// Part of blockopt: tests of the quadratics.
#include <cmath>
#include <numeric>
#include <vector>

#include <Eigen/Core>
#include <doctest/doctest.h>

#include <blockopt/problem/detail/decompositions.hpp>
#include <blockopt/problem/quadratic.hpp>

#include "oracle_check.hpp"

namespace bo = blockopt;
namespace bt = blockopt_tests;

static_assert(bo::block_differentiable<bo::quadratic<double>> && bo::with_optimum<bo::quadratic<double>>);

namespace {

std::vector<double> ramp(std::size_t n) {
  std::vector<double> x(n);
  for (std::size_t i = 0; i < n; ++i) x[i] = 0.5 - 0.25 * static_cast<double>(i % 7);
  return x;
}

Eigen::MatrixXd as_matrix(std::span<const double> a, std::size_t n) {
  return Eigen::Map<const Eigen::MatrixXd>(a.data(), static_cast<Eigen::Index>(n), static_cast<Eigen::Index>(n));
}

}  // namespace

TEST_CASE("the gradient of a quadratic agrees with central differences block by block") {
  bo::quadratic<double> problem{{.spectrum = bo::log_spaced(0.01, 10, 11), .start = ramp(11), .blocks = 4, .seed = 3}};
  bt::check_gradient_values(problem, 1e-10);
}

TEST_CASE_TEMPLATE("the block gradient of a quadratic is the part of the full one", T, float, double, bo::bfloat16,
                   bo::half) {
  bo::quadratic<T> problem{{.spectrum = bo::log_spaced(1e-2, 1.0, 23), .start = ramp(23), .blocks = 5, .seed = 3}};
  bt::check_blocks_of_gradient(problem);
}

TEST_CASE_TEMPLATE("a quadratic in any scalar is computed in double at the stored values", T, float, bo::bfloat16,
                   bo::half) {
  bo::quadratic<T> problem{{.spectrum = bo::log_spaced(1e-2, 1.0, 9), .blocks = 3, .seed = 5}};
  bo::quadratic<double> exact{{.spectrum = bo::log_spaced(1e-2, 1.0, 9), .blocks = 3, .seed = 5}};
  const auto x = ramp(9);  // exact in every scalar
  bt::set_values(problem, x);
  bt::set_values(exact, x);
  CHECK(problem.value() == exact.value());
  const bt::oracle_probe<bo::quadratic<T>> probe(problem, {1}, 0.0F);
  const bt::oracle_probe<bo::quadratic<double>> wanted(exact, {1}, 0.0);
  for (std::size_t i = 0; i < 3; ++i) CHECK(probe.gradient(1)[i] == static_cast<float>(wanted.gradient(1)[i]));
}

TEST_CASE("the matrix of a quadratic has the prescribed spectrum and is not diagonal") {
  const auto spectrum = bo::log_spaced(1e-3, 4.0, 12);
  const bo::quadratic<double> problem{{.spectrum = spectrum, .seed = 2}};
  const Eigen::MatrixXd a = as_matrix(problem.matrix(), 12);
  CHECK(a == a.transpose());
  CHECK((a - Eigen::MatrixXd(a.diagonal().asDiagonal())).cwiseAbs().maxCoeff() > 0.1);
  const Eigen::VectorXd measured = bo::detail::symmetric_eigenvalues(a);
  for (std::size_t i = 0; i < 12; ++i) {
    CHECK(std::abs(measured[static_cast<Eigen::Index>(i)] - spectrum[i]) <= 1e-14);
  }
  CHECK(problem.lipschitz() == 4.0);
  CHECK(problem.strong_convexity() == 1e-3);
}

TEST_CASE("the block constants of a quadratic are the largest eigenvalues of the diagonal blocks") {
  const bo::quadratic<double> problem{{.spectrum = bo::log_spaced(1e-3, 4.0, 10), .blocks = 4, .seed = 2}};
  const Eigen::MatrixXd a = as_matrix(problem.matrix(), 10);
  const Eigen::Index first[] = {0, 3, 6, 8}, count[] = {3, 3, 2, 2};
  for (std::size_t b = 0; b < 4; ++b) {
    // Power iteration is another way than the library's.
    const Eigen::MatrixXd block = a.block(first[b], first[b], count[b], count[b]);
    Eigen::VectorXd v = Eigen::VectorXd::LinSpaced(count[b], 1.0, 2.0);
    for (int i = 0; i < 4000; ++i) v = (block * v).normalized();
    CHECK(std::abs(problem.block_lipschitz(b) - v.dot(block * v)) <= 1e-12 * problem.block_lipschitz(b));
    CHECK(problem.block_lipschitz(b) <= problem.lipschitz());
  }
  const bo::quadratic<double> single{{.spectrum = {3.0, 1.0}}};
  CHECK(single.block_lipschitz(0) == 3.0);
}

TEST_CASE("coordinate blocks of a quadratic have the diagonal as constants") {
  const bo::quadratic<double> problem{{.spectrum = bo::log_spaced(1e-3, 4.0, 7), .block_size = 1, .seed = 4}};
  const Eigen::MatrixXd a = as_matrix(problem.matrix(), 7);
  for (std::size_t i = 0; i < 7; ++i) {
    CHECK(problem.block_lipschitz(i) == doctest::Approx(a(Eigen::Index(i), Eigen::Index(i))).epsilon(1e-15));
  }
}

TEST_CASE("the optimum of a quadratic is attained at its minimizer and nowhere below") {
  bo::quadratic<double> problem{{.spectrum = bo::log_spaced(1e-4, 1.0, 40), .blocks = 6, .seed = 9}};
  const std::vector<double> minimizer(problem.minimizer().begin(), problem.minimizer().end());
  const auto b = problem.linear();
  const double formula = -0.5 * std::inner_product(b.begin(), b.end(), minimizer.begin(), 0.0);
  CHECK(std::abs(problem.optimum() - formula) <= 1e-14 * std::abs(formula));
  CHECK(problem.suboptimality() == doctest::Approx(-problem.optimum()).epsilon(1e-12));  // at zero f is 0
  bt::set_values(problem, minimizer);
  CHECK(bt::largest_gradient(problem) <= 1e-14);
  CHECK(std::abs(problem.value() - problem.optimum()) <= 1e-13);
  CHECK(problem.suboptimality() == 0.0);
  auto shifted = minimizer;
  for (std::size_t i = 0; i < shifted.size(); ++i) {
    shifted[i] += 1e-8;
    bt::set_values(problem, shifted);
    const double diagonal = problem.matrix()[i * 40 + i];
    CHECK(problem.suboptimality() == doctest::Approx(0.5e-16 * diagonal).epsilon(1e-6));  // far below the rounding of f
    shifted[i] = minimizer[i];
  }
}

TEST_CASE("a quadratic of the caller has the known constants of Sun and Ye") {
  // A = d I + (1 - d) 11': eigenvalues d and d + (1 - d) n.
  const std::size_t n = 10;
  const double d = 0.25;
  std::vector<double> a(n * n, 1.0 - d);
  for (std::size_t i = 0; i < n; ++i) a[i * n + i] = 1.0;
  bo::quadratic<double> problem{{.matrix = a, .linear = std::vector<double>(n), .start = ramp(n), .block_size = 4}};
  CHECK(problem.lipschitz() == doctest::Approx(d + (1.0 - d) * 10.0).epsilon(1e-14));
  CHECK(problem.strong_convexity() == doctest::Approx(d).epsilon(1e-13));
  CHECK(problem.block_lipschitz(0) == doctest::Approx(d + (1.0 - d) * 4.0).epsilon(1e-14));
  CHECK(problem.block_lipschitz(2) == doctest::Approx(d + (1.0 - d) * 2.0).epsilon(1e-14));
  CHECK(problem.optimum() == 0.0);
  CHECK(problem.parameters().size() == 3);
  double sum = 0, squares = 0;
  for (const double v : ramp(n)) sum += v, squares += v * v;
  CHECK(problem.value() == doctest::Approx(0.5 * (d * squares + (1.0 - d) * sum * sum)).epsilon(1e-14));
  bt::check_gradient_values(problem, 1e-10);
}

TEST_CASE("the parameters of a quadratic tile one contiguous variable in order") {
  bo::quadratic<float> problem{{.spectrum = bo::log_spaced(1.0, 2.0, 10), .blocks = 4}};
  const auto parameters = problem.parameters();
  REQUIRE(parameters.size() == 4);
  const std::size_t sizes[] = {3, 3, 2, 2};
  const float* next = parameters[0].values.data();
  for (std::size_t i = 0; i < 4; ++i) {
    CHECK(parameters[i].name == "x." + std::to_string(i) + ".values");
    CHECK(parameters[i].values.size() == sizes[i]);
    CHECK(parameters[i].values.data() == next);
    CHECK(parameters[i].gradient.empty());
    next += sizes[i];
  }
  const bo::quadratic<float> moved = std::move(problem);
  parameters[0].values(0) = 7.0F;  // the storage moved with it
  CHECK(moved.value() != 0.0);
}

TEST_CASE("a copy of a quadratic is independent") {
  bo::quadratic<double> problem{{.spectrum = {1.0, 2.0, 3.0}}};
  bo::quadratic<double> copy = problem;
  copy.parameters()[0].values(1) = 5.0;
  CHECK(problem.value() == 0.0);
  CHECK(copy.value() != 0.0);
}

TEST_CASE("a quadratic of one variable") {
  bo::quadratic<double> problem{{.spectrum = {2.0}, .linear = {3.0}, .start = {1.0}}};
  CHECK(problem.value() == doctest::Approx(-2.0).epsilon(1e-15));
  CHECK(problem.optimum() == doctest::Approx(-2.25).epsilon(1e-15));
  CHECK(problem.minimizer()[0] == doctest::Approx(1.5).epsilon(1e-15));
  bt::check_gradient_values(problem, 1e-10);
}

TEST_CASE("seeds of a quadratic name different problems and one seed always the same") {
  const auto spectrum = bo::log_spaced(0.1, 1.0, 6);
  const bo::quadratic<double> one{{.spectrum = spectrum, .seed = 1}}, again{{.spectrum = spectrum, .seed = 1}},
      two{{.spectrum = spectrum, .seed = 2}};
  CHECK(std::equal(one.matrix().begin(), one.matrix().end(), again.matrix().begin()));
  CHECK(std::equal(one.linear().begin(), one.linear().end(), again.linear().begin()));
  CHECK_FALSE(std::equal(one.matrix().begin(), one.matrix().end(), two.matrix().begin()));
}

TEST_CASE("log_spaced has a constant ratio and exact ends") {
  const auto s = bo::log_spaced(1e-4, 1.0, 5);
  REQUIRE(s.size() == 5);
  CHECK(s.front() == 1e-4);
  CHECK(s.back() == 1.0);
  for (std::size_t i = 0; i < 4; ++i) CHECK(s[i + 1] / s[i] == doctest::Approx(10.0).epsilon(1e-13));
  CHECK(bo::log_spaced(3.0, 5.0, 1) == std::vector<double>{3.0});
  CHECK(bo::log_spaced(8.0, 2.0, 3)[1] == doctest::Approx(4.0).epsilon(1e-15));
  bt::check_refused([] { (void)bo::log_spaced(0.0, 1.0, 3); }, "log_spaced: from 0");
  bt::check_refused([] { (void)bo::log_spaced(1.0, 2.0, 0); }, "count = 0");
}

TEST_CASE("a bad quadratic is refused by name") {
  const auto refused = [](bo::quadratic_config config, const char* culprit) {
    bt::check_refused([&] { bo::quadratic<double>{config}; }, culprit);
  };
  refused({}, "spectrum and matrix are empty");
  refused({.spectrum = {1.0}, .matrix = {1.0}}, "not both");
  refused({.spectrum = {1.0, -2.0}}, "spectrum[1] = -2");
  refused({.spectrum = {1.0, 0.0}}, "spectrum[1] = 0");
  refused({.spectrum = {std::nan(""), 1.0}}, "spectrum[0]");
  refused({.matrix = {1.0, 0.0, 1.0}}, "3 elements");
  refused({.matrix = {1.0, 0.5, 0.25, 1.0}}, "not symmetric at row 0, column 1");
  refused({.matrix = {1.0, 2.0, 2.0, 1.0}}, "not positive definite");
  refused({.matrix = {1.0, 0.0, 0.0, INFINITY}}, "matrix[3] is not finite");
  refused({.spectrum = {1.0, 2.0}, .linear = {1.0}}, "linear has 1 elements, not 2");
  refused({.spectrum = {1.0, 2.0}, .start = {1.0, 2.0, 3.0}}, "start has 3 elements, not 2");
  refused({.spectrum = {1.0, 2.0}, .start = {1.0, NAN}}, "start[1] is not finite");
  refused({.spectrum = {1.0, 2.0}, .blocks = 0}, "blocks = 0");
  refused({.spectrum = {1.0, 2.0}, .blocks = 3}, "blocks = 3");
  refused({.spectrum = {1.0, 2.0}, .block_size = 3}, "block_size = 3");
  refused({.spectrum = {1.0, 2.0}, .blocks = 2, .block_size = 1}, "blocks or block_size");
}
