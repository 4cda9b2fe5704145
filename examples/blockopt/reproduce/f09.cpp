// SPDX-License-Identifier: MIT
// Part of blockopt: published results: random permutations repair the worst case of cyclic order.

#include <cmath>
#include <cstddef>
#include <cstdint>
#include <string>
#include <tuple>
#include <vector>

#include <Eigen/Core>

#include <blockopt/problem/sun_ye.hpp>
#include <blockopt/run/descent.hpp>
#include <blockopt/select/random_reshuffle.hpp>
#include <blockopt/select/uniform_random.hpp>
#include <blockopt/theory/sun_ye_rates.hpp>
#include <blockopt/update/block/exact_step.hpp>

#include "reproduce/results.hpp"
#include "reproduce/sun_ye_epochs.hpp"

namespace blockopt::program {

namespace {

struct published {
  std::size_t n;
  double d, permuted, uniform;
};

/// The mean of f after some epochs from one start over many seeds, against the exact expectation, which depends on f and
/// ||x||^2 of the start alone: both orders treat all coordinates alike.
template <class Policy>
void compare_mean(const published& p, std::size_t epochs, const std::string& policy, const Eigen::Matrix2d& epoch,
                  reproduction& r) {
  constexpr std::uint64_t seeds = 4000;
  std::vector<double> start(p.n);
  for (std::size_t i = 0; i < p.n; ++i) start[i] = i % 2 == 0 ? 1 : -1;
  double sum = 0, squares = 0, squared_distance = 0;
  for (const double x : start) squared_distance += x * x;
  sun_ye problem({.variables = p.n, .d = p.d, .start = start});
  const double f0 = problem.value();
  for (std::uint64_t seed = 1; seed <= seeds; ++seed) {
    problem.set(start);
    Policy chosen;
    chosen.seed = seed;
    descent run(problem, each_coordinate{p.n}, chosen, exact_step{});
    run.advance(epochs * p.n);
    const double f = problem.value() / f0;
    sum += f;
    squares += f * f;
  }
  const double count = static_cast<double>(seeds), mean = sum / count;
  const auto first = sun_ye_moment::of(p.n, p.d, f0, squared_distance);
  Eigen::Vector2d moment(first.a, first.b);
  for (std::size_t k = 0; k < epochs; ++k) moment = epoch * moment;
  const double expected = sun_ye_moment{moment[0], moment[1]}.suboptimality(p.n, p.d) / f0;
  r.absolute(
      sun_ye_name(p.n, p.d) + policy + ", mean f after " + std::to_string(epochs) + " epochs (4 standard errors)",
      expected, mean, 4 * std::sqrt((squares / count - mean * mean) / count));
}

void run(const reproduce_settings&, reproduction& r) {
  for (const published& p : {published{10, 0.01, 2.178174e-2, 1.964556e-2},
                             {50, 0.05, 9.713795e-2, 9.100494e-2},
                             {100, 0.05, 9.618806e-2, 9.092415e-2},
                             {100, 0.01, 1.999998e-2, 1.961103e-2}}) {
    const std::string name = sun_ye_name(p.n, p.d);
    const double permuted = 1 - sun_ye_permuted_factor(p.n, p.d), uniform = 1 - sun_ye_uniform_factor(p.n, p.d);
    r.relative(name + "permuted, 1 - factor of E f in an epoch", p.permuted, permuted, 1e-6);
    r.relative(name + "uniform, the same", p.uniform, uniform, 1e-6);
    if (p.d > 0.01) continue;
    r.relative(name + "permuted, against 2d + 2d/n", 2 * p.d + 2 * p.d / static_cast<double>(p.n), permuted, 0.01);
    r.relative(name + "uniform, against 2d", 2 * p.d, uniform, 0.02);
  }
  const published measured{10, 0.01, 0, 0};
  compare_mean<random_reshuffle>(measured, 20, "permuted", sun_ye_permuted_epoch(10, 0.01), r);
  Eigen::Matrix2d epoch = Eigen::Matrix2d::Identity();
  for (int k = 0; k < 10; ++k) epoch = sun_ye_uniform_step(10, 0.01) * epoch;
  compare_mean<uniform_random>(measured, 20, "uniform", epoch, r);
  for (const auto& [n, permuted, uniform] : {std::tuple{50U, 160.6, 171.3}, {100U, 180.4, 191.5}}) {
    const std::string name = sun_ye_name(n, 0.05);
    const double p = sun_ye_epochs(n, 0.05, random_reshuffle{}, exact_step{});
    const double u = sun_ye_epochs(n, 0.05, uniform_random{}, exact_step{});
    r.report(name + "permuted, epochs to 1e-8", p);
    r.below(name + "permuted, epochs to 1e-8, below uniform", u, p);
    r.relative(name + "permuted over uniform", permuted / uniform, p / u, 0.02);
  }
}

}  // namespace

published_result f09() {
  return {.number = "f9",
          .name = "lee-wright-permutations",
          .title = "A new permutation for each epoch repairs the worst case of cyclic order",
          .source = "Lee & Wright, IMA J. Numer. Anal. 39(3), 2019, arXiv 1607.08320",
          .setup = "x'Ax/2 with A = d I + (1 - d) 11', exact steps; exact expectations, and runs",
          .run = run};
}

}  // namespace blockopt::program
