// SPDX-License-Identifier: MIT
// Part of blockopt: tests of exact expectations, against draws and against each other.

#include <cmath>
#include <cstdint>
#include <limits>
#include <vector>

#include <doctest/doctest.h>

#include <blockopt/run/descent.hpp>
#include <blockopt/select/lipschitz_sampling.hpp>
#include <blockopt/select/random_reshuffle.hpp>
#include <blockopt/select/uniform_random.hpp>
#include <blockopt/theory/bound.hpp>
#include <blockopt/theory/constants_of.hpp>
#include <blockopt/theory/expected_trajectory.hpp>
#include <blockopt/theory/sun_ye_cyclic.hpp>
#include <blockopt/update/block/gradient_step.hpp>

#include "support/message_of.hpp"
#include "theory_support.hpp"

using namespace blockopt;
using namespace theory_test;
using blockopt_tests::message_of;

namespace {

struct exact_test_step {
  block_step step(dense_quadratic& p, std::span<const std::size_t> block, std::size_t) const {
    const auto size = static_cast<Eigen::Index>(block.size());
    std::vector<double> h(block.size() * block.size());
    p.curvature(block, h);
    Eigen::VectorXd g(size);
    for (std::size_t k = 0; k < block.size(); ++k) g[static_cast<Eigen::Index>(k)] = p.derivative(block[k]);
    const Eigen::VectorXd d = -Eigen::Map<const Eigen::MatrixXd>(h.data(), size, size).llt().solve(g);
    for (std::size_t k = 0; k < block.size(); ++k) p.move(block[k], d[static_cast<Eigen::Index>(k)]);
    return {};
  }
};

gradient_step relaxed(double w) {
  gradient_step s;
  s.relaxation = w;
  return s;
}

struct sample {
  double mean = 0, error = 0;
};

template <class Blocks, class Policy, class Update>
sample measure(dense_quadratic q, const Eigen::VectorXd& x0, const Blocks& blocks, Policy policy, Update update,
               std::uint64_t steps, int runs) {
  double sum = 0, squares = 0;
  for (int r = 0; r < runs; ++r) {
    q.set(numbers_of(x0));
    policy.seed = static_cast<std::uint64_t>(r) + 1;
    descent run(q, blocks, policy, update);
    run.advance(steps);
    const double f = q.suboptimality();
    sum += f;
    squares += f * f;
  }
  const double n = runs, mean = sum / n;
  return {mean, std::sqrt((squares / n - mean * mean) / (n - 1))};
}

std::vector<double> uniform_over(std::size_t n) { return std::vector<double>(n, 1 / static_cast<double>(n)); }

}  // namespace

TEST_CASE("means of runs lie within four standard errors of the exact expectation") {
  const Eigen::MatrixXd a = spectrum_matrix(8, 30, 1, 1);
  const Eigen::VectorXd x0 = normals(8, 1, 2);
  const each_coordinate each{8};
  const problem_constants c = constants_of_bounds(a, a, each);
  const auto compare = [&](const sample& m, const expected_trajectory& e) {
    CHECK(std::fabs(m.mean - e.suboptimality()) < 4 * m.error);
    CHECK(m.error < 0.1 * m.mean);  // or it would say nothing
  };
  for (const std::uint64_t steps : {1, 5, 20}) {
    CAPTURE(steps);
    for (const double w : {1.0, 0.6, 1.5}) {
      expected_trajectory e(a, each, uniform_over(8), c.lipschitz, block_step_kind::lipschitz, w);
      e.start(x0);
      e.advance(steps);
      compare(measure(quadratic(a), x0, each, uniform_random{}, relaxed(w), steps, 2000), e);
    }
    for (const double power : {1.0, 0.5}) {
      std::vector<double> p;
      for (const double l : c.lipschitz) p.push_back(std::pow(l, power) / c.lipschitz_sum(power));
      expected_trajectory e(a, each, p, c.lipschitz);
      e.start(x0);
      e.advance(steps);
      const lipschitz_sampling policy{.constants = c.lipschitz, .power = power};
      compare(measure(quadratic(a), x0, each, policy, gradient_step{}, steps, 2000), e);
    }
  }
}

