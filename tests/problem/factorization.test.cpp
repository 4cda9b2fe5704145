// SPDX-License-Identifier: MIT
// Part of blockopt: tests of factorizations, nonnegative and not.
#include <cmath>
#include <cstddef>
#include <string>
#include <vector>

#include <Eigen/Core>
#include <doctest/doctest.h>

#include <blockopt/problem/detail/decompositions.hpp>
#include <blockopt/problem/matrix_factorization.hpp>
#include <blockopt/problem/nonnegative_matrix_factorization.hpp>
#include <blockopt/update/block/gradient_step.hpp>
#include <blockopt/update/block/multiplicative_step.hpp>

#include "coordinate_check.hpp"

namespace bo = blockopt;
namespace bt = blockopt_tests;

using factors = bo::matrix_factorization;
using nonnegative = bo::nonnegative_matrix_factorization;
static_assert(bo::changing_lipschitz<factors> && bo::exact_blocks<factors> && bo::bounded_curvature<factors> &&
              bo::twice_differentiable<factors> && !bo::separable_composite<factors>);
static_assert(bo::changing_lipschitz<nonnegative> && bo::exact_blocks<nonnegative> &&
              bo::separable_composite<nonnegative>);

namespace {

Eigen::MatrixXd matrix(Eigen::Index m, Eigen::Index n, std::uint64_t seed) {
  auto values = bt::numbers(static_cast<std::size_t>(m * n), seed);
  return Eigen::Map<Eigen::MatrixXd>(values.data(), m, n);
}

template <class P>
void exact_sweep(P& problem, const bo::coordinate_blocks& blocks) {
  std::vector<double> step;
  for (std::size_t b = 0; b < blocks.size(); ++b) {
    step.assign(blocks[b].size(), NAN);
    problem.exact_block(blocks[b], step);
    for (std::size_t k = 0; k < step.size(); ++k) problem.move(blocks[b][k], step[k]);
  }
}

}  // namespace

TEST_CASE("factorizations follow their moves and have right derivatives and constants") {
  for (const std::size_t rank : {1U, 3U}) {
    factors problem(matrix(5, 4, 2), rank);
    bt::check_derivatives(problem, 1e-9);
    bt::check_moves(problem, 10000, 1.0);
    const double steps[] = {0.5, -2.0};
    bt::check_lipschitz(problem, steps);
    bt::check_block(problem, {1}, 1e-6);
    if (rank == 3) bt::check_block(problem, {0, 5, 10, 7}, 1e-6);  // W(0, .) and W(2, 1)
    bt::check_archive(problem, factors(matrix(5, 4, 2), rank, 9), 0.1);
    // W and H together: the mixed second derivatives.
    const std::vector<std::size_t> both{0, 2, 5 * rank, 5 * rank + 3};
    std::vector<double> h(16);
    problem.hessian(both, h);
    for (std::size_t p = 0; p < 4; ++p) {
      for (std::size_t q = 0; q < 4; ++q) {
        factors up = problem, down = problem;
        up.move(both[q], 1e-4);
        down.move(both[q], -1e-4);
        CHECK(h[p * 4 + q] ==
              doctest::Approx((up.derivative(both[p]) - down.derivative(both[p])) / 2e-4).epsilon(1e-6));
      }
    }
    bt::check_refusal([&] { problem.curvature(both, h); }, "both factors");
    bt::check_refusal([&] { (void)problem.block_lipschitz(both); }, "both factors");

    nonnegative other(matrix(5, 4, 2).cwiseAbs(), rank);
    std::vector<double> inside(other.size());
    for (std::size_t i = 0; i < inside.size(); ++i) inside[i] = 2 + other.at(i);
    other.set(inside);
    bt::check_derivatives(other, 1e-9);
    bt::check_moves(other, 10000, 1.0);
    bt::check_archive(other, nonnegative(matrix(5, 4, 2).cwiseAbs(), rank, 9), 0.1);
    other.move(0, -10);
    CHECK(std::isinf(other.value()));
  }
}

TEST_CASE("alternating least squares reaches the optimum of Eckart and Young") {
  factors problem(matrix(30, 20, 7), 4);
  const Eigen::VectorXd squares = bo::detail::symmetric_eigenvalues(problem.target().transpose() * problem.target());
  CHECK(problem.optimum() == doctest::Approx(0.5 * squares.head(16).sum()).epsilon(1e-13));
  const auto blocks = problem.factor_blocks();
  REQUIRE(blocks.size() == 2);
  int sweeps = 0;
  for (double before = problem.value(); sweeps < 2000; ++sweeps) {
    exact_sweep(problem, blocks);
    const double now = problem.value();
    REQUIRE(now <= before * (1 + 1e-14));
    if (before - now <= 1e-15 * now) break;
    before = now;
  }
  CHECK(problem.value() == doctest::Approx(problem.optimum()).epsilon(1e-11));
  CHECK(sweeps < 2000);
}

