// SPDX-License-Identifier: MIT
// Part of blockopt: tests of adaptive_step and armijo_step.
#include <algorithm>
#include <cmath>
#include <cstddef>
#include <cstdint>
#include <limits>
#include <memory>
#include <vector>

#include <doctest/doctest.h>

#include <blockopt/block/coordinate_blocks.hpp>
#include <blockopt/run/descent.hpp>
#include <blockopt/select/ascending.hpp>
#include <blockopt/select/uniform_random.hpp>
#include <blockopt/update/block/adaptive_step.hpp>
#include <blockopt/update/block/armijo_step.hpp>

#include "block_support.hpp"
#include "support/message_of.hpp"

namespace bo = blockopt;
using namespace blockopt_tests;

namespace {

/// A quadratic that does not say what its constants are.
struct unknown_constants : dense_quadratic {
  explicit unknown_constants(dense_quadratic q) : dense_quadratic(std::move(q)) {}
  [[nodiscard]] static double lipschitz(std::size_t) { return std::numeric_limits<double>::quiet_NaN(); }
  [[nodiscard]] static double block_lipschitz(std::span<const std::size_t>) {
    return std::numeric_limits<double>::quiet_NaN();
  }
};

}  // namespace

TEST_CASE("the estimate never runs away wherever it starts on a quadratic") {
  for (const std::size_t size : {1u, 3u}) {
    for (const double first : {1.0, 0.5, 0.25, 1.0 / 1024, 0.3, 0.77, 1e-4, 2.0, 1000.0}) {
      for (const bool known : {true, false}) {
        const auto blocks = bo::coordinate_blocks::contiguous(12, size);
        const auto check = [&](auto p) {
          auto start = first;
          if (!known) start = first * dense_quadratic(p).lipschitz(0);
          bo::descent run(p, blocks, bo::ascending{}, bo::adaptive_step{.first = start});
          for (int k = 0; k < 4000; ++k) {
            const double before = p.suboptimality();
            run.advance(1);
            CHECK(p.suboptimality() <= before * (1 + 1e-8) + 1e-22);
            // Halved at the end of the visit: it was below 2 L.
            const std::size_t b = run.last_chosen()[0];
            const double l = dense_quadratic(p).block_lipschitz(blocks[b]);
            if (known) CHECK(run.update().estimates[b] <= std::max(1.0, first) * l);
          }
          // Unknown constants leave the tolerance alone against rounding, which holds until the gradient is rounding.
          CHECK(p.suboptimality() < (size == 1 && first <= 1 ? 1e-20 : 1e-3));
        };
        if (known) check(quadratic(12, 0.1, 7));
        else check(unknown_constants(quadratic(12, 0.1, 7)));
      }
    }
  }
}

TEST_CASE("an estimate at the constant itself is not doubled by rounding") {
  // After an exact step the derivative is rounding: of either sign, at whatever scale.
  for (std::uint64_t seed = 1; seed <= 20; ++seed) {
    auto p = unknown_constants(quadratic(15, 1e-3, seed));
    const dense_quadratic& known = p;
    bo::adaptive_step update{.first = 1};
    update.start(p, bo::each_coordinate{15});
    for (std::size_t i = 0; i < 15; ++i) {
      for (const double part : {1.0, 0.5, 0.125}) {
        update.estimates[i] = part * known.lipschitz(i);
        update.step(p, bo::single_coordinate{i}, i);
        CHECK(update.estimates[i] <= known.lipschitz(i));
      }
    }
  }
}

TEST_CASE("the mean over runs stays below the bound of Nesterov's Theorem 7") {
  constexpr std::size_t n = 20;
  const auto start = quadratic(n, 1e-3, 11);
  double r1 = 0;
  for (std::size_t i = 0; i < n; ++i) r1 += start.lipschitz(i) * start.minimizer()[i] * start.minimizer()[i];
  // R_1 is the size of the level set, not less than the distance at the start: the bound with that is the harder one.
  for (const std::uint64_t k : {20u, 200u, 2000u}) {
    double mean = 0;
    for (std::uint64_t seed = 1; seed <= 30; ++seed) {
      auto p = start;
      bo::descent run(p, bo::each_coordinate{n}, bo::uniform_random{seed}, bo::adaptive_step{.first = 0.1});
      run.advance(k);
      mean += p.suboptimality() / 30;
      if (k == 2000) CHECK(run.counts().derivatives < 3.2 * 2000);  // about two for each step, and the first
    }
    CHECK(mean <= 8.0 * n * r1 / (16 + 3 * static_cast<double>(k)));
    CHECK(mean > 0);
  }
}

