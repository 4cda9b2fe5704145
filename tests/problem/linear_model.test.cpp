// SPDX-License-Identifier: MIT
// Part of blockopt: tests of linear models, their losses, penalties and columns.
#include <cmath>
#include <cstddef>
#include <limits>
#include <string>
#include <type_traits>
#include <vector>

#include <Eigen/Core>
#include <doctest/doctest.h>

#include <blockopt/block/coordinate_blocks.hpp>
#include <blockopt/problem/linear_model.hpp>
#include <blockopt/update/block/gradient_step.hpp>

#include "coordinate_check.hpp"
#include "heart_scale.hpp"
#include "support/skip.hpp"

namespace bo = blockopt;
namespace bt = blockopt_tests;

using lasso = bo::linear_model<bo::sparse_columns, bo::squared_loss, bo::l1_penalty>;
static_assert(bo::coordinate_problem<lasso> && bo::separable_composite<lasso> && bo::exact_coordinates<lasso> &&
              bo::with_gap_parts<lasso> && bo::twice_differentiable<lasso> && bo::bounded_curvature<lasso> &&
              !bo::changing_lipschitz<lasso>);
using least_squares = bo::linear_model<bo::dense_columns, bo::squared_loss>;
static_assert(!bo::separable_composite<least_squares> && !bo::with_duality_gap<least_squares>);
using logistic = bo::linear_model<bo::sparse_columns, bo::logistic_loss, bo::ridge_penalty>;
static_assert(!bo::exact_coordinates<logistic> && bo::with_duality_gap<logistic>);

namespace {

constexpr double infinity = std::numeric_limits<double>::infinity();

/// m x n, half of it zeros; column `empty`, where it is one, has none but zeros.
Eigen::MatrixXd half_empty(std::size_t m, std::size_t n, std::uint64_t seed, std::size_t empty = 1000) {
  const auto values = bt::numbers(2 * m * n, seed);
  Eigen::MatrixXd a(m, n);
  for (std::size_t j = 0; j < n; ++j) {
    for (std::size_t i = 0; i < m; ++i) {
      const bool zero = values[m * n + j * m + i] < 0 || j == empty;
      a(static_cast<Eigen::Index>(i), static_cast<Eigen::Index>(j)) = zero ? 0.0 : 3 * values[j * m + i];
    }
  }
  return a;
}

template <class Design>
Design design(const Eigen::MatrixXd& a) {
  if constexpr (std::is_same_v<Design, bo::sparse_columns>) return Design(Eigen::SparseMatrix<double>(a.sparseView()));
  else return Design(a);
}

std::vector<double> signs(std::size_t m, std::uint64_t seed) {
  auto y = bt::numbers(m, seed);
  for (double& v : y) v = v < 0 ? -1 : 1;
  return y;
}

template <class Loss>
Loss loss_of(std::size_t m) {
  if constexpr (std::is_same_v<Loss, bo::squared_loss>) return {bt::numbers(m, 5)};
  else return Loss(signs(m, 5), 0.7);
}

template <class P>
void check_model(P problem, double smooth_tolerance) {
  auto x = bt::numbers(problem.size(), 9);
  for (double& v : x) v = 0.3 + 0.2 * v;  // away from 0, where penalties have kinks, and inside boxes
  problem.set(x);
  bt::check_derivatives(problem, smooth_tolerance);
  bt::check_moves(problem, 10000, 0.05);
  const double steps[] = {1e-3, -0.05, 0.2};
  bt::check_lipschitz(problem, steps);
  bt::check_block(problem, {2, 0, 3}, 1e-6, 1e-5);
  bt::check_block(problem, {1}, 1e-6, 1e-5);
  P other = problem;
  other.set(std::vector<double>(problem.size(), 0.0));
  bt::check_archive(problem, other, 0.01);
}

template <class P>
void sweep(P& problem, int epochs) {
  bo::gradient_step update;
  const bo::each_coordinate blocks{problem.size()};
  update.start(problem, blocks);
  for (int e = 0; e < epochs; ++e) {
    for (std::size_t i = 0; i < problem.size(); ++i) (void)update.step(problem, blocks[i], i);
  }
}

}  // namespace

