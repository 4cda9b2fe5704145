// SPDX-License-Identifier: MIT
// Part of blockopt: the conformance kit on the problems of the registry, and on those that it has not.
#include <cstddef>
#include <memory>
#include <vector>

#include <doctest/doctest.h>

#include <blockopt/conformance/check_block_gradient.hpp>
#include <blockopt/problem/mlp.hpp>
#include <blockopt/problem/rosenbrock.hpp>

#include "registry/registry.hpp"

namespace bo = blockopt;

namespace {

/// A problem of the registry, as the concept wants it.
template <class T>
struct of_registry {
  using value_type = T;
  std::unique_ptr<blockopt_tests::any_problem<T>> problem;
  [[nodiscard]] std::vector<bo::parameter<T>> parameters() { return problem->parameters(); }
  [[nodiscard]] double value() const { return problem->value(); }
  double gradient(const bo::active_block<T>& active) {
    problem->gradient(active);
    return problem->value();
  }
};

template <class T>
void check_registry() {
  for (const auto& [name, make] : blockopt_tests::all_problems<T>()) {
    of_registry<T> problem{make()};
    const auto report =
        bo::check_block_gradient(problem, {.name = name, .blocks = {{0}, {1, 3}, {2}, {}, {0, 1, 2, 3}}});
    INFO(report);
    CHECK(report);
  }
}

}  // namespace

TEST_CASE("every problem of the registry gives conforming gradients") {
  check_registry<double>();
  check_registry<float>();
  check_registry<bo::bfloat16>();
  check_registry<bo::half>();
}

TEST_CASE("rosenbrock and mlp give conforming gradients") {
  bo::rosenbrock<double> valley{{.variables = 8}};
  const auto of_valley = bo::check_block_gradient(valley, {.tolerance = 1e-6});
  INFO(of_valley);
  CHECK(of_valley);
  bo::mlp<double> network{{.sizes = {4, 7, 3}, .samples = 12}};
  const auto of_network = bo::check_block_gradient(network);
  INFO(of_network);
  CHECK(of_network);
}
