// SPDX-License-Identifier: MIT
// Part of blockopt: when a block no longer helps.
#include <cmath>
#include <cstddef>
#include <limits>

#include <doctest/doctest.h>

#include <blockopt/run/plateau.hpp>

namespace bo = blockopt;

namespace {

/// Losses until the first plateau, at most 1000.
template <class Loss>
int first_plateau(bo::plateau p, const Loss& loss) {
  p.check();
  for (int t = 1; t <= 1000; ++t) {
    if (p.reached(loss(t))) return t;
  }
  return 0;
}

}  // namespace

TEST_CASE("a constant loss is a plateau after patience and the first loss") {
  CHECK(first_plateau({.patience = 7}, [](int) { return 3.0; }) == 8);
  CHECK(first_plateau({.patience = 7, .smoothing = 0}, [](int) { return -3.0; }) == 8);
  CHECK(first_plateau({.patience = 1, .relative_decrease = 0, .smoothing = 0}, [](int) { return 0.0; }) == 2);
}

TEST_CASE("a falling loss is none, of either sign, and one that falls too slowly is") {
  CHECK(first_plateau({.patience = 3, .smoothing = 0}, [](int t) { return std::pow(0.99, t); }) == 0);
  CHECK(first_plateau({.patience = 3, .smoothing = 0}, [](int t) { return -std::pow(1.01, t); }) == 0);
  CHECK(first_plateau({.patience = 3, .smoothing = 0}, [](int t) { return std::pow(0.9999, t); }) == 4);
  CHECK(first_plateau({.patience = 3}, [](int t) { return t < 20 ? std::pow(0.9, t) : std::pow(0.9, 20); }) > 23);
}

TEST_CASE("one lucky loss on the way down is no plateau where losses are smoothed") {
  const auto lucky = [](int t) { return 200 - 0.1 * t - (t == 60 ? 30 : 0); };
  CHECK(first_plateau({.patience = 50, .relative_decrease = 1e-4}, lucky) == 0);
  CHECK(first_plateau({.patience = 50, .relative_decrease = 1e-4, .smoothing = 0}, lucky) == 110);
}

TEST_CASE("bounds on the length of a visit, and losses that are not finite") {
  CHECK(first_plateau({.patience = 2, .least = 10}, [](int) { return 1.0; }) == 10);
  CHECK(first_plateau({.patience = 50, .most = 12}, [](int t) { return -double(t); }) == 12);
  CHECK(first_plateau({.patience = 4}, [](int) { return std::numeric_limits<double>::quiet_NaN(); }) == 4);
  CHECK(first_plateau({.patience = 4, .smoothing = 0}, [](int t) { return t == 2 ? INFINITY : -double(t); }) == 0);
}

TEST_CASE("each plateau starts anew") {
  bo::plateau p{.patience = 3, .smoothing = 0};
  for (int visit = 0; visit < 5; ++visit) {
    for (int t = 0; t < 3; ++t) CHECK_FALSE(p.reached(1.0 + visit));  // higher than in the visit before
    CHECK(p.reached(1.0 + visit));
  }
  CHECK_FALSE(p.reached(9.0));
  p.restart();
  for (int t = 0; t < 3; ++t) CHECK_FALSE(p.reached(9.0));
  CHECK(p.reached(9.0));
}

TEST_CASE("settings out of range are refused") {
  CHECK_THROWS_AS((bo::plateau{.patience = 0}.check()), bo::invalid_option);
  CHECK_THROWS_AS((bo::plateau{.relative_decrease = 1}.check()), bo::invalid_option);
  CHECK_THROWS_AS((bo::plateau{.smoothing = 1}.check()), bo::invalid_option);
  CHECK_THROWS_AS((bo::plateau{.smoothing = NAN}.check()), bo::invalid_option);
  CHECK_THROWS_AS((bo::plateau{.most = 0}.check()), bo::invalid_option);
}
