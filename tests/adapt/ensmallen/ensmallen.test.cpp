// SPDX-License-Identifier: MIT
// Part of blockopt: tests with ensmallen's own functions and optimizers on Armadillo's matrices.
#include <cmath>
#include <cstddef>
#include <vector>

#include <doctest/doctest.h>
#include <ensmallen.hpp>

#include <blockopt/adapt/ensmallen.hpp>
#include <blockopt/problem/quadratic.hpp>
#include <blockopt/run/minimize.hpp>
#include <blockopt/select/random_reshuffle.hpp>
#include <blockopt/update/adam.hpp>
#include <blockopt/update/sgd.hpp>

namespace bo = blockopt;

namespace {

/// The active gradient of each block against that of ensmallen's function.
template <class Problem, class M>
void check_gradient(Problem& problem, const M& wanted) {
  const auto parameters = problem.parameters();
  std::size_t k = 0;
  for (std::size_t b = 0; b < parameters.size(); ++b) {
    std::vector<double> g(parameters[b].values.size());
    std::vector<bo::tensor_view<double>> views(parameters.size());
    std::vector<unsigned char> active(parameters.size());
    views[b] = bo::view(g);
    active[b] = 1;
    const std::size_t member[] = {b};
    problem.gradient({b, "b", member, views, active});
    for (const double value : g) CHECK(std::abs(value - wanted[k++]) <= 1e-12);
  }
  CHECK(k == wanted.n_elem);
}

}  // namespace

TEST_CASE("functions of ensmallen with partial gradients are minimized by blocks") {
  // softmax regression: sparse partial gradients, one column of the matrix at a time
  arma::arma_rng::set_seed(1);
  const arma::mat data(4, 60, arma::fill::randn);
  arma::Row<std::size_t> labels(60);
  for (std::size_t i = 0; i < 60; ++i) labels[i] = data(0, i) + data(1, i) > 0 ? (data(2, i) > 0 ? 2 : 1) : 0;
  ens::test::SoftmaxRegressionFunction<> f(data, labels, 3, 0.01);
  arma::mat x(3, 4, arma::fill::randn);
  bo::ensmallen_problem problem{f, x, arma::sp_mat{}};
  REQUIRE(problem.parameters().size() == 4);
  arma::mat wanted;
  f.Gradient(x, wanted);
  check_gradient(problem, wanted);
  const double start = problem.value();
  CHECK(start == f.Evaluate(x));
  bo::minimize(problem, bo::random_reshuffle{.seed = 1}, bo::sgd{.learning_rate = 2.0}, {.steps = 6000});
  f.Gradient(x, wanted);
  CHECK(problem.value() < start);
  CHECK(arma::norm(wanted, "inf") < 1e-6);

  ens::test::SparseTestFunction sparse;
  arma::mat y(4, 1, arma::fill::zeros);
  bo::ensmallen_problem separable{sparse, y};
  bo::minimize(separable, bo::random_reshuffle{.seed = 1}, bo::sgd{.learning_rate = 0.25}, {.steps = 200});
  const double optimum[] = {2.0, 1.0, 1.5, 4.0};
  for (std::size_t i = 0; i < 4; ++i) CHECK(std::abs(y[i] - optimum[i]) < 1e-12);
}

TEST_CASE("functions of ensmallen with whole gradients are minimized by blocks") {
  ens::test::RosenbrockFunction f;
  arma::mat x("-0.5; 0.5");
  bo::ensmallen_problem problem{f, x};
  arma::mat wanted;
  f.Gradient(x, wanted);
  check_gradient(problem, wanted);
  const double start = f.Evaluate(x);
  bo::minimize(problem, bo::random_reshuffle{.seed = 1}, bo::sgd{.learning_rate = 1e-3}, {.steps = 2000});
  CHECK(f.Evaluate(x) < 0.9 * start);
}

TEST_CASE("optimizers of ensmallen minimize a problem of this library") {
  const bo::quadratic_config config{.spectrum = bo::log_spaced(0.1, 1.0, 12), .blocks = 4, .seed = 3};
  bo::quadratic<double> problem{config};
  bo::ensmallen_function f{problem};
  arma::mat x = f.GetInitialPoint<arma::mat>();
  CHECK(x.n_rows == 3);
  CHECK(x.n_cols == 4);
  ens::L_BFGS lbfgs;
  lbfgs.MinGradientNorm() = 1e-10;
  CHECK(lbfgs.Optimize(f, x) == doctest::Approx(problem.optimum()).epsilon(1e-12));

  x.zeros();
  ens::GradientDescent descent(1.0, 2000, 1e-14);
  CHECK(descent.Optimize(f, x) == doctest::Approx(problem.optimum()).epsilon(1e-9));

  x.zeros();
#if ENS_VERSION_MAJOR >= 3
  ens::CD<ens::RandomDescent> coordinates(0.5, 20000, 1e-15, 100);
#else
  ens::SCD<ens::RandomDescent> coordinates(0.5, 20000, 1e-15, 100);
#endif
  CHECK(coordinates.Optimize(f, x) == doctest::Approx(problem.optimum()).epsilon(1e-6));
}
