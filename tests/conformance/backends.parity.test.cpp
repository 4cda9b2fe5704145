// SPDX-License-Identifier: MIT
// Part of blockopt: the conformance kit on the library's two backends, bit by bit.
#include <doctest/doctest.h>

#include <blockopt/backend/eigen/eigen_backend.hpp>
#include <blockopt/backend/plain/plain_backend.hpp>
#include <blockopt/conformance/check_parity.hpp>
#include <blockopt/update/adamw.hpp>
#include <blockopt/update/momentum.hpp>

namespace bo = blockopt;

namespace {

template <class T>
void expect_parity() {
  const bo::adamw adam{.learning_rate = 0.04, .weight_decay = 1e-3};
  const bo::momentum heavy{.learning_rate = 0.1, .nesterov = true};
  for (const auto& report :
       {bo::check_parity<T>(adam, bo::plain_backend{}, bo::eigen_backend{}, {.name = "adamw"}),
        bo::check_parity<T>(heavy, bo::eigen_backend{}, bo::plain_backend{}, {.name = "nesterov"})}) {
    INFO(report);
    CHECK(report);
  }
}

}  // namespace

TEST_CASE("plain and eigen agree in full precision") {
  expect_parity<float>();
  expect_parity<double>();
}

TEST_CASE("plain and eigen agree in 16 bits") {
  expect_parity<bo::bfloat16>();
  expect_parity<bo::half>();
}
