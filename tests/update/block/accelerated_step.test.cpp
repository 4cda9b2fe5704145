// SPDX-License-Identifier: MIT
// Part of blockopt: tests of accelerated_step and approx_step.
#include <algorithm>
#include <cmath>
#include <cstddef>
#include <cstdint>
#include <memory>
#include <span>
#include <vector>

#include <doctest/doctest.h>

#include <blockopt/block/coordinate_blocks.hpp>
#include <blockopt/problem/detail/decompositions.hpp>
#include <blockopt/run/descent.hpp>
#include <blockopt/select/ascending.hpp>
#include <blockopt/select/uniform_random.hpp>
#include <blockopt/select/uniform_subset.hpp>
#include <blockopt/update/block/accelerated_step.hpp>
#include <blockopt/update/block/approx_step.hpp>
#include <blockopt/update/block/gradient_step.hpp>
#include <blockopt/update/block/parallel_step.hpp>

#include "block_support.hpp"
#include "support/message_of.hpp"

namespace bo = blockopt;
using namespace blockopt_tests;

namespace {

double strong_convexity(const dense_quadratic& p) {
  const auto n = static_cast<Eigen::Index>(p.size());
  Eigen::MatrixXd a(n, n);
  for (Eigen::Index j = 0; j < n; ++j) {
    for (Eigen::Index i = 0; i < n; ++i) {
      const auto row = static_cast<std::size_t>(i), column = static_cast<std::size_t>(j);
      a(i, j) = p.matrix().values_of(column)[row] / std::sqrt(p.lipschitz(row) * p.lipschitz(column));
    }
  }
  return bo::detail::symmetric_eigenvalues(a).minCoeff();
}

/// The method as it is published, with whole vectors. Derivatives by a problem that is set to y.
struct naive_acdm {
  double sigma;
  std::vector<double> x, v;
  double a, b = 2;

  template <class P>
  void step(P& problem, std::span<const std::size_t> block, double l, std::size_t blocks) {
    const auto n = static_cast<double>(blocks);
    const double s = a * a / (b * b), p = (1 - sigma * s) / n, gamma = (p + std::sqrt(p * p + 4 * s)) / 2;
    const double alpha = (n - gamma * sigma) / (gamma * (n * n - sigma)), beta = 1 - gamma * sigma / n;
    std::vector<double> y(x.size());
    for (std::size_t i = 0; i < x.size(); ++i) y[i] = alpha * v[i] + (1 - alpha) * x[i];
    problem.set(y);
    for (std::size_t i = 0; i < x.size(); ++i) {
      x[i] = y[i];
      v[i] = beta * v[i] + (1 - beta) * y[i];
    }
    for (const std::size_t i : block) {
      const double g = problem.derivative(i);
      x[i] -= g / l;
      v[i] -= gamma * g / l;
    }
    b /= std::sqrt(beta);
    a = gamma * b;
  }
};

/// Counts what is asked of it.
template <class P>
struct counting : P {
  explicit counting(P p) : P(std::move(p)) {}
  mutable std::uint64_t derivatives = 0, additions = 0;
  [[nodiscard]] double derivative_at(std::size_t i, double c, std::span<const double> u, std::span<const double> w,
                                     double x) const {
    ++derivatives;
    return P::derivative_at(i, c, u, w, x);
  }
  void add_image(std::size_t i, double d, std::span<double> z) const {
    ++additions;
    P::add_image(i, d, z);
  }
};

template <class P>
void compare_with_naive(const P& start, const bo::coordinate_blocks& blocks, double sigma) {
  P p = start, q = start;
  bo::descent run(p, blocks, bo::uniform_random{5}, bo::accelerated_step{sigma});
  naive_acdm naive{sigma, point_of(q), point_of(q), 1 / static_cast<double>(blocks.size())};
  double largest = 0;
  for (int k = 0; k < 1000; ++k) {
    run.advance(1);
    const std::size_t b = run.last_chosen()[0];
    naive.step(q, blocks[b], bo::block_lipschitz(start, blocks[b]), blocks.size());
    run.synchronize();
    for (const double x : naive.x) largest = std::max(largest, std::fabs(x));
    CHECK(distance(point_of(p), naive.x) <= 1e-10 * largest);
  }
  CHECK(run.update().folds >= 1);
}

}  // namespace

TEST_CASE("two vectors and numbers make the steps of the published method") {
  for (const std::size_t size : {1u, 4u}) {
    const auto p = quadratic(15, 1e-3, 4);
    const auto blocks = bo::coordinate_blocks::contiguous(15, size);
    compare_with_naive(p, blocks, 0);
    if (size == 1) compare_with_naive(p, blocks, strong_convexity(p));
    bo::linear_model logistic(random_columns(30, 15, 9, 3), bo::logistic_loss{labels(30, 5)}, bo::ridge_penalty{0.1});
    std::vector<double> start = normals(15, 8);
    logistic.set(start);
    compare_with_naive(logistic, blocks, 0);
    compare_with_naive(logistic, blocks, 0.01);
  }
}

