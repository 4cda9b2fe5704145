// SPDX-License-Identifier: MIT
// Part of blockopt: tests of problems of the block optimizer in coordinates.
#include <cmath>
#include <cstddef>
#include <string>
#include <utility>
#include <vector>

#include <doctest/doctest.h>

#include <blockopt/problem/coordinates_of.hpp>
#include <blockopt/problem/mlp.hpp>
#include <blockopt/problem/quadratic.hpp>
#include <blockopt/update/block/gradient_step.hpp>

#include "coordinate_check.hpp"

namespace bo = blockopt;
namespace bt = blockopt_tests;

using network = bo::coordinates_of<bo::mlp<double>>;
static_assert(bo::coordinate_problem<network> && !bo::separable_composite<network>);

TEST_CASE("a network in coordinates has its parameters as blocks and right derivatives") {
  network problem(bo::mlp<double>({.sizes = {2, 4, 3, 1}, .samples = 9}));
  REQUIRE(problem.size() == 2 * 4 + 4 + 4 * 3 + 3 + 3 + 1);
  bt::check_derivatives(problem, 1e-9);
  bt::check_moves(problem, 500, 0.1);
  bt::check_archive(problem, network(bo::mlp<double>({.sizes = {2, 4, 3, 1}, .samples = 9})), 0.01);
  const auto blocks = problem.parameter_blocks();
  REQUIRE(blocks.size() == 6);
  CHECK(blocks[0].size() == 8);
  CHECK(blocks[5][0] == problem.size() - 1);
  // Small gradient steps, parameter after parameter, descend.
  double before = problem.value();
  for (int epoch = 0; epoch < 50; ++epoch) {
    for (std::size_t b = 0; b < blocks.size(); ++b) {
      std::vector<double> g;
      for (const std::size_t i : blocks[b]) g.push_back(problem.derivative(i));
      for (std::size_t k = 0; k < g.size(); ++k) problem.move(blocks[b][k], -0.02 * g[k]);
    }
    CHECK(problem.value() < before);
    before = problem.value();
  }
}

TEST_CASE("copies of a problem in coordinates are independent and moved ones go on") {
  network problem(bo::mlp<double>({.sizes = {2, 3, 1}, .samples = 4}));
  network copy = problem;
  copy.move(0, 1);
  CHECK(copy.value() != problem.value());
  CHECK(copy.at(0) == problem.at(0) + 1);
  const double value = copy.value(), slope = copy.derivative(3);
  network moved = std::move(copy);
  CHECK(moved.value() == value);
  CHECK(moved.derivative(3) == slope);
  moved.move(0, -1);
  CHECK(moved.derivative(3) != slope);
  problem = moved;
  CHECK(problem.value() == moved.value());
}

TEST_CASE("a problem in coordinates takes constants that its user knows") {
  const bo::quadratic<double> quadratic{{.spectrum = bo::log_spaced(0.1, 1, 6), .blocks = 2}};
  std::vector<double> constants;
  for (std::size_t i = 0; i < 6; ++i) constants.push_back(quadratic.matrix()[i * 7]);
  bo::coordinates_of<bo::quadratic<double>> problem(quadratic, constants);
  CHECK(problem.optimum() == quadratic.optimum());
  bt::check_derivatives(problem, 1e-9);
  const double steps[] = {0.5};
  bt::check_lipschitz(problem, steps);
  bo::gradient_step update;
  update.start(problem, bo::each_coordinate{6});
  for (std::size_t k = 0; k < 6000; ++k) (void)update.step(problem, bo::single_coordinate{k % 6}, k % 6);
  CHECK(problem.value() == doctest::Approx(quadratic.optimum()).epsilon(1e-12));

  bt::check_refusal([&] { bo::coordinates_of<bo::quadratic<double>>(quadratic, {1, 2}); }, "2 constants for 6");
  bt::check_refusal([&] { problem.set(std::vector<double>(5)); }, "a point of 5 numbers; there are 6");
  bo::coordinates_of<bo::quadratic<double>> unknown(quadratic);
  CHECK(std::isnan(unknown.lipschitz(2)));
  bt::check_refusal([&] { update.start(unknown, bo::each_coordinate{6}); }, "needs a known");
}