TEST_CASE("blocks have exact expectations too and with steps of 1/L_b and exact ones") {
  const Eigen::MatrixXd a = spectrum_matrix(9, 20, 1, 5);
  const Eigen::VectorXd x0 = normals(9, 1, 3);
  const coordinate_blocks blocks(9, {{0, 4}, {1, 2, 8}, {3}, {5, 6, 7}});
  const problem_constants c = constants_of_bounds(a, a, blocks);
  for (const std::uint64_t steps : {1, 8}) {
    expected_trajectory gradient(a, blocks, uniform_over(4), c.lipschitz);
    expected_trajectory exact(a, blocks, uniform_over(4), {}, block_step_kind::exact);
    for (expected_trajectory* e : {&gradient, &exact}) {
      e->start(x0);
      e->advance(steps);
    }
    const sample m = measure(quadratic(a), x0, blocks, uniform_random{}, gradient_step{}, steps, 3000);
    CHECK(std::fabs(m.mean - gradient.suboptimality()) < 4 * m.error);
    const sample x = measure(quadratic(a), x0, blocks, uniform_random{}, exact_test_step{}, steps, 3000);
    CHECK(std::fabs(x.mean - exact.suboptimality()) < 4 * x.error);
    CHECK(exact.suboptimality() < gradient.suboptimality());
  }
}

TEST_CASE("exact expectations obey the bounds in every step and distances Taylor and Bach's") {
  for (const double condition : {3.0, 100.0, 1e4}) {
    for (const double scale : {0.0, 2.0}) {
      const Eigen::MatrixXd a = spectrum_matrix(12, condition, scale, 1);
      const problem_constants c = constants_of_bounds(a, a, each_coordinate{12});
      CAPTURE(condition);
      CAPTURE(scale);
      for (const double power : {0.0, 0.3, 0.5, 1.0}) {
        std::vector<double> p;
        for (const double l : c.lipschitz) p.push_back(std::pow(l, power) / c.lipschitz_sum(power));
        expected_trajectory e(a, each_coordinate{12}, p, c.lipschitz);
        e.start(Eigen::VectorXd(normals(12, 1, 4)));
        std::vector<theorem> all{bounds::importance(power)};
        if (power == 0) all = {bounds::importance(0), bounds::uniform(), bounds::uniform_scaled()};
        if (power == 0) CHECK(bounds::uniform().factor(c) >= bounds::uniform_scaled().factor(c) * (1 - 1e-14));
        for (int k = 0; k < 300; ++k) {
          const double before = e.suboptimality();
          e.advance();
          for (const theorem& t : all) REQUIRE(e.suboptimality() <= before * t.factor(c) * (1 + 1e-12));
        }
        // what the bound promises is not far from what is reached, nor can any bound be below it
        // the bound is looser than what the slowest direction does, 1 - 2 sigma/n or so, by no more than that
        if (power == 0 && condition <= 100) {
          const double slowest = std::log(e.asymptotic_factor(5000)),
                       bound = std::log(bounds::uniform_scaled().factor(c));
          CHECK(slowest <= bound);
          CHECK(slowest > 2.5 * bound);
        }
      }
    }
  }
  // PEPit's numbers: L = 1, mu = 0.1, n = 2, g = 1 and 2/1.1; attained by f = m/2 ||x||^2
  problem_constants c;
  c.lipschitz = {1, 1};
  c.mu = 0.1;
  c.smoothness = 1;
  CHECK(bounds::uniform_distance(1).factor(c) == doctest::Approx(0.905).epsilon(1e-12));
  CHECK(bounds::uniform_distance(2 / 1.1).factor(c) == doctest::Approx(0.834711).epsilon(1e-6));
  for (const double m : {0.1, 1.0}) {
    for (const double g : {1.0, 2 / 1.1}) {
      const Eigen::MatrixXd a = m * Eigen::MatrixXd::Identity(2, 2);
      expected_trajectory e(a, each_coordinate{2}, uniform_over(2), std::vector<double>{1 / g, 1 / g});
      e.start(Eigen::VectorXd{{1.0, -2.0}});
      e.advance();
      const double factor = e.squared_distance() / 5;
      CHECK(factor <= bounds::uniform_distance(g).factor(c) * (1 + 1e-14));
      if (m == 0.1 || g > 1) CHECK(factor == doctest::Approx(bounds::uniform_distance(g).factor(c)).epsilon(1e-14));
    }
  }
}

