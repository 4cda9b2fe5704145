// SPDX-License-Identifier: MIT
// Part of blockopt: tests of theorems: deterministic ones in every step, and that they can fail.

#include <cmath>
#include <limits>
#include <string>
#include <vector>

#include <doctest/doctest.h>

#include <blockopt/problem/detail/decompositions.hpp>
#include <blockopt/run/descent.hpp>
#include <blockopt/select/ascending.hpp>
#include <blockopt/select/fixed_shuffle.hpp>
#include <blockopt/select/gauss_southwell.hpp>
#include <blockopt/select/gauss_southwell_lipschitz.hpp>
#include <blockopt/select/random_reshuffle.hpp>
#include <blockopt/select/uniform_random.hpp>
#include <blockopt/select/uniform_subset.hpp>
#include <blockopt/theory/bound.hpp>
#include <blockopt/theory/check.hpp>
#include <blockopt/theory/rate_bound.hpp>
#include <blockopt/update/block/gradient_step.hpp>

#include "theory_support.hpp"

using namespace blockopt;
using namespace theory_test;

namespace {

/// The worst log(step's factor)/log(bound's) of a run: at least 1 where the theorem holds.
template <class Blocks, class Policy>
double worst_tightness(const Eigen::MatrixXd& a, const Blocks& blocks, const Policy& policy, const theorem& t,
                       int units, std::uint64_t seed) {
  dense_quadratic q = quadratic(a);
  q.set(numbers_of(normals(a.rows(), 1, seed)));
  const problem_constants c = constants_of(q, blocks);
  descent run(q, blocks, policy, gradient_step{});
  double worst = std::numeric_limits<double>::infinity(), before = q.suboptimality();
  for (int k = 1; k <= units; ++k) {
    run.advance(t.cycles ? blocks.size() : 1);
    const double after = q.suboptimality();
    if (after < 1e-15 * c.suboptimality) break;
    const bound_check r = check_step(t, c, k, before, after);
    REQUIRE(r.outcome == verdict::pass);
    REQUIRE(check_bound(t, c, k, after).outcome == verdict::pass);
    worst = std::min(worst, r.tightness);
    before = after;
  }
  return worst;
}

}  // namespace

TEST_CASE("greedy and cyclic bounds hold in every step of random quadratics") {
  double greedy = 1e300, lipschitz = 1e300, quadratic_sweep = 1e300;
  for (std::uint64_t seed = 1; seed <= 12; ++seed) {
    const Eigen::MatrixXd a =
        spectrum_matrix(8, std::pow(10, static_cast<double>(seed % 4) + 0.5), static_cast<double>(seed % 3), seed);
    const each_coordinate each{8};
    greedy = std::min(greedy, worst_tightness(a, each, gauss_southwell{}, bounds::greedy(), 200, seed));
    lipschitz = std::min(lipschitz,
                         worst_tightness(a, each, gauss_southwell_lipschitz{}, bounds::greedy_lipschitz(), 200, seed));
    quadratic_sweep =
        std::min(quadratic_sweep, worst_tightness(a, each, ascending{}, bounds::cyclic_quadratic(), 60, seed));
    (void)worst_tightness(a, each, ascending{}, bounds::cyclic(), 60, seed);
    (void)worst_tightness(a, each, fixed_shuffle{.seed = seed}, bounds::cyclic(), 60, seed);
    (void)worst_tightness(a, each, random_reshuffle{.seed = seed}, bounds::cyclic(), 60, seed);
    const coordinate_blocks blocks(8, {{0, 5}, {1, 2, 3}, {4}, {6, 7}});
    (void)worst_tightness(a, blocks, gauss_southwell{}, bounds::greedy(), 100, seed);
    (void)worst_tightness(a, blocks, gauss_southwell_lipschitz{}, bounds::greedy_lipschitz(), 100, seed);
    (void)worst_tightness(a, blocks, ascending{}, bounds::cyclic_quadratic(), 60, seed);
    (void)worst_tightness(a, coordinate_blocks::contiguous(8, 8), ascending{}, bounds::gradient_descent(), 100, seed);
  }
  // tight enough that twice the progress would not be true
  CHECK(greedy >= 1 - 1e-9);
  CHECK(lipschitz < 2);
  CHECK(quadratic_sweep < 2);
}