TEST_CASE("adaptive and Armijo steps solve logistic regression without its constants") {
  const auto make = [] {
    return bo::linear_model(random_columns(40, 10, 20, 3), bo::logistic_loss{labels(40, 5)}, bo::ridge_penalty{0.05});
  };
  for (const std::size_t size : {1u, 4u}) {
    const auto blocks = bo::coordinate_blocks::contiguous(10, size);
    auto p = make(), q = make();
    bo::descent adaptive(p, blocks, bo::ascending{}, bo::adaptive_step{.first = 0.01});
    bo::descent armijo(q, blocks, bo::ascending{}, bo::armijo_step{.first = 0.01});
    adaptive.advance(20000);
    armijo.advance(20000);
    for (std::size_t i = 0; i < 10; ++i) {
      CHECK(std::fabs(p.derivative(i)) < 1e-10);
      CHECK(std::fabs(q.derivative(i)) < (size == 1 ? 1e-10 : 1e-6));  // values end where f rounds
    }
    CHECK((armijo.counts().values == 0) == (size == 1));
  }
}

TEST_CASE("Armijo steps keep their promise and their estimates") {
  for (const std::size_t size : {1u, 4u}) {
    for (const double first : {1e-6, 1.0, 1e6}) {
      const auto blocks = bo::coordinate_blocks::contiguous(12, size);
      bo::linear_model p(random_columns(30, 12, 9, 3), bo::squared_loss{normals(30, 5)}, bo::l1_penalty{0.3, 0.01});
      bo::descent run(p, blocks, bo::ascending{}, bo::armijo_step{.first = first, .decrease = 0.9});
      for (int k = 0; k < 600; ++k) {
        const double before = p.value();
        run.advance(1);
        CHECK(p.value() <= before * (1 + 1e-14));
        const std::size_t b = run.last_chosen()[0];
        if (first <= 1) CHECK(run.update().estimates[b] <= 2 * std::max(p.block_lipschitz(blocks[b]), first));
      }
      run.advance(3000);
      for (std::size_t i = 0; i < 12; ++i) CHECK(std::fabs(p.subgradient(i, p.derivative(i))) < 1e-6);
    }
  }
}

TEST_CASE("adaptive runs resume with their estimates") {
  const auto with = [](auto update) {
    return resumes([] { return quadratic(9, 1e-3, 4); },
                   [&](auto& p) {
                     using run = bo::descent<std::remove_reference_t<decltype(p)>, bo::each_coordinate,
                                             bo::uniform_random, decltype(update)>;
                     return std::make_unique<run>(p, bo::each_coordinate{9}, bo::uniform_random{3}, update);
                   },
                   17, 23);
  };
  CHECK(with(bo::adaptive_step{.first = 0.01}));
  CHECK(with(bo::armijo_step{.first = 0.01}));
}

TEST_CASE("settings out of range and foreign blocks are named") {
  auto p = quadratic(4, 0.1, 1);
  const auto message = [&](auto update) {
    return message_of<bo::invalid_option>([&] { update.start(p, bo::each_coordinate{4}); });
  };
  CHECK(message(bo::adaptive_step{.first = 0}).find("first = 0") != std::string::npos);
  CHECK(message(bo::adaptive_step{.tolerance = -1}).find("tolerance = -1") != std::string::npos);
  CHECK(message(bo::armijo_step{.first = -1}).find("first = -1") != std::string::npos);
  CHECK(message(bo::armijo_step{.decrease = 1.5}).find("decrease = 1.5") != std::string::npos);
  CHECK(message(bo::armijo_step{.trials = 0}).find("trials = 0") != std::string::npos);
  bo::adaptive_step a;
  bo::armijo_step b;
  a.start(p, bo::each_coordinate{4});
  b.start(p, bo::each_coordinate{4});
  CHECK_THROWS_AS(a.step(p, bo::single_coordinate{1}, 4), bo::invalid_option);
  CHECK_THROWS_AS(b.step(p, bo::single_coordinate{1}, 4), bo::invalid_option);
}
