// SPDX-License-Identifier: MIT
// Part of blockopt: tests of anderson.
#include <cmath>
#include <cstddef>
#include <cstdint>
#include <memory>
#include <vector>

#include <doctest/doctest.h>

#include <blockopt/block/coordinate_blocks.hpp>
#include <blockopt/run/descent.hpp>
#include <blockopt/select/ascending.hpp>
#include <blockopt/update/block/anderson.hpp>
#include <blockopt/update/block/gradient_step.hpp>

#include "block_support.hpp"
#include "support/message_of.hpp"

namespace bo = blockopt;
using namespace blockopt_tests;

namespace {

/// Columns of a common direction and noise: a condition number of some thousand.
auto least_squares() {
  Eigen::MatrixXd a = normal_matrix(60, 30, 3);
  for (Eigen::Index j = 0; j < 30; ++j) a.col(j) *= std::pow(0.9, static_cast<double>(j));
  a += 0.7 * normal_matrix(60, 1, 4) * Eigen::RowVectorXd::Ones(30);
  return bo::linear_model(bo::dense_columns(a), bo::squared_loss{normals(60, 5)});
}

/// Epochs until f - f* is below 1e-10 (f_0 - f*).
template <class Problem, class Update>
std::size_t epochs(Problem p, const Update& update, double optimum) {
  const double start = p.value();
  bo::descent run(p, bo::each_coordinate{p.size()}, bo::ascending{}, update);
  double before = start;
  for (std::size_t epoch = 1; epoch <= 100000; ++epoch) {
    run.advance(p.size());
    CHECK(p.value() <= before * (1 + 1e-13));
    before = p.value();
    if (p.value() - optimum <= 1e-10 * (start - optimum)) return epoch;
  }
  return 100000;
}

}  // namespace

TEST_CASE("extrapolation takes fewer epochs on badly conditioned least squares and never raises the objective") {
  const auto p = least_squares();
  auto best = p;
  std::vector<std::size_t> all(30);
  for (std::size_t i = 0; i < 30; ++i) all[i] = i;
  std::vector<double> d(30);
  best.exact_block(all, d);
  best.set(d);
  const double optimum = best.value();
  const std::size_t plain = epochs(p, bo::gradient_step{}, optimum);
  const std::size_t faster = epochs(p, bo::anderson<bo::gradient_step>{}, optimum);
  CHECK(plain > 200);
  CHECK(3 * faster < plain);
}

TEST_CASE("extrapolation helps sparse regression too and stays in a box") {
  Eigen::MatrixXd a = normal_matrix(60, 30, 3);
  a += 2 * normal_matrix(60, 1, 4) * Eigen::RowVectorXd::Ones(30);
  const bo::linear_model p(bo::dense_columns(a), bo::squared_loss{normals(60, 5)},
                           bo::box_penalty{.l1 = 0.5, .l2 = 0, .linear = 0, .lower = 0}.checked());
  auto best = p;
  bo::descent long_run(best, bo::each_coordinate{30}, bo::ascending{}, bo::gradient_step{});
  long_run.advance(300000);
  const std::size_t plain = epochs(p, bo::gradient_step{}, best.value());
  CHECK(epochs(p, bo::anderson<bo::gradient_step>{}, best.value()) <= plain);
  auto q = p;
  bo::descent run(q, bo::each_coordinate{30}, bo::ascending{}, bo::anderson<bo::gradient_step>{});
  for (int k = 0; k < 100; ++k) {
    run.advance(30);
    for (std::size_t i = 0; i < 30; ++i) CHECK(q.at(i) >= 0);
  }
  CHECK(run.update().tries > run.update().taken);  // some left the box
}

TEST_CASE("tries come at the ends of every so many epochs and are counted") {
  for (const std::uint32_t memory : {2u, 5u}) {
    auto p = least_squares();
    bo::descent run(p, bo::each_coordinate{30}, bo::ascending{}, bo::anderson<bo::gradient_step>{.memory = memory});
    run.advance(30 * memory - 1);
    CHECK(run.update().tries == 0);
    CHECK(run.counts().values == 0);
    run.advance(1);
    CHECK(run.update().tries == 1);
    CHECK(run.counts().values == 2);
    run.advance(30 * memory * 9);
    CHECK(run.update().tries == 10);
    CHECK(run.update().taken >= 3);
    CHECK(run.state_bytes() <= (memory + 1) * 30 * sizeof(double));
  }
}

TEST_CASE("at the minimum nothing happens") {
  bo::linear_model p(bo::dense_columns(normal_matrix(9, 3, 1)), bo::squared_loss{std::vector<double>(9)});
  bo::descent run(p, bo::each_coordinate{3}, bo::ascending{}, bo::anderson<bo::gradient_step>{});
  run.advance(300);
  CHECK(point_of(p) == std::vector<double>(3, 0.0));
  CHECK(run.update().tries == 0);
}

TEST_CASE("runs with extrapolation resume between tries") {
  CHECK(resumes([] { return least_squares(); },
                [&](auto& p) {
                  using run = bo::descent<std::remove_reference_t<decltype(p)>, bo::each_coordinate, bo::ascending,
                                          bo::anderson<bo::gradient_step>>;
                  return std::make_unique<run>(p, bo::each_coordinate{30}, bo::ascending{},
                                               bo::anderson<bo::gradient_step>{});
                },
                77, 200));
  auto p = least_squares();
  CHECK(message_of<bo::invalid_option>([&] {
          bo::anderson<bo::gradient_step>{.memory = 1}.start(p, bo::each_coordinate{30});
        }).find("memory = 1") != std::string::npos);
  CHECK_FALSE(message_of<bo::invalid_option>([&] {
                bo::anderson<bo::gradient_step>{.regularization = -1}.start(p, bo::each_coordinate{30});
              }).empty());
}