TEST_CASE("Gauss-Southwell meets its bound on a diagonal quadratic whose derivatives are equal") {
  Eigen::VectorXd lambda(6);
  lambda << 3, 2, 1, 0.5, 0.25, 0.1;
  dense_quadratic q = quadratic(lambda.asDiagonal());
  q.set(numbers_of(lambda.cwiseInverse()));
  const problem_constants c = constants_of(q);
  const double before = q.suboptimality();
  descent run(q, each_coordinate{6}, gauss_southwell{}, gradient_step{});
  run.advance(1);
  CHECK(q.suboptimality() / before == doctest::Approx(bounds::greedy().factor(c)).epsilon(1e-13));
  CHECK(check_step(bounds::greedy(), c, 1, before, q.suboptimality()).tightness == doctest::Approx(1));
  problem_constants wrong = c;
  wrong.mu_1 *= 2;
  CHECK(check_step(bounds::greedy(), wrong, 1, before, q.suboptimality()).outcome == verdict::fail);
}

TEST_CASE("Beck and Tetruashvili's bound on two blocks holds with exact steps from cycle to cycle") {
  for (std::uint64_t seed = 1; seed <= 20; ++seed) {
    const Eigen::MatrixXd a = spectrum_matrix(5, 40, 1, seed);
    const coordinate_blocks blocks(5, {{0, 1}, {2, 3, 4}});
    dense_quadratic q = quadratic(a);
    q.set(numbers_of(normals(5, 1, seed)));
    const problem_constants c = constants_of(q, blocks);
    double sharper = c.suboptimality;
    for (int k = 1; k <= 20; ++k) {
      for (std::size_t b = 0; b < 2; ++b) {
        const Eigen::MatrixXd h = detail::submatrix(a, blocks[b], blocks[b]);
        Eigen::VectorXd g(h.rows());
        for (std::size_t i = 0; i < blocks[b].size(); ++i) g[static_cast<Eigen::Index>(i)] = q.derivative(blocks[b][i]);
        const Eigen::VectorXd d = h.llt().solve(g);
        for (std::size_t i = 0; i < blocks[b].size(); ++i) q.move(blocks[b][i], -d[static_cast<Eigen::Index>(i)]);
      }
      sharper *= (1 - c.mu / c.lipschitz[1]) * (k == 1 ? 1 : 1 - c.mu / c.lipschitz[0]);
      if (sharper < 1e-14 * c.suboptimality) break;
      REQUIRE(q.suboptimality() <= sharper * (1 + 1e-9));
      REQUIRE(check_bound(bounds::two_blocks(), c, k, q.suboptimality(), 0, 1e-14).outcome == verdict::pass);
      REQUIRE(sharper <= bounds::two_blocks().at(c, k) * (1 + 1e-12));
    }
  }
  CHECK(std::isnan(bounds::two_blocks().factor(constants_of(quadratic(spectrum_matrix(5, 40, 1, 1))))));
}

TEST_CASE("2-cyclic and over-relaxed rates are the published numbers and the spectral radius of the sweep") {
  CHECK(bounds::relaxed_radius(0.9, 1) == doctest::Approx(0.81).epsilon(1e-14));
  CHECK(bounds::relaxed_radius(0.99, 1) == doctest::Approx(0.9801).epsilon(1e-14));
  for (const auto& [c, radius] : {std::pair{0.5, 0.071797}, {0.9, 0.392864}, {0.99, 0.752745}}) {
    const double w = bounds::best_relaxation(c);
    CHECK(bounds::relaxed_radius(c, w) == doctest::Approx(radius).epsilon(2e-6));
    const double root = std::sqrt(1 - c * c), heavy_ball = (1 - root) / c;  // squared
    CHECK(w - 1 == doctest::Approx(heavy_ball * heavy_ball).epsilon(1e-12));
    for (const double other : {0.9 * w, 1.05 * w}) CHECK(bounds::relaxed_radius(c, other) > w - 1);
  }
  // ratio of the log-rates of cyclic and random order, n = 20
  CHECK(std::log(0.81) / (20 * std::log(1 - 0.1 / 20)) == doctest::Approx(2.1019).epsilon(1e-4));
  CHECK(std::log(0.9801) / (20 * std::log(1 - 0.01 / 20)) == doctest::Approx(2.0096).epsilon(1e-4));
  for (const double w : {0.7, 1.0, 1.3, 1.6}) {
    const double c = 0.9;
    Eigen::Matrix2d sweep;  // of the components along the singular vectors of c
    sweep << 1 - w, w * c, (1 - w) * w * c, 1 - w + w * w * c * c;
    CHECK(bounds::relaxed_radius(c, w) == doctest::Approx(blockopt::detail::spectral_radius(sweep)).epsilon(1e-9));
  }
}