TEST_CASE("the mean over seeds is below the bound of Nesterov's Theorem 6") {
  constexpr std::size_t n = 20;
  const Eigen::MatrixXd a = with_spectrum(log_spectrum(n, 1e-3), 11);
  const std::vector<double> solution = normals(n, 12);
  const Eigen::VectorXd b = a * Eigen::Map<const Eigen::VectorXd>(solution.data(), n);
  const dense_quadratic start(bo::dense_columns(a), {b.begin(), b.end()});
  double d = start.suboptimality() / (n * n);
  for (std::size_t i = 0; i < n; ++i) d += 2 * start.lipschitz(i) * start.minimizer()[i] * start.minimizer()[i];
  const double strong = strong_convexity(start);
  for (const double sigma : {0.0, strong}) {
    std::vector<double> mean(4);
    const std::vector<double> when{40, 400, 1500, 4000};
    for (std::uint64_t seed = 1; seed <= 30; ++seed) {
      auto p = start;
      bo::descent run(p, bo::each_coordinate{n}, bo::uniform_random{seed}, bo::accelerated_step{sigma});
      for (std::size_t t = 0; t < when.size(); ++t) {
        run.advance(static_cast<std::uint64_t>(when[t]) - run.counts().updates);
        run.synchronize();
        mean[t] += p.suboptimality() / 30;
      }
    }
    for (std::size_t t = 0; t < when.size(); ++t) {
      const double k = when[t], q = std::sqrt(sigma) / (2 * n);
      double bound = std::pow(n / (k + 1), 2) * d;
      if (sigma > 0) bound = sigma * d / std::pow(std::pow(1 + q, k + 1) - std::pow(1 - q, k + 1), 2);
      CAPTURE(sigma);
      CAPTURE(k);
      CHECK(mean[t] <= bound);
      CHECK(mean[t] >= bound * 1e-7);
    }
  }
  auto p = start;
  double plain = 0;
  for (std::uint64_t seed = 1; seed <= 5; ++seed) {
    p = start;
    bo::descent run(p, bo::each_coordinate{n}, bo::uniform_random{seed}, bo::gradient_step{});
    run.advance(4000);
    plain += p.suboptimality() / 5;
  }
  auto q = start;
  bo::descent run(q, bo::each_coordinate{n}, bo::uniform_random{1}, bo::accelerated_step{strong});
  run.advance(4000);
  run.synchronize();
  CHECK(q.suboptimality() < 1e-3 * plain);
}

TEST_CASE("a step asks for one derivative and two columns whatever the number of coordinates") {
  for (const std::size_t n : {10u, 1000u}) {
    counting p(bo::linear_model(random_columns(2 * n, n, 5, 3), bo::squared_loss{normals(2 * n, 4)}));
    bo::descent run(p, bo::each_coordinate{n}, bo::uniform_random{1}, bo::accelerated_step{});
    run.advance(20000);
    CHECK(p.derivatives == 20000);
    CHECK(p.additions == 2 * 20000);
    CHECK(run.update().folds <= 3);  // at 100 and at 10^4 steps
    CHECK(run.counts().flops <= 20000 * 2 * 4 * 5 + 3 * 1.5 * 2 * 3 * static_cast<double>(n));
    counting q(bo::linear_model(random_columns(2 * n, n, 5, 3), bo::squared_loss{normals(2 * n, 4)}));
    bo::descent approx(q, bo::each_coordinate{n}, bo::uniform_random{1}, bo::approx_step{});
    approx.advance(20000);
    CHECK(q.derivatives == 20000);
    CHECK(q.additions <= 2 * 20000);
  }
}

TEST_CASE("one coordinate and strong convexity of 1 end in one step") {
  for (const double sigma : {0.0, 1.0}) {
    dense_quadratic p(bo::dense_columns(Eigen::MatrixXd::Constant(1, 1, 3.0)), {2.0});
    bo::descent run(p, bo::each_coordinate{1}, bo::ascending{}, bo::accelerated_step{sigma});
    run.advance(sigma == 1 ? 1 : 400);
    run.synchronize();
    CHECK(p.at(0) == doctest::Approx(2.0 / 3).epsilon(1e-4));
    run.advance(1000);
    run.synchronize();
    CHECK(std::isfinite(p.at(0)));
  }
  auto p = quadratic(3, 0.1, 1);
  for (const double sigma : {-0.1, 1.1, std::nan("")})
    CHECK_FALSE(
        message_of<bo::invalid_option>([&] { bo::accelerated_step{sigma}.start(p, bo::each_coordinate{3}); }).empty());
}