TEST_CASE("Sun-Ye rates have the digits of the table by two numbers and by the whole second moment") {
  CHECK(1 - sun_ye_permuted_factor(10, 0.01) == doctest::Approx(2.178174e-2).epsilon(3e-7));
  CHECK(1 - sun_ye_uniform_factor(10, 0.01) == doctest::Approx(1.964556e-2).epsilon(3e-7));
  CHECK(1 - sun_ye_permuted_factor(50, 0.05) == doctest::Approx(9.713795e-2).epsilon(1e-7));
  CHECK(1 - sun_ye_uniform_factor(50, 0.05) == doctest::Approx(9.100494e-2).epsilon(1e-7));
  CHECK(1 - sun_ye_permuted_factor(100, 0.05) == doctest::Approx(9.618806e-2).epsilon(1e-7));
  CHECK(1 - sun_ye_uniform_factor(100, 0.05) == doctest::Approx(9.092415e-2).epsilon(1e-7));
  CHECK(1 - sun_ye_permuted_factor(100, 0.01) == doctest::Approx(1.999998e-2).epsilon(3e-7));
  CHECK(1 - sun_ye_uniform_factor(100, 0.01) == doctest::Approx(1.961103e-2).epsilon(3e-7));
  CHECK(1 - sun_ye_cyclic_factor(50, 0.05) == doctest::Approx(8.695e-4).epsilon(1e-4));
  CHECK(1 - sun_ye_cyclic_factor(100, 0.05) == doctest::Approx(2.183e-4).epsilon(3e-4));
  CHECK(1 - sun_ye_cyclic_factor(100, 0.01) == doctest::Approx(4.025e-5).epsilon(3e-4));
  CHECK((1 - sun_ye_uniform_factor(50, 0.05)) / (1 - sun_ye_cyclic_factor(50, 0.05)) > 80);
  for (const std::size_t n : {2, 10, 50}) {
    for (const double d : {0.002, 0.01}) {
      const double count = static_cast<double>(n);
      CHECK(1 - sun_ye_permuted_factor(n, d) == doctest::Approx(2 * d + 2 * d / count).epsilon(n == 2 ? 0.02 : 0.011));
      CHECK(1 - sun_ye_uniform_factor(n, d) == doctest::Approx(2 * d).epsilon(0.02));
    }
  }
  const Eigen::MatrixXd a = sun_ye_matrix(10, 0.01);
  const expected_trajectory e(a, each_coordinate{10}, uniform_over(10), std::vector<double>(10, 1.0));
  CHECK(std::pow(e.asymptotic_factor(20000), 10) == doctest::Approx(sun_ye_uniform_factor(10, 0.01)).epsilon(1e-9));
  CHECK(sun_ye_permuted_factor(1, 0.5) == 0);
  CHECK(sun_ye_permuted_factor(7, 1) == doctest::Approx(0));
}

TEST_CASE("Sun-Ye trajectories from any start are exact for uniform draws and for permutations within draws") {
  for (const double d : {0.05, 0.6}) {
    const Eigen::MatrixXd a = sun_ye_matrix(6, d);
    dense_quadratic q = quadratic(a);
    const Eigen::VectorXd x0 = normals(6, 1, 8);
    q.set(numbers_of(x0));
    const problem_constants c = constants_of(q);
    CHECK(c.mu == doctest::Approx(d));
    CHECK(c.mu_1 == doctest::Approx(sun_ye_mu_1(6, d)));
    CHECK(bounds::sun_ye_uniform().at(c, 0) == doctest::Approx(c.suboptimality));
    expected_trajectory e(a, each_coordinate{6}, uniform_over(6), c.lipschitz);
    e.start(x0);
    for (int k = 1; k <= 30; ++k) {
      e.advance();
      CHECK(bounds::sun_ye_uniform().at(c, k) == doctest::Approx(e.suboptimality()).epsilon(1e-9));
    }
    for (const std::uint64_t epochs : {1, 2, 4}) {
      const sample m = measure(q, x0, each_coordinate{6}, random_reshuffle{}, gradient_step{}, 6 * epochs, 4000);
      CHECK(std::fabs(m.mean - bounds::sun_ye_permuted().at(c, static_cast<double>(epochs))) < 4 * m.error);
    }
  }
  const problem_constants odd = constants_of(quadratic(sun_ye_matrix(7, 0.1)));
  CHECK(odd.mu_1 == doctest::Approx(sun_ye_mu_1(7, 0.1)));
}

TEST_CASE("an expected trajectory refuses what is no distribution") {
  const Eigen::MatrixXd a = Eigen::MatrixXd::Identity(3, 3);
  const std::vector<double> l(3, 1.0);
  const auto refusal = [&](std::vector<double> p, std::vector<double> lipschitz) {
    return message_of<invalid_option>([&] { expected_trajectory(a, each_coordinate{3}, p, lipschitz); });
  };
  CHECK(refusal({0.5, 0.5}, l).find("2 probabilities") != std::string::npos);
  CHECK(refusal({0.5, 0.5, 0}, {1}).find("1 constants for 3 blocks") != std::string::npos);
  CHECK(refusal({0.5, 0.6, -0.1}, l).find("-0.1") != std::string::npos);
  CHECK(refusal({0.5, 0.6, 0.1}, l).find("1.2") != std::string::npos);
  CHECK(refusal({0.5, std::numeric_limits<double>::quiet_NaN(), 0.5}, l).find("nan") != std::string::npos);
  CHECK(refusal({1, 0, 0}, l).empty());
}
