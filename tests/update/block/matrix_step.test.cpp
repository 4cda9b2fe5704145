// SPDX-License-Identifier: MIT
// Part of blockopt: tests of matrix_step.
#include <cmath>
#include <cstddef>
#include <memory>
#include <numeric>
#include <span>
#include <vector>

#include <Eigen/Cholesky>
#include <Eigen/QR>
#include <doctest/doctest.h>

#include <blockopt/block/coordinate_blocks.hpp>
#include <blockopt/run/descent.hpp>
#include <blockopt/select/ascending.hpp>
#include <blockopt/update/block/gradient_step.hpp>
#include <blockopt/update/block/matrix_step.hpp>

#include "block_support.hpp"
#include "support/message_of.hpp"

namespace bo = blockopt;
using namespace blockopt_tests;

TEST_CASE("the matrix step falls by half of g'H^-1 g which is at least what a gradient step promises") {
  for (const std::size_t size : {1u, 2u, 5u, 13u}) {
    auto p = quadratic(13, 1e-3, 4);
    const auto blocks = bo::coordinate_blocks::contiguous(13, size);
    bo::matrix_step update;
    update.start(p, blocks);
    CHECK(update.state_bytes() >= size * size * sizeof(double));
    for (std::size_t k = 0; k < 3 * blocks.size(); ++k) {
      const std::size_t b = k % blocks.size(), n = blocks[b].size();
      std::vector<double> h(n * n);
      p.curvature(blocks[b], h);
      Eigen::VectorXd g(static_cast<Eigen::Index>(n));
      for (std::size_t i = 0; i < n; ++i) g[static_cast<Eigen::Index>(i)] = p.derivative(blocks[b][i]);
      const Eigen::Map<const Eigen::MatrixXd> matrix(h.data(), g.size(), g.size());
      const double promised = 0.5 * g.dot(matrix.ldlt().solve(g)), before = p.suboptimality();
      const bo::block_step done = update.step(p, blocks[b], b);
      CHECK(done.squared_gradient == doctest::Approx(g.squaredNorm()));
      CHECK(std::fabs(before - p.suboptimality() - promised) <= 1e-8 * promised + 1e-11 * before + 1e-20);
      CHECK(promised >= g.squaredNorm() / (2 * p.block_lipschitz(blocks[b])) * (1 - 1e-9));
    }
    if (size == 13) CHECK(p.suboptimality() < 1e-25);
  }
}

TEST_CASE("blocks that are not the run's cost their factor at each step and step alike") {
  auto p = quadratic(9, 0.01, 4), q = quadratic(9, 0.01, 4);
  const auto blocks = bo::coordinate_blocks::contiguous(9, 3);
  bo::matrix_step kept, fresh;
  kept.start(p, blocks);
  for (std::size_t b = 0; b < 3; ++b) {
    const auto a = kept.step(p, blocks[b], b), c = fresh.step(q, blocks[b], 3);
    CHECK(c.flops > a.flops);
    CHECK(point_of(p) == point_of(q));
  }
}

TEST_CASE("singular blocks take the step of least norm") {
  // Two equal columns and one without entries.
  Eigen::MatrixXd a(4, 3);
  a << 1, 1, 0, 2, 2, 0, 0, 0, 0, -1, -1, 0;
  bo::linear_model p(bo::dense_columns(a), bo::squared_loss{{1, 2, 3, 4}});
  const auto blocks = bo::coordinate_blocks::contiguous(3, 3);
  bo::matrix_step update;
  update.start(p, blocks);
  update.step(p, blocks[0], 0);
  CHECK(p.at(0) == doctest::Approx(1.0 / 12));  // A'y / ||a||^2 = 1/6, shared
  CHECK(p.at(1) == doctest::Approx(1.0 / 12));
  CHECK(p.at(2) == 0);
  CHECK(std::fabs(p.derivative(0)) < 1e-14);
}

TEST_CASE("with a psi the matrix step minimizes the quadratic model and the objective never rises") {
  const auto blocks = bo::coordinate_blocks::contiguous(20, 4);
  const auto make = [] {
    return bo::linear_model(random_columns(40, 20, 12, 3), bo::logistic_loss{labels(40, 5)}, bo::l1_penalty{0.5, 0.01});
  };
  auto p = make(), q = make();
  bo::descent run(p, blocks, bo::ascending{}, bo::matrix_step{.inner = 200});
  bo::descent plain(q, blocks, bo::ascending{}, bo::gradient_step{});
  double before = p.value();
  for (int k = 0; k < 100; ++k) {
    run.advance(1);
    CHECK(p.value() <= before + 1e-14);
    before = p.value();
  }
  plain.advance(100);
  CHECK(p.value() <= q.value());
  run.advance(4000);
  for (std::size_t i = 0; i < 20; ++i) CHECK(std::fabs(p.subgradient(i, p.derivative(i))) < 1e-10);
  CHECK(run.counts().flops > 0);
  // One pass is a lower bound on the model's minimum that descends all the same.
  auto r = make();
  bo::descent one(r, blocks, bo::ascending{}, bo::matrix_step{.inner = 1});
  before = r.value();
  for (int k = 0; k < 50; ++k) {
    one.advance(1);
    CHECK(r.value() <= before + 1e-14);
    before = r.value();
  }
  CHECK_FALSE(message_of<bo::invalid_option>([&] { bo::matrix_step{.inner = 0}.start(p, blocks); }).empty());
}

TEST_CASE("a run with matrix steps resumes") {
  const auto blocks = bo::coordinate_blocks::contiguous(9, 3);
  CHECK(resumes(
      [] { return quadratic(9, 1e-4, 4); },
      [&](auto& p) {
        return std::make_unique<
            bo::descent<std::remove_reference_t<decltype(p)>, bo::coordinate_blocks, bo::ascending, bo::matrix_step>>(
            p, blocks, bo::ascending{}, bo::matrix_step{});
      },
      7, 9));
}
