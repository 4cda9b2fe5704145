// SPDX-License-Identifier: MIT
// Part of blockopt: published results: how many coordinates may step at once.

#include <cmath>
#include <cstddef>
#include <cstdint>
#include <cstdio>
#include <string>
#include <vector>

#include <Eigen/Core>

#include <blockopt/block/coordinate_blocks.hpp>
#include <blockopt/problem/detail/decompositions.hpp>
#include <blockopt/problem/sun_ye.hpp>
#include <blockopt/run/descent.hpp>
#include <blockopt/select/uniform_subset.hpp>
#include <blockopt/update/block/parallel_step.hpp>

#include "reproduce/results.hpp"

namespace blockopt::program {

namespace {

constexpr std::size_t n = 50;

/// f over its start after 20000 updates of `together` coordinates, or as soon as it is above 1e6 or below 1e-12; the
/// largest of some seeds.
double remaining(double rho, std::size_t together, double beta) {
  double worst = 0;
  for (std::uint64_t seed = 1; seed <= 5; ++seed) {
    // A'A with ones on the diagonal and c elsewhere has the spectral radius 1 + (n - 1) c.
    const double c = (rho - 1) / static_cast<double>(n - 1);
    sun_ye problem({.variables = n, .d = 1 - c, .seed = seed});
    const double start = problem.value();
    descent run(problem, each_coordinate{n}, uniform_subset{.size = together, .seed = seed},
                parallel_step{.beta = beta});
    double left = 1;
    for (int k = 0; k < 400 && left > 1e-12 && left < 1e6; ++k) {
      run.advance(50);
      left = problem.value() / start;
    }
    keep_worst(worst, left);
  }
  return worst;
}

/// The least beta for which E (d_S)'M(d_S) <= (tau/n) beta d'd over all directions, M a matrix with ones on the
/// diagonal and `degree` coordinates coupled: the largest eigenvalue of (1 - t) 1 + t M, t = (tau - 1)/(n - 1).
double least_beta(std::size_t degree, std::size_t tau) {
  const auto size = static_cast<Eigen::Index>(n), coupled = static_cast<Eigen::Index>(degree);
  Eigen::MatrixXd m = Eigen::MatrixXd::Identity(size, size);
  m.topLeftCorner(coupled, coupled).setOnes();
  const double t = static_cast<double>(tau - 1) / static_cast<double>(n - 1);
  const Eigen::MatrixXd expected = (1 - t) * Eigen::MatrixXd::Identity(size, size) + t * m;
  return detail::symmetric_eigenvalues(expected).maxCoeff();
}

void run(const reproduce_settings&, reproduction& r) {
  struct published {
    double rho;
    std::size_t converges, diverges;
  };
  for (const published& p : {published{5.9, 17, 20}, {45.1, 2, 3}}) {
    char text[32];
    std::snprintf(text, sizeof text, "rho = %g: ", p.rho);
    const std::string name = text;
    const auto proven = static_cast<std::size_t>(static_cast<double>(n) / p.rho + 1);
    if (proven < p.converges)
      r.below(name + std::to_string(proven) + " at once, n/rho + 1: f over its start", 1e-6,
              remaining(p.rho, proven, 1));
    r.below(name + std::to_string(p.converges) + " at once: f over its start", 1e-6, remaining(p.rho, p.converges, 1));
    r.at_least(name + std::to_string(p.diverges) + " at once: f over its start", 1e6, remaining(p.rho, p.diverges, 1));
  }
  for (const std::size_t tau : {1U, 3U, 6U, 10U}) {
    for (const std::size_t degree : {10U, 50U})
      r.relative("ESO beta, degree " + std::to_string(degree) + ", tau = " + std::to_string(tau),
                 least_beta(degree, tau), eso_beta(degree, tau, n), 1e-12);
  }
  r.below("rho = 45.1: 20 at once with beta: f over its start", 1e-6, remaining(45.1, 20, eso_beta(n, 20, n)));
}

}  // namespace

published_result f15() {
  return {
      .number = "f15",
      .name = "shotgun",
      .title = "How many coordinates may step at once without damping",
      .source = "Bradley et al., Shotgun, ICML 2011 (n/rho + 1); Richtarik & Takac, Math. Program. 156, 2016 (beta)",
      .setup =
          "least squares with unit columns of equal correlation, n = 50; tau random coordinates at once, steps of "
          "1/L_i",
      .run = run};
}

}  // namespace blockopt::program