TEST_CASE_TEMPLATE("linear models follow their moves and have right derivatives and constants", Design,
                   bo::sparse_columns, bo::dense_columns) {
  const auto a = design<Design>(half_empty(11, 5, 3));
  const auto both = [&]<class Loss>(Loss loss, double tolerance) {
    check_model(bo::linear_model<Design, Loss>(a, loss), tolerance);
    check_model(bo::linear_model<Design, Loss, bo::ridge_penalty>(a, loss, {0.3}), tolerance);
    check_model(bo::linear_model<Design, Loss, bo::l1_penalty>(a, loss, {.l1 = 0.4, .l2 = 0.1}), tolerance);
    const bo::box_penalty box{.l1 = 0.1, .l2 = 0.2, .linear = -0.5, .lower = -3, .upper = 3};
    check_model(bo::linear_model<Design, Loss, bo::box_penalty>(a, loss, box.checked()), tolerance);
  };
  both(loss_of<bo::squared_loss>(11), 1e-10);
  both(loss_of<bo::logistic_loss>(11), 1e-10);
  both(loss_of<bo::squared_hinge_loss>(11), 2e-3);  // its second derivative jumps
}

TEST_CASE("sparse and dense columns have the same members with the same results") {
  const Eigen::MatrixXd a = half_empty(17, 6, 8, 4);
  const auto sparse = design<bo::sparse_columns>(a);
  const auto dense = design<bo::dense_columns>(a);
  const auto f = [](std::size_t i) { return 1.0 / (1.0 + static_cast<double>(i)); };
  for (std::size_t i = 0; i < 6; ++i) {
    CHECK(sparse.dot(i, f) == doctest::Approx(dense.dot(i, f)).epsilon(1e-14));
    CHECK(sparse.squares(i, f) == doctest::Approx(dense.squares(i, f)).epsilon(1e-14));
    for (std::size_t j = 0; j < 6; ++j)
      CHECK(sparse.cross(i, j, f) == doctest::Approx(dense.cross(i, j, f)).epsilon(1e-14));
    std::vector<double> one(17, 1.0), two(17, 1.0);
    sparse.add(i, 2.5, one);
    dense.add(i, 2.5, two);
    CHECK(one == two);
  }
  CHECK(sparse.nonzeros(4) == 0);
  CHECK(sparse.rows_of(4).empty());
  CHECK(dense.nonzeros() == 17 * 6);
}

TEST_CASE("compressed columns that do not belong together are refused by name") {
  using c = bo::sparse_columns;
  bt::check_refusal([] { c(2, {}, {}, {}); }, "first has 0 numbers");
  bt::check_refusal([] { c(2, {0, 1}, {0}, {}); }, "0 values of entries");
  bt::check_refusal([] { c(2, {1, 1}, {0}, {1.0}); }, "from 0 on");
  bt::check_refusal([] { c(2, {0, 2, 1, 2}, {0, 1}, {1.0, 1.0}); }, "column 1 ends before it begins");
  bt::check_refusal([] { c(2, {0, 1}, {2}, {1.0}); }, "row 2 in column 0");
  bt::check_refusal([] { c(2, {0, 2}, {1, 1}, {1.0, 1.0}); }, "row 1 after row 1 in column 0");
  CHECK(c(2, {0}, {}, {}).columns() == 0);
  CHECK(c().columns() == 0);
}

