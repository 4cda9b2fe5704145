// SPDX-License-Identifier: MIT
// Part of blockopt: tests of gradient_step, and of the loop's shorter way for sweeps.
#include <algorithm>
#include <cmath>
#include <cstddef>
#include <cstdint>
#include <memory>
#include <span>
#include <vector>

#include <Eigen/Cholesky>
#include <doctest/doctest.h>

#include <blockopt/block/coordinate_blocks.hpp>
#include <blockopt/problem/detail/decompositions.hpp>
#include <blockopt/run/descent.hpp>
#include <blockopt/select/ascending.hpp>
#include <blockopt/update/block/gradient_step.hpp>

#include "block_support.hpp"
#include "support/message_of.hpp"

namespace bo = blockopt;
using namespace blockopt_tests;

namespace {

/// Ascending, asked for each block.
struct one_by_one {
  [[nodiscard]] std::size_t next(bo::random_stream&, const bo::selection_statistics& s) const {
    return static_cast<std::size_t>(s.visit % s.blocks);
  }
};

/// Throws at its step number `last`, else counts as it is told.
struct stops_at {
  std::uint64_t last = 0, made = 0;
  template <class P, class Block>
  bo::block_step step(P& problem, const Block& block, std::size_t b) {
    if (made == last) throw bo::invalid_call("stop");
    ++made;
    problem.move(block[0], 1.0);
    return {.passes = static_cast<std::uint32_t>(b % 3), .values = 2, .flops = 0.5};
  }
};

template <class A, class B>
void check_same_counts(const A& a, const B& b) {
  CHECK(a.counts().updates == b.counts().updates);
  CHECK(a.counts().coordinates == b.counts().coordinates);
  CHECK(a.counts().derivatives == b.counts().derivatives);
  CHECK(a.counts().values == b.counts().values);
  CHECK(a.counts().flops == b.counts().flops);
  CHECK(std::ranges::equal(a.visits(), b.visits()));
  CHECK(std::ranges::equal(a.last_chosen(), b.last_chosen()));
}

}  // namespace

TEST_CASE("a sweep makes the steps and the counts of a run that is asked for each block") {
  for (const std::size_t n : {1u, 2u, 7u}) {
    for (const std::uint64_t part : {1u, 3u, 7u, 20u}) {
      const auto make = [&] {
        return bo::linear_model(random_columns(9, n, 4, 3), bo::squared_loss{normals(9, 4)}, bo::l1_penalty{0.1, 0.2});
      };
      auto p = make(), q = make();
      bo::descent a(p, bo::each_coordinate{n}, bo::ascending{}, bo::gradient_step{});
      bo::descent b(q, bo::each_coordinate{n}, one_by_one{}, bo::gradient_step{});
      for (int k = 0; k < 5; ++k) {
        a.advance(part);
        b.advance(part);
        check_same_counts(a, b);
        CHECK(point_of(p) == point_of(q));
      }
      CHECK(a.counts().flops == 4.0 * 4.0 * static_cast<double>(a.counts().updates));
    }
  }
}

TEST_CASE("steps before one that throws are counted") {
  for (const std::uint64_t last : {0u, 1u, 4u, 5u, 9u, 13u}) {
    auto p = quadratic(5, 0.1, 1), q = quadratic(5, 0.1, 1);
    bo::descent a(p, bo::each_coordinate{5}, bo::ascending{}, stops_at{last});
    bo::descent b(q, bo::each_coordinate{5}, one_by_one{}, stops_at{last});
    CHECK_THROWS_AS(a.advance(20), bo::invalid_call);
    CHECK_THROWS_AS(b.advance(20), bo::invalid_call);
    CHECK(a.counts().updates == last);
    check_same_counts(a, b);
  }
}

TEST_CASE("one coordinate falls by g^2 / (2 L) exactly on a quadratic and a block by at least that") {
  auto p = quadratic(12, 0.01, 5);
  bo::gradient_step update;
  update.start(p, bo::each_coordinate{12});
  for (std::size_t k = 0; k < 60; ++k) {
    const bo::single_coordinate block{k % 12};
    const double before = p.suboptimality(), g = p.derivative(block.index);
    const bo::block_step done = update.step(p, block, block.index);
    CHECK(done.squared_gradient == g * g);
    CHECK(before - p.suboptimality() == doctest::Approx(g * g / (2 * p.lipschitz(block.index))).epsilon(1e-9));
  }
  const auto blocks = bo::coordinate_blocks::contiguous(12, 5);
  auto q = quadratic(12, 0.01, 5);
  bo::gradient_step grouped;
  grouped.start(q, blocks);
  for (std::size_t k = 0; k < 30; ++k) {
    const double before = q.suboptimality();
    const bo::block_step done = grouped.step(q, blocks[k % 3], k % 3);
    CHECK(before - q.suboptimality() >= done.squared_gradient / (2 * q.block_lipschitz(blocks[k % 3])) * (1 - 1e-9));
  }
}

TEST_CASE("over-relaxation of two orthogonal blocks has the rate of Young") {
  // A = [[1, -B], [-B', 1]] with the largest singular value c of B: w* - 1 per epoch, w* = 2 / (1 + sqrt(1 - c^2))
  for (const auto& [c, rate] :
       std::vector<std::pair<double, double>>{{0.5, 0.071797}, {0.9, 0.392864}, {0.99, 0.752745}}) {
    constexpr Eigen::Index half = 3;
    Eigen::MatrixXd a = Eigen::MatrixXd::Identity(2 * half, 2 * half);
    for (Eigen::Index i = 0; i < half; ++i)
      a(i, half + i) = a(half + i, i) = -c * std::pow(0.5, static_cast<double>(i));
    const double w = 2 / (1 + std::sqrt(1 - c * c));
    // The error matrix of an epoch, column by column; its largest |eigenvalue| is the rate.
    Eigen::MatrixXd epoch(2 * half, 2 * half);
    for (Eigen::Index j = 0; j < 2 * half; ++j) {
      dense_quadratic p(bo::dense_columns(a), std::vector<double>(2 * half));
      std::vector<double> unit(2 * half);
      unit[static_cast<std::size_t>(j)] = 1;
      p.set(unit);
      bo::descent run(p, bo::coordinate_blocks::contiguous(2 * half, half), bo::ascending{}, bo::gradient_step{w});
      run.advance(2);
      for (Eigen::Index i = 0; i < 2 * half; ++i) epoch(i, j) = p.at(static_cast<std::size_t>(i));
    }
    CHECK(bo::detail::spectral_radius(epoch) == doctest::Approx(rate).epsilon(1e-3));
  }
  CHECK_FALSE(message_of<bo::invalid_option>([] {
                auto p = quadratic(2, 0.5, 1);
                bo::gradient_step{2.0}.start(p, bo::each_coordinate{2});
              }).empty());
}
