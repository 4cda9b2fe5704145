// SPDX-License-Identifier: MIT
// Part of blockopt: tests of the quadratics on which cyclic coordinate descent is slowest.
#include <cmath>
#include <cstddef>
#include <numeric>
#include <string>
#include <vector>

#include <Eigen/Core>
#include <Eigen/LU>
#include <doctest/doctest.h>

#include <blockopt/problem/detail/decompositions.hpp>
#include <blockopt/problem/sun_ye.hpp>

#include "coordinate_check.hpp"

namespace bo = blockopt;
namespace bt = blockopt_tests;

static_assert(bo::exact_coordinates<bo::sun_ye> && bo::exact_blocks<bo::sun_ye> && bo::with_suboptimality<bo::sun_ye> &&
              bo::known_block_lipschitz<bo::sun_ye> && bo::bounded_curvature<bo::sun_ye>);

namespace {

Eigen::MatrixXd matrix(Eigen::Index n, double d) {
  return d * Eigen::MatrixXd::Identity(n, n) + (1 - d) * Eigen::MatrixXd::Ones(n, n);
}

/// Second moments a I + b J keep their form in expectation over random orders: the factor by which an epoch multiplies
/// them at last, for a map of matrices that is an epoch in one order.
template <class Epoch>
double contraction(Eigen::Index n, const Epoch& epoch) {
  const auto averaged = [&](const Eigen::MatrixXd& s) {
    const double diagonal = s.trace() / static_cast<double>(n);
    const double rest = n > 1 ? (s.sum() - s.trace()) / static_cast<double>(n * (n - 1)) : 0.0;
    return Eigen::Vector2d(diagonal - rest, rest);
  };
  Eigen::Matrix2d map;
  map.col(0) = averaged(epoch(Eigen::MatrixXd::Identity(n, n)));
  map.col(1) = averaged(epoch(Eigen::MatrixXd::Ones(n, n)));
  return bo::detail::spectral_radius(map);
}

double of_permutations(Eigen::Index n, double d) {
  const Eigen::MatrixXd a = matrix(n, d);
  Eigen::MatrixXd m = Eigen::MatrixXd::Identity(n, n);
  for (Eigen::Index i = 0; i < n; ++i) m -= (Eigen::VectorXd::Unit(n, i) * (a.row(i) * m)).eval();
  return contraction(n, [&](const Eigen::MatrixXd& s) { return Eigen::MatrixXd(m * s * m.transpose()); });
}

double of_random_steps(Eigen::Index n, double d) {
  const Eigen::MatrixXd a = matrix(n, d);
  const double step = contraction(n, [&](const Eigen::MatrixXd& s) {
    const Eigen::MatrixXd m = Eigen::MatrixXd::Identity(n, n) - Eigen::VectorXd::Unit(n, 0) * a.row(0);
    return Eigen::MatrixXd(m * s * m.transpose());
  });
  return std::pow(step, static_cast<double>(n));
}

double of_cyclic(Eigen::Index n, double d) {
  const Eigen::MatrixXd a = matrix(n, d);
  Eigen::MatrixXd m = Eigen::MatrixXd::Identity(n, n);
  for (Eigen::Index i = 0; i < n; ++i) m -= (Eigen::VectorXd::Unit(n, i) * (a.row(i) * m)).eval();
  const double rho = bo::detail::spectral_radius(m);
  return rho * rho;
}

enum class order { cyclic, permuted, random };

/// Epochs until f is 1e-8 of the start.
double epochs_to(std::size_t n, double d, order how, std::uint64_t seed, double most) {
  bo::sun_ye problem({.variables = n, .d = d, .seed = seed});
  const double target = 1e-8 * problem.value();
  bo::random_stream rng{seed};
  std::vector<std::size_t> visit(n);
  std::iota(visit.begin(), visit.end(), std::size_t{0});
  for (double epoch = 0; epoch < most; ++epoch) {
    if (how == order::permuted) {
      for (std::size_t i = n; i-- > 1;) std::swap(visit[i], visit[static_cast<std::size_t>(rng.below(i + 1))]);
    }
    for (const std::size_t next : visit) {
      const std::size_t i = how == order::random ? static_cast<std::size_t>(rng.below(n)) : next;
      problem.move(i, problem.exact(i));
    }
    if (problem.value() <= target) return epoch + 1;
  }
  return most;
}

double mean_epochs(std::size_t n, double d, order how, double most) {
  double sum = 0;
  for (std::uint64_t seed = 1; seed <= 10; ++seed) sum += epochs_to(n, d, how, seed, most);
  return sum / 10;
}

}  // namespace