TEST_CASE_TEMPLATE("losses have their derivative and their bound and their conjugate", Loss, bo::squared_loss,
                   bo::logistic_loss, bo::squared_hinge_loss) {
  const Loss loss = loss_of<Loss>(6);
  for (std::size_t i = 0; i < 6; ++i) {
    for (const double z : {-40.0, -3.0, -0.9, -0.1, 0.0, 0.2, 1.3, 7.0, 40.0}) {
      const double h = 1e-4, u = loss.derivative(i, z);
      CAPTURE(z);
      CHECK(u == doctest::Approx((loss.value(i, z + h) - loss.value(i, z - h)) / (2 * h)).epsilon(2e-6));
      CHECK(loss.curvature(i, z) <= loss.bound());
      CHECK(loss.curvature(i, z) ==
            doctest::Approx((loss.derivative(i, z + h) - loss.derivative(i, z - h)) / (2 * h)).epsilon(2e-6));
      // Fenchel and Young: equality at the derivative, and nowhere below. The squared loss's image is z - y.
      const double shift = std::is_same_v<Loss, bo::squared_loss> ? loss.start(i) : 0.0;
      const double scale = 1 + std::fabs(u * z);
      CHECK(std::fabs(loss.value(i, z) + loss.conjugate(i, u) - u * (z - shift)) <= 1e-12 * scale);
      for (const double s : {0.0, 0.3, 0.99})
        CHECK(loss.value(i, z) + loss.conjugate(i, s * u) >= s * u * (z - shift) - 1e-12 * scale);
    }
    CHECK(std::isnan(loss.value(i, NAN)));
    CHECK(std::isnan(loss.derivative(i, NAN)));
  }
}

TEST_CASE("the logistic loss and the squared hinge do not overflow at any image") {
  const bo::logistic_loss loss({1, -1}, 2);
  for (const double z : {1e3, 1e8, 1e300}) {
    CHECK(loss.value(0, z) == 0);
    CHECK(loss.value(0, -z) == 2 * z);
    CHECK(loss.value(1, z) == 2 * z);
    CHECK(loss.derivative(0, z) == 0);
    CHECK(loss.derivative(0, -z) == -2);
    CHECK(loss.derivative(1, z) == 2);
    CHECK(loss.curvature(0, z) == 0);
    CHECK(loss.conjugate(0, loss.derivative(0, -z)) == 0);
  }
  CHECK(loss.value(0, 40) > 0);  // exp(-40) is not lost
  CHECK(loss.conjugate(0, 0.1) == infinity);
  CHECK(loss.conjugate(0, -2.1) == infinity);
  const bo::squared_hinge_loss hinge({1, -1});
  CHECK(hinge.value(0, infinity) == 0);
  CHECK(hinge.derivative(0, infinity) == 0);
  CHECK(hinge.conjugate(0, 0.1) == infinity);
}

TEST_CASE("losses refuse labels and weights by name") {
  bt::check_refusal([] { bo::logistic_loss({1, 0}); }, "logistic_loss: label 1 is 0");
  bt::check_refusal([] { bo::squared_hinge_loss({2}); }, "squared_hinge_loss: label 0 is 2");
  bt::check_refusal([] { bo::logistic_loss({1}, 0); }, "weight = 0");
  bt::check_refusal([] { bo::squared_hinge_loss({1}, NAN); }, "weight = nan");
  bt::check_refusal([] { least_squares(bo::dense_columns(Eigen::MatrixXd::Ones(3, 2)), {{1.0}}); },
                    "the loss has 1 rows and the matrix 3");
}

