// SPDX-License-Identifier: MIT
// Part of blockopt: tests of quadratics in coordinates and of those whose rates are known.
#include <algorithm>
#include <cmath>
#include <cstddef>
#include <numeric>
#include <string>
#include <vector>

#include <Eigen/Core>
#include <Eigen/LU>
#include <doctest/doctest.h>

#include <blockopt/problem/detail/decompositions.hpp>
#include <blockopt/problem/quadratic.hpp>
#include <blockopt/problem/quadratic_model.hpp>
#include <blockopt/problem/spectrum_quadratic.hpp>
#include <blockopt/problem/two_blocks.hpp>
#include <blockopt/update/block/gradient_step.hpp>

#include "coordinate_check.hpp"

namespace bo = blockopt;
namespace bt = blockopt_tests;

using dense_model = bo::quadratic_model<bo::dense_columns>;
using sparse_model = bo::quadratic_model<bo::sparse_columns>;
static_assert(bo::exact_coordinates<dense_model> && bo::with_suboptimality<dense_model> &&
              bo::bounded_curvature<dense_model> && bo::twice_differentiable<dense_model>);
static_assert(bo::sparse_coupling<sparse_model> && !bo::sparse_coupling<dense_model>);

namespace {

Eigen::MatrixXd dense(const bo::dense_columns& a) {
  const auto n = static_cast<Eigen::Index>(a.columns());
  return Eigen::Map<const Eigen::MatrixXd>(a.values_of(0).data(), static_cast<Eigen::Index>(a.rows()), n);
}

/// Tridiagonal, as sparse columns.
bo::sparse_columns chain(std::size_t n, double diagonal) {
  std::vector<std::size_t> first{0};
  std::vector<std::uint32_t> row;
  std::vector<double> value;
  for (std::size_t j = 0; j < n; ++j) {
    for (std::size_t i = j == 0 ? 0 : j - 1; i <= std::min(n - 1, j + 1); ++i) {
      row.push_back(static_cast<std::uint32_t>(i));
      value.push_back(i == j ? diagonal : -1.0);
    }
    first.push_back(row.size());
  }
  return {n, first, row, value};
}

template <class P>
void check_model(P problem) {
  problem.set(bt::numbers(problem.size(), 4));
  bt::check_derivatives(problem, 1e-9);
  bt::check_moves(problem, 10000, 1.0);
  const double steps[] = {-0.4, 2.0};
  bt::check_lipschitz(problem, steps);
  if (problem.size() >= 3) bt::check_block(problem, {2, 0}, 1e-8);
  bt::check_archive(problem, P(problem), 0.1);
  for (std::size_t i = 0; i < problem.size(); ++i) {
    const double before = problem.value(), g = problem.derivative(i);
    problem.move(i, problem.exact(i));
    CHECK(std::fabs(problem.derivative(i)) <= 1e-13 * (1 + std::fabs(g)));
    CHECK(before - problem.value() == doctest::Approx(g * g / (2 * problem.lipschitz(i))).epsilon(1e-8));
  }
  const std::vector<double> minimizer(problem.minimizer().begin(), problem.minimizer().end());
  problem.set(minimizer);
  CHECK(problem.suboptimality() == 0);
  CHECK(problem.value() == doctest::Approx(problem.optimum()).epsilon(1e-12));
  for (const double g : bt::gradient_of(problem)) CHECK(std::fabs(g) <= 1e-11);
}

/// The largest absolute value of a matrix's eigenvalues.
double spectral_radius(const Eigen::MatrixXd& m) { return bo::detail::spectral_radius(m); }

/// The matrix by which an epoch multiplies x - x*.
template <class P, class Epoch>
Eigen::MatrixXd epoch_matrix(P problem, const std::vector<double>& minimizer, const Epoch& epoch) {
  const auto n = static_cast<Eigen::Index>(problem.size());
  Eigen::MatrixXd m(n, n);
  for (Eigen::Index j = 0; j < n; ++j) {
    auto x = minimizer;
    x[static_cast<std::size_t>(j)] += 1;
    problem.set(x);
    epoch(problem);
    for (Eigen::Index i = 0; i < n; ++i)
      m(i, j) = problem.at(static_cast<std::size_t>(i)) - minimizer[static_cast<std::size_t>(i)];
  }
  return m;
}

/// max of s'M s over signs, with an even start: 2^(n-1) of them.
double largest_over_signs(const Eigen::MatrixXd& m) {
  const Eigen::Index n = m.rows();
  double best = 0;
  for (unsigned mask = 0; mask < (1U << (n - 1)); ++mask) {
    Eigen::VectorXd s(n);
    for (Eigen::Index i = 0; i < n; ++i) s[i] = (mask >> i) & 1U ? -1 : 1;
    best = std::max(best, s.dot(m * s));
  }
  return best;
}

}  // namespace

