// SPDX-License-Identifier: MIT
// Part of blockopt: tests of problem constants against their definitions.

#include <cmath>
#include <limits>
#include <vector>

#include <Eigen/Eigenvalues>
#include <doctest/doctest.h>

#include <blockopt/theory/constants_of.hpp>
#include <blockopt/theory/sign_maximum.hpp>

#include "support/message_of.hpp"
#include "theory_support.hpp"

using namespace blockopt;
using namespace theory_test;
using blockopt_tests::message_of;

namespace {

double brute_sign_maximum(const Eigen::MatrixXd& q) {
  double largest = -std::numeric_limits<double>::infinity();
  for (unsigned code = 0; code < (1U << q.rows()); ++code) {
    Eigen::VectorXd s(q.rows());
    for (Eigen::Index i = 0; i < q.rows(); ++i) s[i] = (code >> i & 1U) != 0 ? 1 : -1;
    largest = std::max(largest, s.dot(q * s));
  }
  return largest;
}

}  // namespace

TEST_CASE("the largest quadratic form over signs is that of all signs tried one by one") {
  for (Eigen::Index n = 1; n <= 11; ++n) {
    const Eigen::MatrixXd m = normals(n, n, static_cast<std::uint64_t>(n)), q = m + m.transpose();
    CAPTURE(n);
    CHECK(sign_maximum(q) == doctest::Approx(brute_sign_maximum(q)).epsilon(1e-12));
  }
  CHECK(sign_maximum(Eigen::MatrixXd::Ones(20, 20)) == 400);
  CHECK(std::isnan(sign_maximum(Eigen::MatrixXd::Ones(21, 21))));
  CHECK(sign_maximum(Eigen::MatrixXd(Eigen::VectorXd::LinSpaced(300, 1, 300).asDiagonal())) == 45150);
}

TEST_CASE("constants of a quadratic are what their definitions say") {
  for (const double condition : {1.0, 10.0, 1e4}) {
    const Eigen::MatrixXd a = spectrum_matrix(9, condition, 1.5, 3);
    const problem_constants c = constants_of_bounds(a, a, each_coordinate{9});
    CAPTURE(condition);
    for (std::size_t i = 0; i < 9; ++i)
      CHECK(c.lipschitz[i] == a(static_cast<Eigen::Index>(i), static_cast<Eigen::Index>(i)));
    // the sandwiches of Nutini et al. and Nesterov
    CHECK(c.mu / 9 <= c.mu_1 * (1 + 1e-12));
    CHECK(c.mu_1 <= c.mu * (1 + 1e-12));
    CHECK(std::max(c.mu / c.lipschitz_sum(), c.mu_1 / c.largest_lipschitz()) <= c.mu_l * (1 + 1e-12));
    CHECK(c.mu_l <= c.mu_1 / c.least_lipschitz() * (1 + 1e-12));
    CHECK(c.least_mu_1() == c.mu_1);
    CHECK(c.scaled_norm >= 1);
    CHECK(c.scaled_norm <= 9);
    // d'A d >= constant norm(d)^2 for many d, and nearly attained by the best of them for the 2-norm kinds
    random_stream rng{5};
    for (int draw = 0; draw < 2000; ++draw) {
      Eigen::VectorXd d(9);
      for (double& x : d) x = normal(rng);
      const double form = d.dot(a * d), one = d.lpNorm<1>();
      double weighted = 0, half = 0, scaled = 0, odd = 0;
      for (Eigen::Index i = 0; i < 9; ++i) {
        weighted += std::sqrt(a(i, i)) * std::fabs(d[i]);
        half += std::sqrt(a(i, i)) * d[i] * d[i];
        scaled += a(i, i) * d[i] * d[i];
        odd += std::pow(a(i, i), 0.8) * d[i] * d[i];
      }
      REQUIRE(form >= c.mu * d.squaredNorm() * (1 - 1e-12));
      REQUIRE(form >= c.mu_1 * one * one * (1 - 1e-12));
      REQUIRE(form >= c.mu_l * weighted * weighted * (1 - 1e-12));
      REQUIRE(form >= c.sigma_half * half * (1 - 1e-12));
      REQUIRE(form >= c.sigma_1 * scaled * (1 - 1e-12));
      REQUIRE(form >= c.sigma(0.8) * odd * (1 - 1e-12));
      REQUIRE(form <= c.smoothness * d.squaredNorm() * (1 + 1e-12));
    }
    // mu_1 is attained: at the d that g = s makes, s the best signs
    const Eigen::MatrixXd inverse = a.inverse();
    CHECK(1 / c.mu_1 == doctest::Approx(brute_sign_maximum(inverse)).epsilon(1e-8));
  }
}