TEST_CASE("penalties have the prox and the conjugate and the least subgradient of their definition") {
  const auto check = [](const auto& penalty, double l1, double l2, double linear, double lower, double upper) {
    const auto whole = [&](double x) { return l1 * std::fabs(x) + 0.5 * l2 * x * x + linear * x; };
    const double low = std::max(lower, -50.0), high = std::min(upper, 50.0);
    for (double v = -4; v <= 4; v += 0.37) {
      double best = infinity, best_at = 0, sup = -infinity;
      for (int k = 0; k <= 400000; ++k) {
        const double x = low + (high - low) * k / 400000.0;
        const double q = l1 * std::fabs(x) + 0.75 * (x - v) * (x - v);
        if (q < best) best = q, best_at = x;
        sup = std::max(sup, v * x - whole(x));
      }
      sup = std::max(sup, 0.0);  // x = 0 may lie between two of these
      CAPTURE(v);
      CHECK(std::fabs(penalty.prox(v, 1.5) - best_at) <= 3e-4);
      const double c = penalty.conjugate(v);
      if (std::isinf(c)) CHECK(sup > 0.5);  // it grows with the interval
      else CHECK(c == doctest::Approx(sup).epsilon(1e-5));
      const double s = penalty.scale(v);
      CHECK((s >= 0 && s <= 1));
      if (std::fabs(linear) <= l1 || l2 > 0) CHECK(std::isfinite(penalty.conjugate(s * v)));
      if (std::isfinite(c)) CHECK(s == 1);
      const double x = penalty.prox(v, 1.5);  // 0 is in the subdifferential of the prox's own problem
      CHECK(std::fabs(penalty.least(x, 1.5 * (x - v))) <= 1e-12);
    }
    CHECK(std::isnan(penalty.prox(NAN, 1.0)));
    CHECK(std::isnan(penalty.least(0, NAN)));
  };
  check(bo::l1_penalty{.l1 = 0.8}, 0.8, 0, 0, -infinity, infinity);
  check(bo::l1_penalty{.l1 = 0.8, .l2 = 0.5}, 0.8, 0.5, 0, -infinity, infinity);
  const auto box = [&](bo::box_penalty p) { check(p.checked(), p.l1, p.l2, p.linear, p.lower, p.upper); };
  box({.l1 = 0.5, .l2 = 0, .linear = 0, .lower = -1, .upper = 2});
  box({.l1 = 0.5, .l2 = 0.7, .linear = -1, .lower = 0, .upper = 2});
  box({.l1 = 0, .l2 = 0, .linear = -1, .lower = 0, .upper = 1});  // dual of the hinge
  box({.l1 = 0, .l2 = 0.5, .linear = -1, .lower = 0});            // dual of the squared hinge
  box({.l1 = 0.3, .l2 = 0, .linear = 0.1, .lower = 0});           // nonnegative lasso
  box({.l1 = 0.3, .l2 = 0, .linear = 0.2, .upper = 0});
  box({.l1 = 1, .lower = 0, .upper = 0});
}

TEST_CASE("boxes without zero and negative penalties are refused") {
  bt::check_refusal([] { (void)bo::box_penalty{.lower = 1}.checked(); }, "from 1 to inf");
  bt::check_refusal([] { (void)bo::box_penalty{.upper = NAN}.checked(); }, "does not contain 0");
  bt::check_refusal([] { (void)bo::box_penalty{.l1 = -1}.checked(); }, "l1 = -1");
  bt::check_refusal([] { (void)bo::box_penalty{.l2 = infinity}.checked(); }, "l2 = inf");
  bt::check_refusal([] { (void)bo::box_penalty{.linear = NAN}.checked(); }, "linear = nan");
}

TEST_CASE("rounding never carries a point past the ends of its box") {
  // x + (upper - x) is not upper for many x.
  for (const double upper : {1.0, 0.3, 7.1, 1e-3}) {
    bo::linear_model<bo::dense_columns, bo::squared_loss, bo::box_penalty> problem(
        bo::dense_columns(Eigen::MatrixXd::Ones(1, 1)), {{100.0}}, {.lower = -upper, .upper = upper});
    for (const double x : bt::numbers(2000, 4)) {
      problem.set(std::vector<double>{x * upper});
      problem.move(0, upper - problem.at(0));
      REQUIRE(problem.at(0) <= upper);
      problem.set(std::vector<double>{x * upper});
      REQUIRE(std::isfinite(problem.psi_change(0, -upper - problem.at(0))));
      problem.move(0, -upper - problem.at(0));
      REQUIRE(problem.at(0) >= -upper);
      REQUIRE(std::isfinite(problem.value()));
    }
    problem.move(0, 3 * upper);  // who leaves the box on purpose is told
    CHECK(problem.value() == infinity);
  }
}