TEST_CASE("the ESO factor of the scaled norm is the largest eigenvalue that it stands for and not above omega's") {
  for (const double together : {1.0, 3.0, 6.0, 10.0}) {
    // a sparse design: rows of 4 among 10
    Eigen::MatrixXd m = normals(30, 10, 3);
    for (Eigen::Index i = 0; i < 30; ++i) {
      for (Eigen::Index j = 0; j < 10; ++j) {
        if ((i * 7 + j * 3) % 10 >= 4) m(i, j) = 0;
      }
    }
    const linear_model p(sparse_columns(Eigen::SparseMatrix<double>(m.sparseView(0, 0))),
                         squared_loss{std::vector<double>(30, 1.0)}, no_penalty{});
    const problem_constants c = constants_of(p);
    CHECK(c.separability == 4);
    const double by_omega = bounds::eso_factor(c.separability, 10, together), by_norm = bounds::eso_factor(c, together);
    CHECK(by_norm <= by_omega);
    // E of h_S'M h_S over all subsets of this size is (tau/n) h'(..)h: its matrix against beta D
    const Eigen::MatrixXd a = m.transpose() * m;
    const double t = (together - 1) / 9;
    Eigen::MatrixXd mean = t * a;
    mean.diagonal() = a.diagonal();
    const Eigen::VectorXd w = a.diagonal().array().pow(-0.5);
    CHECK(by_norm == doctest::Approx(detail::symmetric_eigenvalues(w.asDiagonal() * mean * w.asDiagonal()).maxCoeff()));
  }
  CHECK(bounds::eso_factor(10, 10, 10) == 10);
  CHECK(bounds::eso_factor(1, 1, 1) == 1);
}

TEST_CASE("ACDM's two forms agree where sigma vanishes and its start is not above the bound") {
  problem_constants c;
  c.coordinates = 20;
  c.lipschitz.assign(20, 1.0);
  c.suboptimality = 1;
  c.scaled_squared_distance = 5;
  for (const double k : {0.0, 1.0, 50.0, 4000.0}) {
    c.sigma_1 = 1e-20;
    CHECK(bounds::accelerated().at(c, k) == doctest::Approx(bounds::accelerated_convex().at(c, k)).epsilon(1e-6));
    c.sigma_1 = 1e-3;
    CHECK(bounds::accelerated().at(c, k) <= bounds::accelerated_convex().at(c, k) * (1 + 1e-12));
    // the formula as it is written
    const double q = std::sqrt(c.sigma_1) / 40;
    const double difference = std::pow(1 + q, k + 1) - std::pow(1 - q, k + 1);
    CHECK(bounds::accelerated().at(c, k) ==
          doctest::Approx(c.sigma_1 * bounds::accelerated_start(c) / (difference * difference)).epsilon(1e-9));
  }
  CHECK(bounds::accelerated_convex().at(c, 0) >= c.suboptimality);
  CHECK(bounds::composite_convex().at(c, 0) >= c.suboptimality);
  CHECK(bounds::adaptive().at(c, 0) >= c.suboptimality);
}

TEST_CASE("constants that are not known make no bound and no verdict") {
  problem_constants c;
  c.coordinates = 3;
  c.lipschitz = {1, 2, 3};
  c.suboptimality = 1;
  for (const theorem& t : {bounds::gradient_descent(),
                           bounds::uniform(),
                           bounds::uniform_scaled(),
                           bounds::uniform_convex(),
                           bounds::importance(0.3),
                           bounds::importance_convex(0.3),
                           bounds::uniform_matrix(),
                           bounds::uniform_distance(1),
                           bounds::greedy(),
                           bounds::greedy_lipschitz(),
                           bounds::approximate_greedy(0.1),
                           bounds::greedy_matrix(),
                           bounds::greedy_composite(),
                           bounds::cyclic(),
                           bounds::cyclic_convex(),
                           bounds::cyclic_quadratic(),
                           bounds::two_blocks(),
                           bounds::two_cyclic(),
                           bounds::over_relaxed(1.1),
                           bounds::composite(),
                           bounds::composite_convex(),
                           bounds::composite_step(),
                           bounds::dual_ascent(),
                           bounds::dual_ascent_gap(),
                           bounds::accelerated_convex(),
                           bounds::accelerated(),
                           bounds::adaptive(),
                           bounds::approx(1, 1),
                           bounds::parallel(1, 1)}) {
    CAPTURE(t.name);
    CHECK_FALSE(t.name.empty());
    CHECK_FALSE(t.statement.empty());
    CHECK_FALSE(t.source.empty());
    CHECK(std::isnan(t.at(c, 3)));
    CHECK(check_bound(t, c, 3, 0.5).outcome == verdict::no_theorem);
  }
  CHECK(std::isnan(rate_bound(c, gauss_southwell{})));
}

