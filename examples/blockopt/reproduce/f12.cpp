// SPDX-License-Identifier: MIT
// Part of blockopt: published results: Powell's circle.

#include <algorithm>
#include <cmath>
#include <cstddef>
#include <cstdint>
#include <cstdio>
#include <limits>
#include <string>
#include <vector>

#include <blockopt/problem/powell_cycle.hpp>
#include <blockopt/run/descent.hpp>
#include <blockopt/select/ascending.hpp>
#include <blockopt/select/gauss_southwell.hpp>
#include <blockopt/select/random_reshuffle.hpp>
#include <blockopt/select/uniform_random.hpp>
#include <blockopt/update/block/exact_step.hpp>
#include <blockopt/update/block/gradient_step.hpp>

#include "reproduce/results.hpp"

namespace blockopt::program {

namespace {

constexpr std::uint64_t budget = 200;  ///< updates after which a run counts as one that does not arrive

/// What the coordinate of update k becomes.
double on_circle(double e, int k) { return (k % 2 == 0 ? -1 : 1) * (1 + std::ldexp(e, -(k + 2))); }

void circle(double e, int leaves, reproduction& r) {
  powell_cycle problem(e);
  descent run(problem, each_coordinate{3}, ascending{}, exact_step{});
  double off = 0, lowest = std::numeric_limits<double>::infinity(), highest = -lowest, gradient = lowest;
  int left = 0;
  for (int k = 1; k <= 100 && left == 0; ++k) {
    run.advance(1);
    const double error = std::fabs(problem.at(run.last_chosen()[0]) - on_circle(e, k));
    if (k <= 40) keep_worst(off, error);
    if (k <= 30) {
      double squares = 0;
      for (std::size_t i = 0; i < 3; ++i) squares += problem.derivative(i) * problem.derivative(i);
      lowest = std::min(lowest, problem.value());
      highest = std::max(highest, problem.value());
      gradient = std::min(gradient, std::sqrt(squares));
    }
    if (error > 0.1) left = k;
  }
  char text[32];
  std::snprintf(text, sizeof text, "e = %g: ", e);
  const std::string name = text;
  r.at_most(name + "distance from the closed form, 40 updates", 1e-12, off);
  r.at_least(name + "least f of 30 updates", 1, lowest);
  r.at_most(name + "largest f of 30 updates", 1.06, highest);
  r.at_least(name + "least ||g|| of 30 updates", 2, gradient);
  r.absolute(name + "update in which rounding leaves the circle", leaves, left, 0);
}

/// Updates to f* = -9 in the box; the budget and one more where it is not reached.
template <class Policy, class Update>
std::uint64_t updates_to_optimum(const Policy& policy, const Update& update) {
  boxed_powell_cycle problem(0.1);
  descent run(problem, each_coordinate{3}, policy, update);
  std::uint64_t k = 0;
  while (problem.value() > problem.optimum() && k <= budget) {
    run.advance(1);
    ++k;
  }
  return k;
}

template <class Policy>
void seeds(const std::string& name, double mean, reproduction& r) {
  constexpr std::uint64_t count = 1000;
  double arrived = 0, sum = 0, squares = 0;
  for (std::uint64_t seed = 1; seed <= count; ++seed) {
    Policy policy;
    policy.seed = seed;
    const std::uint64_t k = updates_to_optimum(policy, exact_step{});
    if (k > budget) continue;
    const auto updates = static_cast<double>(k);
    ++arrived;
    sum += updates;
    squares += updates * updates;
  }
  const double measured = sum / arrived, deviation = std::sqrt((squares / arrived - measured * measured) / arrived);
  r.absolute(name + ": seeds of 1000 that reach f* = -9", count, arrived, 0);
  r.absolute(name + ": mean of their updates (3 standard errors and its rounding)", mean, measured,
             3 * deviation + 0.05);
}

void run(const reproduce_settings&, reproduction& r) {
  circle(0.1, 48, r);
  circle(0.01, 44, r);
  circle(0.001, 43, r);
  r.absolute("box, Gauss-Southwell, exact: updates to f* = -9", 3,
             static_cast<double>(updates_to_optimum(gauss_southwell{}, exact_step{})), 0);
  r.absolute("box, cyclic, steps of 1/L: updates to f* = -9", 8,
             static_cast<double>(updates_to_optimum(ascending{}, gradient_step{})), 0);
  r.at_least("box, cyclic, exact: updates before f* = -9", 31,
             static_cast<double>(updates_to_optimum(ascending{}, exact_step{})));
  seeds<uniform_random>("box, uniform, exact", 7.4, r);
  seeds<random_reshuffle>("box, reshuffled, exact", 5.5, r);
}

}  // namespace

published_result f12() {
  return {.number = "f12",
          .name = "powell-circle",
          .title = "Exact cyclic minimization circles for ever, and what gets out",
          .source = "Powell, Math. Program. 4, 1973; closed form of the circle in e/2^k",
          .setup = "-x1 x2 - x2 x3 - x3 x1 + sum max(|x_i| - 1, 0)^2 from (-1-e, 1+e/2, -1-e/4), free and in [-2, 2]^3",
          .run = run};
}

}  // namespace blockopt::program
