// SPDX-License-Identifier: MIT
// Part of blockopt: published results: where cyclic order is twice as fast as random order.

#include <cmath>
#include <cstddef>
#include <string>
#include <vector>

#include <blockopt/block/coordinate_blocks.hpp>
#include <blockopt/problem/two_blocks.hpp>
#include <blockopt/select/ascending.hpp>
#include <blockopt/update/block/gradient_step.hpp>

#include "reproduce/epoch_map.hpp"
#include "reproduce/results.hpp"

namespace blockopt::program {

namespace {

constexpr std::size_t n = 20;

/// The factor of the error's norm in n uniformly drawn steps, in expectation. A step is affine, so that the expected
/// iterate after one more step is the mean of what the n steps make of the expected iterate: from there all n are
/// made.
double expected_factor(quadratic_model<dense_columns> problem) {
  const std::vector<double> minimizer(problem.minimizer().begin(), problem.minimizer().end());
  std::vector<double> mean(n);
  gradient_step update;
  update.start(problem, each_coordinate{n});
  const auto distance = [&] {
    double sum = 0;
    for (std::size_t i = 0; i < n; ++i) sum += (mean[i] - minimizer[i]) * (mean[i] - minimizer[i]);
    return std::sqrt(sum);
  };
  constexpr std::size_t epochs = 100;
  double before = 0;
  for (std::size_t k = 0; k < epochs * n; ++k) {
    if (k == (epochs - 1) * n) before = distance();
    std::vector<double> next = mean;
    for (std::size_t i = 0; i < n; ++i) {
      problem.set(mean);
      update.step(problem, single_coordinate{i}, i);
      next[i] += (problem.at(i) - mean[i]) / static_cast<double>(n);
    }
    mean = next;
  }
  return distance() / before;
}

void run(const reproduce_settings&, reproduction& r) {
  struct published {
    double mu, cyclic, uniform, ratio;
  };
  for (const published& p : {published{0.1, 0.81, 0.904610, 2.1019}, {0.01, 0.9801, 0.990047, 2.0096}}) {
    const auto problem = two_cyclic(n, p.mu);
    const std::vector<double> minimizer(problem.minimizer().begin(), problem.minimizer().end());
    const double cyclic =
        detail::spectral_radius(epoch_map(problem, minimizer, each_coordinate{n}, ascending{}, gradient_step{}));
    const double uniform = expected_factor(problem);
    const std::string name = p.mu == 0.1 ? "mu = 0.1: " : "mu = 0.01: ";
    r.absolute(name + "cyclic, factor of the error in an epoch", p.cyclic, cyclic, 1e-6);
    r.absolute(name + "uniform, factor of the expected error", p.uniform, uniform, 1e-6);
    r.absolute(name + "ratio of the logarithms", p.ratio, std::log(cyclic) / std::log(uniform), 1e-3);
  }
}

}  // namespace

published_result f10() {
  return {.number = "f10",
          .name = "two-cyclic",
          .title = "Cyclic order beats random order, by two, on 2-cyclic matrices",
          .source = "Gurbuzbalaban, Ozdaglar, Parrilo & Vanli, NeurIPS 2017: (1 - mu)^2 against (1 - mu/n)^n",
          .setup = "A = [I, -B; -B', I] with ||B|| = 1 - mu, n = 20, steps of 1/L_i; from the map of one epoch",
          .run = run};
}

}  // namespace blockopt::program