TEST_CASE("APPROX makes the steps of its version with whole vectors") {
  for (const std::size_t tau : {1u, 3u}) {
    const auto make = [] {
      return bo::linear_model(random_columns(30, 12, 9, 3), bo::squared_loss{normals(30, 5)},
                              bo::l1_penalty{0.3, 0.01});
    };
    auto p = make(), q = make();
    const double beta = bo::eso_beta(bo::separability_degree(p.design()), tau, 12);
    bo::descent run(p, bo::each_coordinate{12}, bo::uniform_subset{tau, 9}, bo::approx_step{tau, beta});
    std::vector<double> x(12), z(12);
    double theta = static_cast<double>(tau) / 12;
    for (int k = 0; k < 300; ++k) {
      run.advance(1);
      std::vector<double> y(12), next = z;
      for (std::size_t i = 0; i < 12; ++i) y[i] = (1 - theta) * x[i] + theta * z[i];
      q.set(y);
      for (const std::size_t i : run.last_chosen()) {
        const double l = 12 * theta / static_cast<double>(tau) * beta * q.lipschitz(i);
        next[i] = q.prox(i, z[i] - q.derivative(i) / l, l);
      }
      for (std::size_t i = 0; i < 12; ++i) x[i] = y[i] + 12 / static_cast<double>(tau) * theta * (next[i] - z[i]);
      z = next;
      theta = (std::sqrt(std::pow(theta, 4) + 4 * theta * theta) - theta * theta) / 2;
      run.synchronize();
      CHECK(distance(point_of(p), x) < 1e-10);
    }
  }
}

TEST_CASE("the mean of APPROX over seeds is below its bound") {
  const auto make = [] {
    return bo::linear_model(random_columns(40, 16, 12, 3), bo::squared_loss{normals(40, 5)}, bo::l1_penalty{0.3, 0});
  };
  auto best = make();
  bo::descent exact(best, bo::each_coordinate{16}, bo::ascending{}, bo::gradient_step{});
  exact.advance(200000);
  const double optimum = best.value();
  for (const std::size_t tau : {1u, 4u, 16u}) {
    const auto start = make();
    const double n = 16, t = static_cast<double>(tau),
                 beta = bo::eso_beta(bo::separability_degree(start.design()), tau, 16);
    double c = (1 - t / n) * (start.value() - optimum);
    for (std::size_t i = 0; i < 16; ++i) c += 0.5 * beta * start.lipschitz(i) * best.at(i) * best.at(i);
    for (const std::uint64_t k : {5u, 50u, 500u}) {
      double mean = 0;
      for (std::uint64_t seed = 1; seed <= 30; ++seed) {
        auto p = make();
        bo::descent run(p, bo::each_coordinate{16}, bo::uniform_subset{tau, seed}, bo::approx_step{tau, beta});
        run.advance(k);
        run.synchronize();
        mean += (p.value() - optimum) / 30;
      }
      CAPTURE(tau);
      CAPTURE(k);
      CHECK(mean <= 4 * n * n / std::pow((static_cast<double>(k) - 1) * t + 2 * n, 2) * c);
      CHECK(mean >= -1e-12);
    }
  }
}

TEST_CASE("accelerated runs resume between records") {
  const auto with = [](auto update) {
    return resumes([] { return quadratic(9, 1e-3, 4); },
                   [&](auto& p) {
                     using run =
                         bo::descent<dense_quadratic, bo::each_coordinate, bo::uniform_random, decltype(update)>;
                     return std::make_unique<run>(p, bo::each_coordinate{9}, bo::uniform_random{3}, update);
                   },
                   117, 230);
  };
  CHECK(with(bo::accelerated_step{0.01}));
  CHECK(with(bo::approx_step{}));
}

TEST_CASE("APPROX names what does not fit") {
  auto p = quadratic(4, 0.1, 1);
  const auto message = [&](bo::approx_step s) {
    return message_of<bo::invalid_option>([&] { s.start(p, bo::each_coordinate{4}); });
  };
  CHECK(message({.together = 0}).find("together = 0") != std::string::npos);
  CHECK(message({.together = 5}).find("there are 4") != std::string::npos);
  CHECK(message({.beta = 0}).find("beta = 0") != std::string::npos);
  bo::approx_step s{.together = 2};
  s.start(p, bo::each_coordinate{4});
  CHECK(message_of<bo::invalid_option>([&] { s.step(p, bo::single_coordinate{1}, 1); }).find("named 1") !=
        std::string::npos);
}