TEST_CASE("quadratics in coordinates follow their moves and know their optimum") {
  check_model(bo::spectrum_quadratic(bo::log_spaced(1e-2, 4, 9), 3));
  check_model(bo::spectrum_quadratic(bo::log_spaced(1e-2, 4, 6), 3, {.rescale = 10}));
  check_model(bo::spectrum_quadratic(std::vector<double>{2.0}));
  check_model(sparse_model(chain(12, 2.1), bt::numbers(12, 6)));
  check_model(bo::two_cyclic(6, 0.2));
  check_model(sparse_model(chain(1, 2.0), {0.0}));
}

TEST_CASE("a sparse quadratic names the neighbours of a coordinate") {
  const sparse_model problem(chain(5, 3), std::vector<double>(5));
  const auto of = [&](std::size_t i) {
    const auto rows = problem.neighbours(i);
    return std::vector<std::uint32_t>(rows.begin(), rows.end());
  };
  CHECK(of(0) == std::vector<std::uint32_t>{0, 1});
  CHECK(of(2) == std::vector<std::uint32_t>{1, 2, 3});
  CHECK(of(4) == std::vector<std::uint32_t>{3, 4});
  std::vector<double> h(4);
  problem.curvature(std::vector<std::size_t>{0, 3}, h);
  CHECK(h == std::vector<double>{3, 0, 0, 3});
}

TEST_CASE("matrices that are no quadratic are refused by name") {
  const auto refused = [](Eigen::MatrixXd a, std::vector<double> b, const char* culprit) {
    bt::check_refusal([&] { dense_model(bo::dense_columns(a), b); }, culprit);
    bt::check_refusal([&] { sparse_model(bo::sparse_columns(Eigen::SparseMatrix<double>(a.sparseView())), b); },
                      culprit);
  };
  refused(Eigen::MatrixXd(2, 3), {0, 0}, "2 x 3");
  refused(Eigen::MatrixXd::Identity(2, 2), {0}, "linear part of 1");
  refused(Eigen::MatrixXd(0, 0), {}, "0 x 0");
  refused(Eigen::MatrixXd{{1, 0.5}, {0.25, 1}}, {0, 0}, "not symmetric at row");
  refused(Eigen::MatrixXd{{1, 0.5}, {0, 1}}, {0, 0}, "not symmetric at row");
  refused(Eigen::MatrixXd{{1, 0}, {0, 0}}, {0, 0}, "diagonal element 1 is 0");
  refused(Eigen::MatrixXd{{1, 2}, {2, 1}}, {0, 0}, "not positive definite");
  refused(Eigen::MatrixXd{{1, NAN}, {NAN, 1}}, {0, 0}, "not symmetric at row");
  refused(Eigen::MatrixXd{{1, 0}, {0, NAN}}, {0, 0}, "diagonal element 1 is nan");
  refused(Eigen::MatrixXd{{1, 0}, {0, 1}}, {0, INFINITY}, "element 1 of b is inf");
  bt::check_refusal(
      [] {
        dense_model(bo::dense_columns(Eigen::MatrixXd::Identity(2, 2)), {0, 0}).set({});
      },
      "a point of 0 numbers; there are 2");
}