TEST_CASE("steps on a column without nonzeros go to the minimum of its penalty") {
  const auto a = design<bo::sparse_columns>(half_empty(7, 4, 2, 1));
  const bo::squared_loss loss{bt::numbers(7, 3)};
  const std::vector<double> start{0.5, 0.5, 0.5, 0.5};

  bo::linear_model<bo::sparse_columns, bo::squared_loss> plain(a, loss);
  plain.set(start);
  sweep(plain, 3);
  CHECK(plain.at(1) == 0.5);
  CHECK(plain.exact(1) == 0);
  CHECK(plain.block_lipschitz(std::vector<std::size_t>{1}) > 0);

  lasso sparse(a, loss, {.l1 = 1e-3});
  sparse.set(start);
  sweep(sparse, 1);
  CHECK(sparse.at(1) == 0);
  sparse.set(start);
  CHECK(sparse.exact(1) == -0.5);

  bo::linear_model<bo::sparse_columns, bo::squared_loss, bo::box_penalty> box(a, loss,
                                                                              {.linear = -1, .lower = 0, .upper = 2.5});
  sweep(box, 1);
  CHECK(box.at(1) == 2.5);
  CHECK(std::isfinite(box.value()));
  CHECK(box.duality_gap() >= 0);

  bo::linear_model<bo::sparse_columns, bo::squared_loss, bo::ridge_penalty> ridge(a, loss, {0.5});
  ridge.set(start);
  sweep(ridge, 1);
  CHECK(ridge.at(1) == 0);
}

TEST_CASE("models of one row and of no column and of no row") {
  least_squares one(bo::dense_columns(Eigen::MatrixXd::Constant(1, 3, 2.0)), {{6.0}});
  CHECK(one.value() == 18);
  one.move(2, one.exact(2));
  CHECK(one.at(2) == 3);
  CHECK(one.value() == 0);
  CHECK(one.block_lipschitz(std::vector<std::size_t>{0, 1, 2}) == doctest::Approx(12).epsilon(1e-14));
  lasso none(bo::sparse_columns(3, {0}, {}, {}), {{1.0, 2.0, 2.0}}, {.l1 = 1});
  CHECK(none.size() == 0);
  CHECK(none.value() == 4.5);
  CHECK(none.duality_gap() == 0);
  least_squares empty(bo::dense_columns(Eigen::MatrixXd(0, 2)), {});
  CHECK(empty.value() == 0);
  CHECK(empty.derivative(1) == 0);
  bt::check_refusal([&] { one.set(std::vector<double>(2)); }, "a point of 2 numbers; there are 3");
}

TEST_CASE("columns that are not finite are refused and what is not a number shows") {
  Eigen::MatrixXd a = Eigen::MatrixXd::Ones(2, 3);
  a(1, 2) = 1e200;
  bt::check_refusal([&] { least_squares(bo::dense_columns(a), {{1.0, 1.0}}); }, "column 2 is not finite");
  a(1, 2) = NAN;
  bt::check_refusal([&] { least_squares(bo::dense_columns(a), {{1.0, 1.0}}); }, "column 2 is not finite");
  a(1, 2) = 1e-200;  // its square is lost and the bound stays one
  CHECK_NOTHROW(least_squares(bo::dense_columns(a), {{1.0, 1.0}}));
  lasso problem(design<bo::sparse_columns>(Eigen::MatrixXd::Ones(2, 2)), {{1.0, NAN}}, {.l1 = 1});
  sweep(problem, 1);
  CHECK(std::isnan(problem.at(0)));
  CHECK(std::isnan(problem.value()));
}