TEST_CASE("the geometric mean bounds every power of the scaled norm from below") {
  const Eigen::MatrixXd a = spectrum_matrix(7, 300, 2, 11);
  const problem_constants c = constants_of_bounds(a, a, each_coordinate{7});
  for (const double p : {-1.5, -0.5, 0.0, 0.1, 0.25, 0.5, 0.7, 1.0, 1.3, 2.5}) {
    const Eigen::VectorXd w = a.diagonal().array().pow(-p / 2);
    const double exact = detail::symmetric_eigenvalues(w.asDiagonal() * a * w.asDiagonal()).minCoeff();
    CAPTURE(p);
    CHECK(c.sigma(p) <= exact * (1 + 1e-9));
    CHECK(c.sigma(p) > 0);
    if (p == 0 || p == 0.5 || p == 1) CHECK(c.sigma(p) == doctest::Approx(exact).epsilon(1e-9));
  }
}

TEST_CASE("diagonal quadratics have mu_1 in closed form in any size") {
  Eigen::VectorXd lambda(100);
  for (Eigen::Index i = 0; i < 100; ++i) lambda[i] = 0.5 + static_cast<double>(i);
  const Eigen::MatrixXd a = lambda.asDiagonal();
  const problem_constants c = constants_of_bounds(a, a, each_coordinate{100});
  CHECK(c.mu_1 == doctest::Approx(1 / lambda.cwiseInverse().sum()).epsilon(1e-13));
  CHECK(c.mu_l == doctest::Approx(0.01).epsilon(1e-13));
  CHECK(c.sigma_1 == doctest::Approx(1));
  CHECK(c.sweep == doctest::Approx(0).epsilon(1e-12));
  const Eigen::MatrixXd full = spectrum_matrix(21, 10, 0, 1);
  CHECK(std::isnan(constants_of_bounds(full, full, each_coordinate{21}).mu_1));
  CHECK(constants_of_bounds(full, full, each_coordinate{21}).least_mu_1() ==
        doctest::Approx(detail::symmetric_eigenvalues(full).minCoeff() / 21));
}

TEST_CASE("blocks have the constants of their norms") {
  const Eigen::MatrixXd a = spectrum_matrix(10, 50, 1, 2);
  const coordinate_blocks blocks(10, {{0, 3, 9}, {1}, {2, 4}, {5, 6, 7, 8}});
  const problem_constants c = constants_of_bounds(a, a, blocks);
  REQUIRE(c.lipschitz.size() == 4);
  CHECK(c.lipschitz[1] == doctest::Approx(a(1, 1)));
  const dense_quadratic q = quadratic(a);
  for (std::size_t b = 0; b < 4; ++b) CHECK(c.lipschitz[b] == doctest::Approx(q.block_lipschitz(blocks[b])));
  CHECK(std::isnan(c.mu_1));
  CHECK(c.least_mu_1() == doctest::Approx(c.mu / 4));
  CHECK(c.sigma_blocks >= c.sigma_1);  // a block is not above its L_b
  CHECK(std::isnan(c.coupling));
  // one block of everything: the scaled matrix is 1
  const auto all = constants_of_bounds(a, a, coordinate_blocks::contiguous(10, 10));
  CHECK(all.sigma_blocks == doctest::Approx(1));
  CHECK(all.lipschitz[0] == doctest::Approx(all.smoothness));
  CHECK(all.sweep == doctest::Approx(std::pow(1 - all.mu / all.smoothness, 2)));
  CHECK(message_of<invalid_option>([&] {
          (void)constants_of_bounds(a, a, coordinate_blocks(10, {{0, 1}}));
        }).find("coordinate 2 is in no block") != std::string::npos);
}

TEST_CASE("two blocks know their coupling and a sweep its worst factor") {
  const Eigen::MatrixXd a = two_cyclic_matrix(8, 0.9, 4);
  const problem_constants c = constants_of_bounds(a, a, coordinate_blocks::contiguous(8, 4));
  CHECK(c.coupling == doctest::Approx(0.9));
  CHECK(c.mu == doctest::Approx(0.1));
  // E column by column, by sweeps; its norm in x'A x
  const Eigen::MatrixXd m = spectrum_matrix(6, 30, 1, 9);
  dense_quadratic q = quadratic(m);
  Eigen::MatrixXd e(6, 6);
  for (Eigen::Index j = 0; j < 6; ++j) {
    q.set(numbers_of(Eigen::VectorXd::Unit(6, j)));
    for (std::size_t i = 0; i < 6; ++i) q.move(i, q.exact(i));
    for (Eigen::Index i = 0; i < 6; ++i) e(i, j) = q.at(static_cast<std::size_t>(i));
  }
  const Eigen::GeneralizedSelfAdjointEigenSolver<Eigen::MatrixXd> pencil(e.transpose() * m * e, m);
  CHECK(constants_of(q).sweep == doctest::Approx(pencil.eigenvalues().maxCoeff()));
  // and attained
  q.set(numbers_of(pencil.eigenvectors().col(5)));
  const double before = q.suboptimality();
  for (std::size_t i = 0; i < 6; ++i) q.move(i, q.exact(i));
  CHECK(q.suboptimality() / before == doctest::Approx(constants_of(q).sweep));
}