TEST_CASE("spectrum_quadratic has the spectrum and is the quadratic of the block optimizer") {
  const auto spectrum = bo::log_spaced(1e-3, 4, 12);
  const auto problem = bo::spectrum_quadratic(spectrum, 7);
  const bo::quadratic<double> other{{.spectrum = spectrum, .seed = 7}};
  const auto values = problem.matrix().values_of(0);
  CHECK(std::equal(other.matrix().begin(), other.matrix().end(), values.data()));
  CHECK(std::equal(other.linear().begin(), other.linear().end(), problem.linear().begin()));
  CHECK(problem.optimum() == doctest::Approx(other.optimum()).epsilon(1e-14));
  const Eigen::VectorXd measured = bo::detail::symmetric_eigenvalues(dense(problem.matrix()));
  for (std::size_t i = 0; i < 12; ++i) CHECK(std::fabs(measured[static_cast<Eigen::Index>(i)] - spectrum[i]) <= 1e-14);

  const auto spread = [](const auto& p) {
    double smallest = p.lipschitz(0), largest = smallest;
    for (std::size_t i = 0; i < p.size(); ++i) {
      smallest = std::min(smallest, p.lipschitz(i));
      largest = std::max(largest, p.lipschitz(i));
    }
    return largest / smallest;
  };
  const auto scaled = bo::spectrum_quadratic(spectrum, 7, {.rescale = 30});
  CHECK(dense(scaled.matrix()) == dense(scaled.matrix()).transpose());
  CHECK(spread(scaled) > 10 * spread(problem));
  const auto diagonal = bo::spectrum_quadratic(spectrum, 7, {.diagonal = true, .linear = std::vector<double>(12, 1.0)});
  for (std::size_t i = 0; i < 12; ++i) {
    CHECK(diagonal.lipschitz(i) == spectrum[i]);
    CHECK(diagonal.minimizer()[i] == doctest::Approx(1 / spectrum[i]).epsilon(1e-15));
  }
  bt::check_refusal([] { (void)bo::spectrum_quadratic({}); }, "the spectrum is empty");
  bt::check_refusal([] { (void)bo::spectrum_quadratic(std::vector<double>{1, 0}); }, "spectrum[1] = 0");
  bt::check_refusal([] { (void)bo::spectrum_quadratic(std::vector<double>{1}, 1, {.rescale = 0.5}); }, "rescale = 0.5");
  bt::check_refusal(
      [] {
        (void)bo::spectrum_quadratic(std::vector<double>{1}, 1, {.linear = {1, 2}});
      },
      "linear has 2 elements");
}

TEST_CASE("greedy steps on a quadratic fall by the strong convexity in the 1-norm and in that of the constants") {
  for (const std::uint64_t seed : {1U, 2U, 3U}) {
    const std::size_t n = 10;
    auto problem = bo::spectrum_quadratic(bo::log_spaced(0.01, 1, n), seed, {.rescale = 5});
    const Eigen::MatrixXd a = dense(problem.matrix()), inverse = a.inverse();
    const Eigen::VectorXd root = a.diagonal().cwiseSqrt();
    const double mu_1 = 1 / largest_over_signs(inverse);
    const double mu_l = 1 / largest_over_signs(root.asDiagonal() * inverse * root.asDiagonal());
    const double largest = a.diagonal().maxCoeff();
    for (const bool scaled : {false, true}) {
      problem.set(std::vector<double>(n));
      for (int k = 0; k < 300; ++k) {
        std::size_t best = 0;
        const auto score = [&](std::size_t i) {
          const double g = problem.derivative(i);
          return g * g / (scaled ? problem.lipschitz(i) : 1.0);
        };
        for (std::size_t i = 1; i < n; ++i) best = score(i) > score(best) ? i : best;
        const double before = problem.suboptimality();
        problem.move(best, -problem.derivative(best) / (scaled ? problem.lipschitz(best) : largest));
        REQUIRE(problem.suboptimality() <= (1 - (scaled ? mu_l : mu_1 / largest)) * before * (1 + 1e-12));
      }
    }
  }
}

TEST_CASE("a diagonal quadratic has the strong convexity in the 1-norm of its formula") {
  const auto spectrum = bo::log_spaced(0.1, 2, 8);
  const auto problem = bo::spectrum_quadratic(spectrum, 1, {.diagonal = true});
  double sum = 0;
  for (const double v : spectrum) sum += 1 / v;
  CHECK(largest_over_signs(dense(problem.matrix()).inverse()) == doctest::Approx(sum).epsilon(1e-12));
}

