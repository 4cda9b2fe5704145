// SPDX-License-Identifier: MIT
// Part of blockopt: tests of the extended Rosenbrock function.
#include <vector>

#include <doctest/doctest.h>

#include <blockopt/problem/rosenbrock.hpp>

#include "oracle_check.hpp"

namespace bo = blockopt;
namespace bt = blockopt_tests;

static_assert(bo::block_differentiable<bo::rosenbrock<double>> && bo::with_optimum<bo::rosenbrock<double>>);

TEST_CASE("the gradient of rosenbrock agrees with central differences block by block") {
  for (const std::size_t blocks : {1U, 2U, 3U, 5U, 8U}) {  // 3 and 5 cut pairs in two
    CAPTURE(blocks);
    bo::rosenbrock<double> problem{{.variables = 8, .blocks = blocks}};
    bt::check_gradient_values(problem, 1e-9);
  }
}

TEST_CASE_TEMPLATE("the block gradient of rosenbrock is the part of the full one", T, float, double, bo::bfloat16,
                   bo::half) {
  bo::rosenbrock<T> problem{{.variables = 10, .start = {0.5, 1, 2, -1, 0, 0.25, 1, 1, -2, 4}, .blocks = 4}};
  bt::check_blocks_of_gradient(problem);
}

TEST_CASE("rosenbrock has the values that are published for it") {
  bo::rosenbrock<double> problem;
  CHECK(problem.value() == doctest::Approx(24.2).epsilon(1e-15));  // f(-1.2, 1)
  const bt::oracle_probe<bo::rosenbrock<double>> start(problem, {0}, 0.0);
  CHECK(start.gradient(0)[0] == doctest::Approx(-215.6).epsilon(1e-14));
  CHECK(start.gradient(0)[1] == doctest::Approx(-88.0).epsilon(1e-14));
  bo::rosenbrock<double> six{{.variables = 6, .block_size = 4}};
  CHECK(six.value() == doctest::Approx(72.6).epsilon(1e-15));
  CHECK(six.parameters().size() == 2);
  CHECK(six.parameters()[1].values.size() == 2);
}

TEST_CASE_TEMPLATE("the optimum of rosenbrock is zero with zero gradient", T, float, double, bo::bfloat16, bo::half) {
  bo::rosenbrock<T> problem{{.variables = 6, .blocks = 3}};
  bt::set_values(problem, problem.minimizer());
  CHECK(problem.value() == 0.0);
  CHECK(problem.optimum() == 0.0);
  CHECK(bt::largest_gradient(problem) == 0.0);
}

TEST_CASE("a bad rosenbrock is refused by name") {
  const auto refused = [](bo::rosenbrock_config config, const char* culprit) {
    bt::check_refused([&] { bo::rosenbrock<double>{config}; }, culprit);
  };
  refused({.variables = 0}, "variables = 0");
  refused({.variables = 1}, "variables = 1");
  refused({.variables = 7}, "variables = 7");
  refused({.variables = 4, .start = {1.0, 2.0}}, "start has 2 elements, not 4");
  refused({.variables = 4, .blocks = 5}, "blocks = 5");
}