TEST_CASE("a check fails by more than three standard errors and by what is not a number") {
  problem_constants c;
  c.coordinates = 1;
  c.lipschitz = {1};
  c.mu = c.smoothness = 0.5;
  c.smoothness = 1;
  c.suboptimality = 8;
  const theorem t = bounds::gradient_descent();
  CHECK(t.at(c, 3) == 1);
  const auto outcome = [&](double measured, double error) { return check_bound(t, c, 3, measured, error).outcome; };
  CHECK(outcome(1, 0) == verdict::pass);
  CHECK(outcome(1 + 1e-13, 0) == verdict::pass);
  CHECK(outcome(1 + 1e-11, 0) == verdict::fail);
  CHECK(outcome(1.29, 0.1) == verdict::pass);
  CHECK(outcome(1.31, 0.1) == verdict::fail);
  CHECK(outcome(0, 0) == verdict::pass);
  CHECK(outcome(-1e-18, 0) == verdict::pass);
  CHECK(outcome(std::numeric_limits<double>::quiet_NaN(), 0) == verdict::fail);
  CHECK(outcome(std::numeric_limits<double>::infinity(), 0) == verdict::fail);
  CHECK(outcome(-std::numeric_limits<double>::infinity(), 0) == verdict::fail);
  CHECK(outcome(std::numeric_limits<double>::quiet_NaN(), std::numeric_limits<double>::quiet_NaN()) == verdict::fail);
  CHECK(check_bound(t, c, 3, 1.0 / 8).tightness == doctest::Approx(2));
  CHECK(std::isnan(check_bound(t, c, 0, 8).tightness));
  // rounding is allowed where it is named
  CHECK(check_bound(t, c, 3, 1.5, 0, 0.6).outcome == verdict::pass);
  // an equality has two sides
  CHECK(check_value(true, 8, 1, 3, 0.9, 0.03).outcome == verdict::pass);
  CHECK(check_value(true, 8, 1, 3, 0.9, 0.02).outcome == verdict::fail);
  CHECK(check_value(true, 8, 1, 3, 1 - 1e-7).outcome == verdict::pass);
  CHECK(check_value(true, 8, 1, 3, 1 - 1e-5).outcome == verdict::fail);
  CHECK(check_step(t, c, 3, 2, 1).outcome == verdict::pass);
  CHECK(check_step(t, c, 3, 2, 1.01).outcome == verdict::fail);
  CHECK(check_step(bounds::uniform(), c, 3, 2, 1.01).outcome == verdict::no_theorem);  // on the mean only
}

TEST_CASE("the best theorem of a policy is the one with the least factor that is known") {
  const Eigen::MatrixXd a = spectrum_matrix(10, 100, 1, 3);
  dense_quadratic q = quadratic(a);
  q.set(numbers_of(normals(10, 1, 1)));
  const problem_constants c = constants_of(q);
  CHECK(rate_bound(q, gauss_southwell{}) == 1 - c.mu_1 / c.largest_lipschitz());
  CHECK(rate_bound(c, gauss_southwell_lipschitz{}) == 1 - c.mu_l);
  CHECK(rate_bound(c, lipschitz_sampling{}) == doctest::Approx(1 - c.mu / c.lipschitz_sum()));
  CHECK(rate_bound(c, uniform_random{}) < 1 - c.sigma_1 / 10);  // Lu and Xiao's is better by nearly 2
  CHECK(rate_bound(c, ascending{}) == doctest::Approx(std::pow(c.sweep, 0.1)));
  CHECK(rate_bound(c, random_reshuffle{}) == doctest::Approx(std::pow(bounds::cyclic().factor(c), 0.1)));
  CHECK(best_theorem(c, ascending{})->name == "cyclic, quadratic");
  CHECK(std::isnan(rate_bound(c, uniform_subset{})));
  CHECK_FALSE(best_theorem(c, uniform_subset{}).has_value());
  const linear_model lasso(dense_columns(normals(20, 4, 1)), squared_loss{std::vector<double>(20, 1.0)},
                           l1_penalty{.l1 = 1});
  const auto d = constants_of(lasso);
  CHECK(std::isnan(rate_bound(lasso, gauss_southwell{})));  // GS-s on a lasso
  CHECK(rate_bound(lasso, gauss_southwell_lipschitz{}) == doctest::Approx(1 - d.sigma_1 / 4));
  CHECK(rate_bound(lasso, uniform_random{}) == doctest::Approx(1 - 2 * d.sigma_1 / (1 + d.sigma_1) / 4));
  CHECK(std::isnan(rate_bound(lasso, ascending{})));
}