TEST_CASE("cyclic steps on two-cyclic matrices are twice as fast as random ones") {
  struct {
    double mu, cyclic, random, ratio;
  } const table[] = {{0.1, 0.81, 0.904610, 2.1019}, {0.01, 0.9801, 0.990047, 2.0096}};
  const std::size_t n = 20;
  for (const auto& row : table) {
    const auto problem = bo::two_cyclic(n, row.mu, 3);
    const std::vector<double> minimizer(problem.minimizer().begin(), problem.minimizer().end());
    for (std::size_t i = 0; i < n; ++i) CHECK(problem.lipschitz(i) == 1);
    const Eigen::VectorXd eigenvalues = bo::detail::symmetric_eigenvalues(dense(problem.matrix()));
    CHECK(eigenvalues.minCoeff() == doctest::Approx(row.mu).epsilon(1e-12));
    CHECK(eigenvalues.maxCoeff() == doctest::Approx(2 - row.mu).epsilon(1e-12));
    const double cyclic = spectral_radius(epoch_matrix(problem, minimizer, [&](auto& p) {
      for (std::size_t i = 0; i < n; ++i) p.move(i, p.exact(i));
    }));
    const double random = std::pow(1 - eigenvalues.minCoeff() / n, n);
    CHECK(std::fabs(cyclic - row.cyclic) <= 1e-6);
    CHECK(std::fabs(random - row.random) <= 1e-6);
    CHECK(std::fabs(std::log(cyclic) / std::log(random) - row.ratio) <= 1e-3);
  }
  bt::check_refusal([] { (void)bo::two_cyclic(3, 0.1); }, "variables = 3");
  bt::check_refusal([] { (void)bo::two_cyclic(4, 0); }, "mu = 0");
  bt::check_refusal([] { (void)bo::two_cyclic(4, 1); }, "mu = 1");
}

TEST_CASE("two blocks of orthonormal columns contract by the over-relaxation of theory") {
  struct {
    double c, rate;
  } const table[] = {{0.5, 0.071797}, {0.9, 0.392864}, {0.99, 0.752745}};
  const std::size_t k = 5;
  const auto halves = bo::coordinate_blocks::contiguous(2 * k, k);
  for (const auto& row : table) {
    const auto problem = bo::orthogonal_blocks(k, row.c, 2);
    for (std::size_t b = 0; b < 2; ++b) CHECK(problem.block_lipschitz(halves[b]) == doctest::Approx(1).epsilon(1e-13));
    const Eigen::MatrixXd a = dense(problem.design());
    const Eigen::MatrixXd gram = a.transpose() * a;
    CHECK(bo::detail::singular_values(gram.topRightCorner(k, k))[0] == doctest::Approx(row.c).epsilon(1e-13));
    const Eigen::VectorXd y = Eigen::Map<const Eigen::VectorXd>(problem.loss().target.data(), 2 * k);
    const Eigen::VectorXd solution = a.partialPivLu().solve(y);
    const std::vector<double> minimizer(solution.begin(), solution.end());
    const auto rate = [&](double relaxation) {
      bo::gradient_step update;
      update.relaxation = relaxation;
      update.start(problem, halves);
      return spectral_radius(epoch_matrix(problem, minimizer, [&](auto& p) {
        for (std::size_t b = 0; b < 2; ++b) (void)update.step(p, halves[b], b);
      }));
    };
    CHECK(rate(1) == doctest::Approx(row.c * row.c).epsilon(1e-9));
    const double best = 2 / (1 + std::sqrt(1 - row.c * row.c));
    CHECK(best - 1 == doctest::Approx(row.rate).epsilon(1e-5));
    CHECK(std::fabs(rate(best) - row.rate) <=
          1e-4);  // a double eigenvalue, which is measured to a root of the rounding
    CHECK(rate(best - 0.02) > row.rate);
    CHECK(rate(best + 0.02) > row.rate);
  }
  bt::check_refusal([] { (void)bo::orthogonal_blocks(0, 0.5); }, "block_size = 0");
  bt::check_refusal([] { (void)bo::orthogonal_blocks(2, 1); }, "c = 1");
}