TEST_CASE("the Sun and Ye quadratic follows its moves and has right derivatives and constants") {
  for (const double d : {0.01, 0.3, 1.0}) {
    for (const std::size_t n : {1U, 2U, 7U}) {
      bo::sun_ye problem({.variables = n, .d = d});
      bt::check_derivatives(problem, 1e-9);
      bt::check_moves(problem, 10000, 1.0);
      const double steps[] = {0.5};
      bt::check_lipschitz(problem, steps);
      bt::check_archive(problem, bo::sun_ye({.variables = n, .d = d, .seed = 2}), 0.1);
      const Eigen::MatrixXd a = matrix(static_cast<Eigen::Index>(n), d);
      const Eigen::VectorXd eigenvalues = bo::detail::symmetric_eigenvalues(a);
      CHECK(problem.global_lipschitz() == doctest::Approx(eigenvalues.maxCoeff()).epsilon(1e-13));
      CHECK(problem.strong_convexity() == doctest::Approx(eigenvalues.minCoeff()).epsilon(1e-13));
      double largest = 0;
      for (unsigned mask = 0; mask < (1U << n); ++mask) {
        Eigen::VectorXd s(static_cast<Eigen::Index>(n));
        for (Eigen::Index i = 0; i < s.size(); ++i) s[i] = (mask >> i) & 1U ? -1 : 1;
        largest = std::max(largest, s.dot(a.partialPivLu().solve(s)));
      }
      CHECK(1 / problem.strong_convexity_1() == doctest::Approx(largest).epsilon(1e-12));
      if (n < 3) continue;
      bt::check_block(problem, {4, 1, 2}, 1e-9);
      const std::vector<std::size_t> block{4, 1, 2};
      std::vector<double> step(3);
      problem.exact_block(block, step);
      for (std::size_t k = 0; k < 3; ++k) problem.move(block[k], step[k]);
      for (const std::size_t i : block) CHECK(std::fabs(problem.derivative(i)) <= 1e-13);
    }
  }
}

TEST_CASE("bad Sun and Ye quadratics are refused by name") {
  bt::check_refusal([] { bo::sun_ye({.variables = 0}); }, "variables = 0");
  bt::check_refusal([] { bo::sun_ye({.d = 0}); }, "d = 0");
  bt::check_refusal([] { bo::sun_ye({.d = 1.5}); }, "d = 1.5");
  bt::check_refusal([] { bo::sun_ye({.d = NAN}); }, "d = nan");
  bt::check_refusal([] { bo::sun_ye({.variables = 2, .start = {1}}); }, "start has 1 elements, not 2");
  bt::check_refusal([] { bo::sun_ye({.variables = 2}).set(std::vector<double>(3)); }, "a point of 3 numbers");
}

TEST_CASE("the exact contractions of the Sun and Ye quadratic are those of the literature") {
  struct {
    Eigen::Index n;
    double d, permuted, random;
  } const table[] = {{10, .01, 2.178174e-2, 1.964556e-2},
                     {50, .05, 9.713795e-2, 9.100494e-2},
                     {100, .05, 9.618806e-2, 9.092415e-2},
                     {100, .01, 1.999998e-2, 1.961103e-2}};
  for (const auto& row : table) {
    CHECK(1 - of_permutations(row.n, row.d) == doctest::Approx(row.permuted).epsilon(1e-6));
    CHECK(1 - of_random_steps(row.n, row.d) == doctest::Approx(row.random).epsilon(1e-6));
    if (row.d > 0.01) continue;
    const double n = static_cast<double>(row.n);
    CHECK(1 - of_permutations(row.n, row.d) == doctest::Approx(2 * row.d + 2 * row.d / n).epsilon(0.011));
    CHECK(1 - of_random_steps(row.n, row.d) == doctest::Approx(2 * row.d).epsilon(0.02));
  }
  CHECK(1 - of_cyclic(50, 0.05) == doctest::Approx(8.695e-4).epsilon(1e-3));
  CHECK(1 - of_cyclic(100, 0.05) == doctest::Approx(2.183e-4).epsilon(1e-3));
  CHECK(1 - of_cyclic(100, 0.01) == doctest::Approx(4.025e-5).epsilon(1e-3));
}

TEST_CASE("cyclic steps need some ninety times the epochs of random ones") {
  const double cyclic = mean_epochs(50, 0.05, order::cyclic, 1e5);
  const double permuted = mean_epochs(50, 0.05, order::permuted, 1e5);
  const double random = mean_epochs(50, 0.05, order::random, 1e5);
  CHECK(cyclic == doctest::Approx(14904).epsilon(0.1));
  CHECK(permuted == doctest::Approx(160.6).epsilon(0.06));
  CHECK(random == doctest::Approx(171.3).epsilon(0.06));
  CHECK(cyclic / random > 80);
}

TEST_CASE("for a hundred variables cyclic coordinate descent is slower than gradient descent" *
          doctest::test_suite("long")) {
  const double cyclic = mean_epochs(100, 0.05, order::cyclic, 2e5);
  CHECK(cyclic == doctest::Approx(64592).epsilon(0.15));  // the start's share of the slowest mode varies
  CHECK(cyclic / mean_epochs(100, 0.05, order::random, 1e5) > 300);
  // Gradient descent contracts f by (1 - mu/L)^2 each step, and a step costs an epoch.
  const bo::sun_ye problem({.variables = 100, .d = 0.05});
  const double rate = 1 - problem.strong_convexity() / problem.global_lipschitz();
  CHECK(cyclic > std::log(1e-8) / (2 * std::log(rate)));
}