TEST_CASE("starting values are those of the present point for dense and sparse alike") {
  const Eigen::MatrixXd a = spectrum_matrix(5, 20, 1, 6);
  const std::vector<double> b{1, -2, 0, 3, 0.5}, x{0.3, 0, -1, 2, 1};
  quadratic_model<dense_columns> dense(dense_columns(a), b);
  quadratic_model<sparse_columns> sparse(sparse_columns(Eigen::SparseMatrix<double>(a.sparseView(0, 0))), b);
  dense.set(x);
  sparse.set(x);
  const problem_constants c = constants_of(dense), d = constants_of(sparse);
  CHECK(c.suboptimality == doctest::Approx(dense.value() - dense.optimum()));
  double distance = 0, scaled = 0;
  for (std::size_t i = 0; i < 5; ++i) {
    const double e = x[i] - dense.minimizer()[i];
    distance += e * e;
    scaled += dense.lipschitz(i) * e * e;
  }
  CHECK(c.squared_distance == doctest::Approx(distance));
  CHECK(c.scaled_squared_distance == doctest::Approx(scaled));
  CHECK(c.level_radius(0) == doctest::Approx(2 * c.suboptimality / c.mu));
  CHECK(c.level_radius(1) >= scaled * (1 - 1e-12));  // the start is in its own level set
  CHECK(d.mu == doctest::Approx(c.mu));
  CHECK(d.mu_1 == doctest::Approx(c.mu_1));
  CHECK(d.suboptimality == doctest::Approx(c.suboptimality));
  CHECK(d.mean_lipschitz() == doctest::Approx(a.trace() / 5));
}

TEST_CASE("linear models have their constants by loss and penalty") {
  const Eigen::MatrixXd a = normals(12, 4, 1);
  Eigen::MatrixXd holes = a;
  for (Eigen::Index i = 0; i < 12; ++i) holes(i, i % 4) = 0;  // three of four in each row
  std::vector<double> y(12, 1);
  y[3] = y[7] = -1;
  const Eigen::MatrixXd gram = a.transpose() * a;
  const linear_model squares(dense_columns(a), squared_loss{y}, ridge_penalty{.l2 = 0.25});
  const auto c = constants_of(squares);
  CHECK(c.mu == doctest::Approx(detail::symmetric_eigenvalues(gram).minCoeff() + 0.25));
  CHECK(c.smoothness == doctest::Approx(detail::symmetric_eigenvalues(gram).maxCoeff() + 0.25));
  CHECK(c.lipschitz[2] == doctest::Approx(squares.lipschitz(2)));
  CHECK(c.separability == 4);
  CHECK_FALSE(c.composite);
  CHECK(std::isnan(c.suboptimality));
  const linear_model logistic(dense_columns(a), logistic_loss(y), ridge_penalty{.l2 = 0.25});
  const auto d = constants_of(logistic);
  CHECK(d.mu == doctest::Approx(0.25));
  CHECK(d.smoothness == doctest::Approx(detail::symmetric_eigenvalues(gram).maxCoeff() / 4 + 0.25));
  CHECK(d.mu_1 == doctest::Approx(0.25 / 4));
  CHECK(d.mu_l == doctest::Approx(0.25 / d.lipschitz_sum()));
  CHECK(std::isnan(d.sweep));
  const linear_model lasso(sparse_columns(Eigen::SparseMatrix<double>(holes.sparseView(0, 0))), squared_loss{y},
                           l1_penalty{.l1 = 1});
  const auto e = constants_of(lasso);
  CHECK(e.composite);
  CHECK(e.separability == 3);
}

TEST_CASE("a singular matrix has no strong convexity and an empty column no scaled constants") {
  Eigen::MatrixXd a = normals(3, 5, 1);  // rank 3
  const linear_model flat(dense_columns(a), squared_loss{{1, 2, 3}}, no_penalty{});
  const auto c = constants_of(flat);
  CHECK(c.mu == 0);
  CHECK(c.sigma_1 == 0);
  CHECK(std::isnan(c.mu_1));
  CHECK(c.least_mu_1() == 0);
  a.col(2).setZero();
  const linear_model hole(dense_columns(a), squared_loss{{1, 2, 3}}, no_penalty{});
  const auto d = constants_of(hole);
  CHECK(d.lipschitz[2] == 0);
  CHECK(d.mu == 0);
  CHECK(std::isnan(d.sigma_1));
}

TEST_CASE("large problems have the constants that cost little") {
  std::vector<std::size_t> first{0};
  std::vector<std::uint32_t> row;
  std::vector<double> value;
  for (std::uint32_t j = 0; j < 1200; ++j) {
    row.push_back(j);
    value.push_back(1 + j);
    first.push_back(row.size());
  }
  quadratic_model<sparse_columns> q(sparse_columns(1200, first, row, value), std::vector<double>(1200, 1.0));
  const auto c = constants_of(q);
  CHECK(c.lipschitz.size() == 1200);
  CHECK(c.largest_lipschitz() == 1200);
  CHECK(std::isnan(c.mu));
  CHECK(c.suboptimality > 0);
}