TEST_CASE_TEMPLATE("the duality gap is never below the suboptimality and goes to zero", Loss, bo::squared_loss,
                   bo::logistic_loss, bo::squared_hinge_loss) {
  const auto a = design<bo::sparse_columns>(half_empty(20, 6, 12, 2));
  const auto check = [&]<class Penalty>(const Penalty& penalty) {
    bo::linear_model<bo::sparse_columns, Loss, Penalty> problem(a, loss_of<Loss>(20), penalty);
    auto solved = problem;
    sweep(solved, 5000);
    const double f = solved.value();
    CHECK(solved.duality_gap() >= -1e-12 * (1 + std::fabs(f)));
    CHECK(solved.duality_gap() <= 1e-8 * (1 + std::fabs(f)));
    for (int epoch = 0; epoch < 30; ++epoch) {
      CHECK(problem.duality_gap() >= problem.value() - f - 1e-12 * (1 + std::fabs(f)));
      double sum = 0;
      for (std::size_t j = 0; j < 6; ++j) {
        CHECK(problem.gap_part(j) >= 0);
        sum += problem.gap_part(j);
      }
      CHECK(sum >= problem.duality_gap() - 1e-9);  // equal where the dual point needed no scaling, else infinite
      const double before = problem.value();
      sweep(problem, 1);
      CHECK(problem.value() <= before + 1e-12 * (1 + std::fabs(before)));
    }
  };
  check(bo::l1_penalty{.l1 = 0.3});
  check(bo::l1_penalty{.l1 = 0.3, .l2 = 0.2});
  check(bo::ridge_penalty{.l2 = 0.2});
  check(bo::box_penalty{.l1 = 0, .l2 = 0, .linear = -1, .lower = 0, .upper = 0.5});
  check(bo::box_penalty{.l1 = 0.1, .l2 = 0.5, .linear = -1, .lower = 0});
  check(bo::box_penalty{.l1 = 0.6, .l2 = 0, .linear = 0.2, .lower = 0});
}

TEST_CASE("exact coordinate steps of the squared loss leave a zero subgradient") {
  const Eigen::MatrixXd a = half_empty(9, 4, 6);
  bo::linear_model<bo::dense_columns, bo::squared_loss, bo::box_penalty> problem(
      bo::dense_columns(a), {bt::numbers(9, 3)}, {.l1 = 0.2, .l2 = 0.1, .linear = -0.3, .lower = -0.1, .upper = 0.4});
  for (int k = 0; k < 40; ++k) {
    const auto j = static_cast<std::size_t>(k) % 4;
    problem.move(j, problem.exact(j));
    CHECK(std::fabs(problem.subgradient(j, problem.derivative(j))) <= 1e-13);
  }
}

TEST_CASE("heart_scale with logistic regression has the optimum and the constants that liblinear prints") {
  const auto heart = bt::heart_scale();
  if (!heart) return bt::skip(bt::no_heart_scale);
  logistic problem(heart->design, bo::logistic_loss(heart->labels), {1.0});
  REQUIRE(problem.size() == 13);
  CHECK(problem.value() == doctest::Approx(187.149738751186).epsilon(1e-13));
  double largest = 0, smallest = infinity, sum = 0;
  for (std::size_t j = 0; j < 13; ++j) {
    largest = std::max(largest, problem.lipschitz(j));
    smallest = std::min(smallest, problem.lipschitz(j));
    sum += problem.lipschitz(j);
  }
  CHECK(largest == 68.5);
  CHECK(smallest == doctest::Approx(10.928385).epsilon(1e-6));
  CHECK(sum == doctest::Approx(562.098909).epsilon(1e-8));
  std::vector<std::size_t> all(13);
  for (std::size_t j = 0; j < 13; ++j) all[j] = j;
  CHECK(problem.block_lipschitz(all) == doctest::Approx(188.275964).epsilon(1e-8));
  sweep(problem, 2500);
  CHECK(problem.value() == doctest::Approx(98.226799508137).epsilon(1e-13));
  CHECK(problem.at(0) == doctest::Approx(0.3500952671).epsilon(1e-9));
  CHECK(problem.at(1) == doctest::Approx(0.6791729018).epsilon(1e-9));
  CHECK(problem.at(2) == doctest::Approx(1.1577969584).epsilon(1e-9));
  CHECK(std::fabs(problem.duality_gap()) <= 1e-11);
}

