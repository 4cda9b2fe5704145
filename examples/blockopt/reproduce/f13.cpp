// SPDX-License-Identifier: MIT
// Part of blockopt: published results: Nesterov's bounds, and what is below them.

#include <array>
#include <cmath>
#include <cstddef>
#include <cstdint>
#include <string>
#include <vector>

#include <blockopt/block/coordinate_blocks.hpp>
#include <blockopt/problem/spectrum_quadratic.hpp>
#include <blockopt/run/descent.hpp>
#include <blockopt/select/uniform_random.hpp>
#include <blockopt/theory/bound.hpp>
#include <blockopt/theory/constants_of.hpp>
#include <blockopt/update/block/accelerated_step.hpp>
#include <blockopt/update/block/adaptive_step.hpp>
#include <blockopt/update/block/gradient_step.hpp>

#include "reproduce/results.hpp"

namespace blockopt::program {

namespace {

constexpr std::size_t n = 20;
constexpr std::array<std::uint64_t, 9> looks{20, 50, 100, 200, 400, 800, 1500, 2500, 4000};
using means = std::array<double, looks.size()>;  ///< of f - f* over seeds

template <class Update>
means means_of(const quadratic_model<dense_columns>& start, const Update& update) {
  constexpr std::uint64_t seeds = 200;
  means mean{};
  for (std::uint64_t seed = 1; seed <= seeds; ++seed) {
    auto problem = start;
    descent run(problem, each_coordinate{n}, uniform_random{.seed = seed}, update);
    for (std::size_t i = 0; i < looks.size(); ++i) {
      run.advance(looks[i] - run.counts().updates);
      run.synchronize();
      mean[i] += problem.suboptimality() / static_cast<double>(seeds);
    }
  }
  return mean;
}

void run(const reproduce_settings&, reproduction& r) {
  std::vector<double> spectrum(n);
  for (std::size_t i = 0; i < n; ++i) spectrum[i] = std::pow(10.0, -3 + 3.0 * static_cast<double>(i) / (n - 1));
  const auto problem = spectrum_quadratic(spectrum);
  const problem_constants c = constants_of(problem);
  const auto compare = [&](const std::string& name, const means& measured, const theorem& t) {
    double worst = 0;
    for (std::size_t i = 0; i < looks.size(); ++i)
      keep_worst(worst, measured[i] / t.at(c, static_cast<double>(looks[i])));
    r.at_most(name + ", " + t.source + ": largest mean over bound", 1, worst);
    r.report(name + ", k = 4000: bound", t.at(c, 4000));
  };
  const means plain = means_of(problem, gradient_step{});
  const means accelerated = means_of(problem, accelerated_step{});
  const means informed = means_of(problem, accelerated_step{.sigma = c.sigma_1});
  const means adaptive = means_of(problem, adaptive_step{.first = 0.3});  // not L_i / 2^j, where rounding decides
  compare("RCDM", plain, bounds::uniform_convex());
  compare("RCDM", plain, bounds::uniform_scaled());
  r.report("RCDM, k = 4000: mean", plain.back());
  compare("ACDM, sigma = 0", accelerated, bounds::accelerated_convex());
  r.report("ACDM, sigma = 0, k = 4000: mean", accelerated.back());
  compare("ACDM, sigma known", informed, bounds::accelerated());
  r.report("ACDM, sigma known, k = 4000: mean", informed.back());
  compare("RACDM", adaptive, bounds::adaptive());
  r.report("RACDM, k = 4000: mean", adaptive.back());
  r.below("ACDM, sigma = 0, below RCDM at k = 4000", plain.back(), accelerated.back());
  r.below("ACDM, sigma known, below sigma = 0 at k = 4000", accelerated.back(), informed.back());
}

}  // namespace

published_result f13() {
  return {
      .number = "f13",
      .name = "nesterov-bounds",
      .title = "The bounds of random, accelerated and adaptive coordinate descent hold for means",
      .source = "Nesterov, SIAM J. Optim. 22(2), 2012, Theorems 1, 2, 6 and 7",
      .setup =
          "x'Ax/2 - b'x, n = 20, eigenvalues from 1e-3 to 1, uniform draws, means over 200 seeds at nine k up to 4000",
      .run = run};
}

}  // namespace blockopt::program