TEST_CASE("exact steps of one factor leave no gradient even where its lines are not determined") {
  factors problem(matrix(6, 5, 3), 3);
  auto x = bt::point_of(problem);
  for (std::size_t j = 0; j < 5; ++j) x[18 + 10 + j] = x[18 + 5 + j];  // H has rank 2
  problem.set(x);
  const auto blocks = problem.factor_blocks();
  std::vector<double> step(blocks[0].size());
  problem.exact_block(blocks[0], step);
  for (std::size_t k = 0; k < step.size(); ++k) problem.move(blocks[0][k], step[k]);
  for (const std::size_t i : blocks[0]) CHECK(std::fabs(problem.derivative(i)) <= 1e-11);
  const std::vector<std::size_t> ragged{0, 6, 13, 2};  // W(0, 0), W(0, 1), W(1, 2), W(2, 0)
  problem.set(bt::numbers(problem.size(), 2));
  step.assign(4, 0);
  problem.exact_block(ragged, step);
  for (std::size_t k = 0; k < 4; ++k) problem.move(ragged[k], step[k]);
  for (const std::size_t i : ragged) CHECK(std::fabs(problem.derivative(i)) <= 1e-13);
  problem.set(std::vector<double>(problem.size()));  // zero: nothing determines anything
  CHECK(problem.exact(0) == 0);
  problem.exact_block(ragged, step);
  CHECK(step == std::vector<double>(4));
}

TEST_CASE("gradient steps on a factor use the constant of the present other factor") {
  factors problem(matrix(8, 6, 4), 2);
  const auto blocks = problem.factor_blocks();
  bo::gradient_step update;
  update.start(problem, blocks);
  double before = problem.value();
  for (std::size_t k = 0; k < 200; ++k) {
    (void)update.step(problem, blocks[k % 2], k % 2);
    REQUIRE(problem.value() <= before * (1 + 1e-13));
    before = problem.value();
  }
  CHECK(before == doctest::Approx(problem.optimum()).epsilon(0.02));
}

TEST_CASE("hierarchical least squares are below multiplicative updates after a hundred sweeps") {
  for (std::uint64_t seed = 0; seed < 20; ++seed) {
    nonnegative hals(bo::planted_nonnegative_matrix(40, 40, 3, seed), 3, seed), multiplicative = hals;
    const auto columns = hals.component_blocks(), both = hals.factor_blocks();
    REQUIRE(columns.size() == 6);
    bo::multiplicative_step update;
    double of_hals = hals.value(), of_multiplicative = of_hals;
    for (int sweep = 0; sweep < 100; ++sweep) {
      exact_sweep(hals, columns);
      for (std::size_t b = 0; b < 2; ++b) (void)update.step(multiplicative, both[b], b);
      REQUIRE(hals.value() <= of_hals * (1 + 1e-12));
      REQUIRE(multiplicative.value() <= of_multiplicative * (1 + 1e-12));
      of_hals = hals.value();
      of_multiplicative = multiplicative.value();
    }
    CAPTURE(seed);
    CHECK(of_hals < of_multiplicative);
    CHECK(of_hals < 1);
  }
}

TEST_CASE("the exact steps of nonnegative factors are minima and zeros of multiplicative ones stay") {
  nonnegative problem(bo::planted_nonnegative_matrix(7, 6, 2, 3, 50), 2, 4);
  for (std::size_t i = 0; i < problem.size(); ++i) {
    problem.move(i, problem.exact(i));
    CHECK(std::fabs(problem.subgradient(i, problem.derivative(i))) <= 1e-12);
    CHECK(problem.at(i) >= 0);
  }
  auto x = bt::point_of(problem);
  x[3] = 0;
  problem.set(x);
  bo::multiplicative_step update;
  (void)update.step(problem, problem.factor_blocks()[0], 0);
  CHECK(problem.at(3) == 0);
  problem.set(std::vector<double>(problem.size()));
  (void)update.step(problem, problem.factor_blocks()[0], 0);
  CHECK(problem.at(0) == 0);
  std::vector<double> step(2);
  bt::check_refusal([&] { problem.exact_block(std::vector<std::size_t>{0, 7}, step); }, "coordinates 0 and 7 depend");
  bt::check_refusal([&] { problem.multiplicative(std::vector<std::size_t>{0, 20}, step); }, "both factors");
  CHECK(std::isnan(problem.prox(0, NAN, 1)));
}

TEST_CASE("planted matrices have their rank and their noise") {
  const Eigen::MatrixXd exact = bo::planted_nonnegative_matrix(12, 9, 3, 5);
  CHECK(bo::detail::singular_values(exact)[3] <= 1e-13);
  const Eigen::MatrixXd noisy = bo::planted_nonnegative_matrix(12, 9, 3, 5, 100);
  CHECK(noisy.minCoeff() >= 0);
  CHECK((noisy - exact).norm() / exact.norm() == doctest::Approx(0.1).epsilon(0.02));
  bt::check_refusal([] { (void)bo::planted_nonnegative_matrix(2, 2, 1, 1, -1); }, "snr = -1");
}

TEST_CASE("bad factorizations are refused by name") {
  bt::check_refusal([] { factors(Eigen::MatrixXd(0, 3), 1); }, "matrix_factorization: a matrix of 0 x 3");
  bt::check_refusal([] { factors(Eigen::MatrixXd::Ones(2, 2), 0); }, "rank 0");
  bt::check_refusal([] { factors(Eigen::MatrixXd::Constant(2, 2, NAN), 1); }, "not finite");
  bt::check_refusal([] { nonnegative(-Eigen::MatrixXd::Ones(2, 2), 1); },
                    "nonnegative_matrix_factorization: the matrix has a negative element, -1");
  factors problem(Eigen::MatrixXd::Ones(2, 3), 1);
  bt::check_refusal([&] { problem.set(std::vector<double>(4)); }, "a point of 4 numbers; there are 5");
  CHECK(factors(Eigen::MatrixXd::Ones(2, 3), 5).optimum() == 0);  // more than the matrix has
}