TEST_CASE("heart_scale with the squared hinge has one optimum as a primal and as a dual") {
  const auto heart = bt::heart_scale();
  if (!heart) return bt::skip(bt::no_heart_scale);
  const auto& a = heart->design;
  bo::linear_model<bo::sparse_columns, bo::squared_hinge_loss, bo::ridge_penalty> primal(
      a, bo::squared_hinge_loss(heart->labels), {1.0});
  sweep(primal, 3000);
  CHECK(primal.value() == doctest::Approx(121.134724436870).epsilon(1e-13));
  CHECK(std::fabs(primal.duality_gap()) <= 1e-10);
  // The dual: a column y_i x_i for each sample, alpha >= 0, alpha^2 / (4 C) - alpha.
  Eigen::MatrixXd samples = Eigen::MatrixXd::Zero(13, static_cast<Eigen::Index>(a.rows()));
  for (std::size_t j = 0; j < 13; ++j) {
    for (std::size_t k = 0; k < a.nonzeros(j); ++k) {
      const auto i = a.rows_of(j)[k];
      samples(static_cast<Eigen::Index>(j), i) = heart->labels[i] * a.values_of(j)[k];
    }
  }
  bo::linear_model<bo::dense_columns, bo::squared_loss, bo::box_penalty> dual(
      bo::dense_columns(samples), {std::vector<double>(13)}, {.l2 = 0.5, .linear = -1, .lower = 0});
  bo::random_stream rng{5};  // in random order: cyclic steps need some hundred times as many here
  for (std::size_t k = 0; k < 600 * dual.size(); ++k) {
    const auto i = static_cast<std::size_t>(rng.below(dual.size()));
    dual.move(i, dual.exact(i));
  }
  CHECK(dual.value() == doctest::Approx(-121.134724436870).epsilon(1e-12));
  CHECK(dual.duality_gap() >= -1e-9);
  CHECK(dual.duality_gap() <= 1e-7);
  for (std::size_t j = 0; j < 13; ++j) CHECK(dual.image()[j] == doctest::Approx(primal.at(j)).epsilon(1e-5));
}

TEST_CASE("heart_scale with the lasso has the optimum and the support of a tenth of the largest penalty") {
  const auto heart = bt::heart_scale();
  if (!heart) return bt::skip(bt::no_heart_scale);
  lasso problem(heart->design, {heart->labels}, {.l1 = 14.1});
  double largest = 0;
  for (const double g : bt::gradient_of(problem)) largest = std::max(largest, std::fabs(g));
  CHECK(largest == doctest::Approx(141).epsilon(1e-12));
  sweep(problem, 1000);
  CHECK(problem.value() == doctest::Approx(85.636089592100).epsilon(1e-13));
  CHECK(std::fabs(problem.duality_gap()) <= 1e-10);
  int support = 0;
  for (std::size_t j = 0; j < 13; ++j) {
    support += problem.at(j) != 0;
    CHECK(std::fabs(problem.derivative(j)) <= 14.1 * (1 + 1e-9));
  }
  CHECK(support == 8);
  lasso all_zero(heart->design, {heart->labels}, {.l1 = 141.0000001});
  sweep(all_zero, 3);
  for (std::size_t j = 0; j < 13; ++j) CHECK(all_zero.at(j) == 0);
  CHECK(all_zero.duality_gap() == doctest::Approx(0).epsilon(1e-6));
}
