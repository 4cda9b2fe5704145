// SPDX-License-Identifier: MIT
// Part of blockopt: tests of label propagation on lattices and two moons.
#include <cmath>
#include <cstddef>
#include <string>
#include <vector>

#include <doctest/doctest.h>

#include <blockopt/problem/label_propagation.hpp>
#include <blockopt/problem/two_moons.hpp>

#include "coordinate_check.hpp"

namespace bo = blockopt;
namespace bt = blockopt_tests;

namespace {

/// The sum over edges of w (y_i - y_j)^2 / 2, from the definition.
double energy(const std::vector<double>& y, const std::vector<bo::weighted_edge>& edges) {
  double sum = 0;
  for (const auto& e : edges) sum += 0.5 * e.weight * (y[e.from] - y[e.to]) * (y[e.from] - y[e.to]);
  return sum;
}

}  // namespace

TEST_CASE("label propagation is the sum over edges less its constant") {
  const std::vector<bo::weighted_edge> edges{{0, 1, 2}, {1, 2, 3}, {3, 2, 0.5}, {0, 3, 1}, {4, 0, 1}, {1, 2, 0.25}};
  const std::vector<bo::node_label> labels{{4, -2}, {2, 1.5}, {3, 7}};  // an edge between two labels is among them
  auto [problem, nodes, constant] = bo::propagate_labels(5, edges, labels);
  REQUIRE(nodes == std::vector<std::size_t>{0, 1});
  CHECK(problem.lipschitz(0) == 4);
  CHECK(problem.lipschitz(1) == 5.25);
  for (const auto& x : {bt::numbers(2, 1), bt::numbers(2, 2), std::vector<double>(2)}) {
    problem.set(x);
    CHECK(problem.value() + constant == doctest::Approx(energy({x[0], x[1], 1.5, 7, -2}, edges)).epsilon(1e-14));
  }
  bt::check_derivatives(problem, 1e-10);
  const auto y = problem.minimizer();  // each is the mean of its neighbours
  CHECK(y[0] == doctest::Approx((2 * y[1] + 7 - 2) / 4).epsilon(1e-15));
  CHECK(y[1] == doctest::Approx((2 * y[0] + 3.25 * 1.5) / 5.25).epsilon(1e-15));
}

TEST_CASE("graphs that determine no labels are refused by name") {
  const auto refused = [](std::size_t nodes, std::vector<bo::weighted_edge> edges, std::vector<bo::node_label> labels,
                          const char* culprit) {
    bt::check_refusal([&] { (void)bo::propagate_labels(nodes, edges, labels); }, culprit);
  };
  refused(2, {{0, 2}}, {{0, 1}}, "from node 0 to 2");
  refused(2, {{1, 1}}, {{0, 1}}, "from node 1 to 1");
  refused(2, {{0, 1, 0}}, {{0, 1}}, "has weight 0");
  refused(2, {{0, 1, INFINITY}}, {{0, 1}}, "has weight inf");
  refused(2, {{0, 1}}, {{2, 1}}, "a label of node 2");
  refused(2, {{0, 1}}, {{0, 1}, {0, 2}}, "node 0 is labelled twice");
  refused(2, {{0, 1}}, {{0, NAN}}, "label of node 0 is nan");
  refused(1, {}, {{0, 1}}, "none of 1 nodes");
  refused(4, {{0, 1}, {2, 3}}, {{0, 1}}, "connects node 2");
  refused(3, {{0, 1}}, {}, "connects node 0");
}

TEST_CASE("the lattice of dataset D has its published size and optimum") {
  auto lattice = bo::lattice_label_propagation();
  auto& problem = lattice.problem;
  CHECK(problem.size() == 2400);
  CHECK(std::fabs(problem.optimum() / -1045999575.2270696 - 1) <= 9e-16);
  for (std::size_t i = 0; i < problem.size(); ++i) {
    REQUIRE(problem.neighbours(i).size() <= 5);  // itself among them
    REQUIRE(problem.lipschitz(i) <= 4e5);
  }
  // Exact steps on the chessboard's colours; C of the figure's gaps: 2.13e6, 1.03e5, 5.5e3 and 2.05e1.
  const auto blocks = bo::red_black(bo::lattice_of(lattice, 50, 50));
  CHECK_THROWS_AS((void)bo::lattice_of(lattice, 49, 50), bo::invalid_option);
  REQUIRE(blocks.size() == 2);
  CHECK(blocks[0].size() + blocks[1].size() == 2400);
  const double wanted[] = {0, 2.13e6, 1.03e5, 5.5e3, 0, 2.05e1};
  for (int k = 1; k <= 500; ++k) {
    for (const std::size_t i : blocks[static_cast<std::size_t>(k - 1) % 2]) problem.move(i, problem.exact(i));
    if (k % 100 == 0 && k != 400) {
      CAPTURE(k);
      CHECK(problem.suboptimality() == doctest::Approx(wanted[k / 100]).epsilon(0.01));
    }
  }
  bt::check_moves(problem, 10000, 10.0);
}

TEST_CASE("labels on two moons spread to the moon's other points") {
  const bo::label_propagation moons = bo::two_moons({.points = 600, .labels = 40, .noise = 0.05, .seed = 3});
  const auto& problem = moons.problem;
  CHECK(problem.size() == 560);
  std::size_t right = 0;
  for (std::size_t i = 0; i < problem.size(); ++i) {
    const double y = problem.minimizer()[i];
    CHECK(std::fabs(y) <= 1 + 1e-12);  // means of labels
    right += (y > 0) == (moons.nodes[i] % 2 == 0);
    CHECK(problem.lipschitz(i) >= 5);  // its five nearest at least
  }
  CHECK(right >= 540);
  const auto again = bo::two_moons({.points = 600, .labels = 40, .noise = 0.05, .seed = 3});
  CHECK(again.problem.optimum() == problem.optimum());
  CHECK(again.problem.optimum() !=
        bo::two_moons({.points = 600, .labels = 40, .noise = 0.05, .seed = 4}).problem.optimum());
  bt::check_refusal([] { (void)bo::two_moons({.points = 10, .labels = 10}); }, "labels = 10 of 10");
  bt::check_refusal([] { (void)bo::two_moons({.points = 5, .neighbours = 5, .labels = 1}); }, "5 nearest neighbours");
  bt::check_refusal([] { (void)bo::two_moons({.noise = -1}); }, "noise = -1");
}
