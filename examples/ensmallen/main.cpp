// SPDX-License-Identifier: MIT
// Part of blockopt: a function of ensmallen under block optimizers, and a problem of blockopt under ensmallen's.
//
// The status is 1 unless all reach the optimum that is known or found by L-BFGS.
#include <cmath>
#include <cstddef>
#include <cstdio>

#include <ensmallen.hpp>

#include <blockopt/adapt/ensmallen.hpp>
#include <blockopt/blockopt.hpp>
#include <blockopt/problem/quadratic.hpp>

namespace bo = blockopt;

int main() {
  // ensmallen's softmax regression: 3 classes, 20 features, a block of parameters for each feature
  arma::arma_rng::set_seed(1);
  const arma::mat data(20, 300, arma::fill::randn);
  arma::Row<std::size_t> labels(300);
  for (std::size_t i = 0; i < 300; ++i) labels[i] = data(0, i) > 0.3 ? 2 : data(1, i) > 0 ? 1 : 0;
  ens::test::SoftmaxRegressionFunction<> f(data, labels, 3, 0.01);

  arma::mat x(3, 20, arma::fill::zeros), y = x;
  ens::L_BFGS lbfgs;
  const double wanted = lbfgs.Optimize(f, y);
  bo::ensmallen_problem problem{f, x, arma::sp_mat{}};
  const auto result = bo::minimize(problem, bo::random_reshuffle{.seed = 1}, bo::sgd{.learning_rate = 1.0},
                                   {.steps = 10'000, .value = wanted + 1e-7, .check_every = 20});
  std::printf("softmax regression: %.7f by L-BFGS, %.7f after %llu steps on single features\n", wanted, result.value,
              static_cast<unsigned long long>(result.steps));

  // a quadratic of blockopt, whose optimum is known, under ensmallen's L-BFGS
  bo::quadratic<double> quadratic{{.spectrum = bo::log_spaced(1e-2, 1.0, 100), .blocks = 10, .seed = 1}};
  bo::ensmallen_function g{quadratic};
  auto z = g.GetInitialPoint<arma::mat>();
  lbfgs.MinGradientNorm() = 1e-10;
  const double reached = lbfgs.Optimize(g, z);
  std::printf("quadratic: %.9f by L-BFGS, optimum %.9f\n", reached, quadratic.optimum());
  return result.value <= wanted + 1e-7 && std::abs(reached - quadratic.optimum()) < 1e-9 ? 0 : 1;
}
