// SPDX-License-Identifier: MIT
// Part of blockopt: tests of Powell's function on which exact cyclic coordinate descent circles.
#include <cmath>
#include <cstddef>
#include <string>
#include <vector>

#include <doctest/doctest.h>

#include <blockopt/problem/powell_cycle.hpp>
#include <blockopt/update/block/gradient_step.hpp>

#include "coordinate_check.hpp"

namespace bo = blockopt;
namespace bt = blockopt_tests;

static_assert(bo::exact_coordinates<bo::powell_cycle> && !bo::separable_composite<bo::powell_cycle>);
static_assert(bo::exact_coordinates<bo::boxed_powell_cycle> && bo::separable_composite<bo::boxed_powell_cycle>);

namespace {

double gradient_norm(const bo::powell_cycle& p) {
  double sum = 0;
  for (const double g : bt::gradient_of(p)) sum += g * g;
  return std::sqrt(sum);
}

}  // namespace

TEST_CASE("the function of Powell follows its moves and has right derivatives and constants") {
  const std::vector<std::vector<double>> points{{0.3, -1.7, 1.4}, {-0.2, 0.4, 0.1}, {1.9, 1.5, -1.2}};
  for (const auto& x : points) {
    bo::powell_cycle problem;
    problem.set(x);
    bt::check_derivatives(problem, 1e-10);
    bt::check_moves(problem, 10000, 3.0);
    const double steps[] = {0.7, -3.0};
    bt::check_lipschitz(problem, steps);
    bt::check_block(problem, {2, 0}, 1e-6, 1e-5);
    bt::check_block(problem, {0, 1, 2}, 1e-6, 1e-5);
    bt::check_archive(problem, bo::powell_cycle(), 0.1);
    bo::boxed_powell_cycle boxed;
    boxed.set(x);
    bt::check_derivatives(boxed, 1e-10);
    bt::check_archive(boxed, bo::boxed_powell_cycle(), 0.01);
    for (std::size_t i = 0; i < 3; ++i) {
      const double best = problem.exact(i), reached = bt::smooth_at(problem, i, best);
      const double in_box = bt::smooth_at(boxed, i, boxed.exact(i));
      for (double to = -8; to <= 8; to += 0.01) {
        CHECK(bt::smooth_at(problem, i, to - problem.at(i)) >= reached - 1e-12);
        if (std::fabs(to) <= 2) CHECK(bt::smooth_at(boxed, i, to - boxed.at(i)) >= in_box - 1e-12);
      }
    }
  }
  bo::powell_cycle flat;
  flat.set(std::vector<double>{0.5, 1, -1});
  CHECK(flat.exact(0) == 0);  // all of [-1, 1] is minimal
  flat.set(std::vector<double>{3, 1, -1});
  CHECK(flat.exact(0) == -2);
}

TEST_CASE("exact cyclic steps on the function of Powell circle by the closed form") {
  for (const double e : {0.1, 0.01, 0.001}) {
    bo::powell_cycle problem(e);
    for (int k = 1; k <= 40; ++k) {
      const auto i = static_cast<std::size_t>(k - 1) % 3;
      problem.move(i, problem.exact(i));
      const double wanted = (k % 2 == 1 ? 1 : -1) * (1 + e / std::exp2(k + 2));
      CAPTURE(k);
      CHECK(std::fabs(problem.at(i) - wanted) <= 1e-12);
      CHECK(problem.value() >= 1 - 1e-12);
      CHECK(gradient_norm(problem) >= 2 - 1e-10);
    }
  }
}

TEST_CASE("the unboxed function of Powell falls without end along the diagonal") {
  bo::powell_cycle problem;
  for (const double t : {1.0, 10.0, 1e6}) {
    problem.set(std::vector<double>{t, t, t});
    CHECK(problem.value() == doctest::Approx(3 - 6 * t).epsilon(1e-9));
  }
  problem.set(std::vector<double>{1, 1, 1});  // often quoted as a minimizer
  for (const double g : bt::gradient_of(problem)) CHECK(g == -2);
}

TEST_CASE("in the box cyclic exact steps circle and other orders and gradient steps end at the optimum") {
  bo::boxed_powell_cycle cyclic(0.1);
  for (int k = 0; k < 30; ++k) {
    const auto i = static_cast<std::size_t>(k) % 3;
    cyclic.move(i, cyclic.exact(i));
    CHECK(cyclic.value() > 1);
    CHECK(cyclic.value() <= 1.06);
  }
  double updates = 0;
  for (std::uint64_t seed = 0; seed < 1000; ++seed) {
    bo::boxed_powell_cycle problem(0.1);
    bo::random_stream rng{bo::random_stream::derive(seed, 1)};
    int k = 0;
    for (; k < 200 && problem.value() != problem.optimum(); ++k) {
      const auto i = static_cast<std::size_t>(rng.below(3));
      problem.move(i, problem.exact(i));
    }
    REQUIRE(problem.value() == -9);
    updates += k;
  }
  CHECK(updates / 1000 == doctest::Approx(7.4).epsilon(0.1));

  bo::boxed_powell_cycle greedy(0.1);
  for (int k = 0; k < 3; ++k) {
    std::size_t best = 0;
    const auto score = [&](std::size_t i) { return std::fabs(greedy.subgradient(i, greedy.derivative(i))); };
    for (std::size_t i = 1; i < 3; ++i) best = score(i) > score(best) ? i : best;
    greedy.move(best, greedy.exact(best));
  }
  CHECK(greedy.value() == -9);

  bo::boxed_powell_cycle steps(0.1);
  bo::gradient_step update;
  update.start(steps, bo::each_coordinate{3});
  for (std::size_t k = 0; k < 8; ++k) (void)update.step(steps, bo::single_coordinate{k % 3}, k % 3);
  CHECK(steps.value() == -9);
  for (std::size_t i = 0; i < 3; ++i) CHECK(steps.subgradient(i, steps.derivative(i)) == 0);
  steps.set(std::vector<double>{0, 0, 2.1});
  CHECK(std::isinf(steps.value()));
}

TEST_CASE("bad starts of the function of Powell are refused by name") {
  bt::check_refusal([] { bo::powell_cycle(-0.1); }, "epsilon = -0.1");
  bt::check_refusal([] { bo::powell_cycle(NAN); }, "epsilon = nan");
  bt::check_refusal([] { bo::boxed_powell_cycle(1.5); }, "epsilon = 1.5; at most 1");
  bt::check_refusal([] { bo::powell_cycle().set(std::vector<double>(2)); }, "a point of 2 numbers");
}
