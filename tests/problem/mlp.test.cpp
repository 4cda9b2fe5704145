// SPDX-License-Identifier: MIT
// Part of blockopt: tests of the multilayer perceptron.
#include <cmath>
#include <vector>

#include <doctest/doctest.h>

#include <blockopt/problem/mlp.hpp>

#include "oracle_check.hpp"

namespace bo = blockopt;
namespace bt = blockopt_tests;

static_assert(bo::block_differentiable<bo::mlp<double>> && bo::with_optimum<bo::mlp<double>>);
static_assert(bo::layered<bo::mlp<double>> && bo::layered<bo::mlp<bo::bfloat16>>);

namespace {

const bo::mlp_config squares{.sizes = {2, 6, 5, 3}, .samples = 20};
const bo::mlp_config classes{.sizes = {4, 7, 3}, .loss = bo::mlp_loss::cross_entropy, .samples = 20, .seed = 2};

}  // namespace

TEST_CASE("the gradient of an mlp agrees with central differences block by block") {
  for (const auto& config : {squares, classes}) {
    bo::mlp<double> problem{config};
    for (const auto& p : problem.parameters()) {  // biases start at zero: leave that special point
      for (std::size_t i = 0; i < p.values.size(); ++i) p.values.data()[i] += 0.0625 * static_cast<double>(i % 3);
    }
    bt::check_gradient_values(problem, 1e-10);
  }
}

TEST_CASE_TEMPLATE("the block gradient of an mlp is the part of the full one", T, float, double, bo::bfloat16,
                   bo::half) {
  for (const auto& config : {squares, classes}) {
    bo::mlp<T> problem{config};
    bt::check_blocks_of_gradient(problem);
  }
}

TEST_CASE("an mlp in float has the gradient of the one in double") {
  for (const auto& config : {squares, classes}) {
    bo::mlp<float> problem{config};
    bo::mlp<double> exact{config};
    std::vector<double> x;
    for (const auto& p : problem.parameters()) x.insert(x.end(), p.values.data(), p.values.data() + p.values.size());
    bt::set_values(exact, x);
    const bt::oracle_probe<bo::mlp<float>> probe(problem, bt::all_parameters(problem), 0.0F);
    const bt::oracle_probe<bo::mlp<double>> wanted(exact, bt::all_parameters(exact), 0.0);
    CHECK(probe.objective() == doctest::Approx(wanted.objective()).epsilon(1e-6));
    for (const std::size_t i : bt::all_parameters(problem)) {
      for (std::size_t j = 0; j < probe.gradient(i).size(); ++j) {
        CHECK(std::abs(static_cast<double>(probe.gradient(i)[j]) - wanted.gradient(i)[j]) <= 2e-6);
      }
    }
  }
}

TEST_CASE("the backward pass of an mlp stops at the lowest active layer") {
  bo::mlp<double> problem{{.sizes = {2, 4, 4, 4, 1}}};
  REQUIRE(problem.stages() == 4);
  const auto cost = [&](std::vector<std::size_t> active) {
    const std::size_t before = problem.backward_stages();
    const bt::oracle_probe<bo::mlp<double>> probe(problem, std::move(active), 0.0);
    return problem.backward_stages() - before;
  };
  for (std::size_t i = 0; i < 8; ++i) {
    CHECK(problem.stage_of(i) == i / 2);
    CHECK(cost({i}) == 4 - i / 2);
  }
  CHECK(cost({7, 2}) == 3);
  CHECK(cost({}) == 0);
  // A visit of each of D layers for K steps costs K D (D + 1) / 2, against K D^2 for all layers each time.
  const std::size_t before = problem.backward_stages();
  for (std::size_t layer = 0; layer < 4; ++layer) {
    for (int k = 0; k < 5; ++k) (void)cost({2 * layer, 2 * layer + 1});
  }
  CHECK(problem.backward_stages() - before == 5 * 4 * 5 / 2);
}

TEST_CASE("the parameters of an mlp are named and shaped layer by layer") {
  bo::mlp<bo::half> problem{{.sizes = {2, 5, 3}}};
  const auto p = problem.parameters();
  REQUIRE(p.size() == 4);
  CHECK(p[0].name == "layers.0.weight");
  CHECK(p[0].values.describe_extents() == "5 x 2");
  CHECK(p[1].name == "layers.0.bias");
  CHECK(p[1].values.describe_extents() == "5");
  CHECK(p[2].name == "layers.1.weight");
  CHECK(p[2].values.describe_extents() == "3 x 5");
  CHECK(p[3].name == "layers.1.bias");
  CHECK(p[3].values.describe_extents() == "3");
  for (std::size_t i = 1; i < 4; ++i) CHECK(p[i].values.data() == p[i - 1].values.data() + p[i - 1].values.size());
}

TEST_CASE("an mlp of one unit is the affine least squares problem") {
  bo::mlp<double> problem{{.sizes = {1, 1}, .samples = 16}};
  const auto p = problem.parameters();
  // The teacher is affine without bias: y = a x. Its error is (a - w)^2 mean(x^2) / 2 at bias 0, so that two values
  // give mean(x^2) and a; the third checks them.
  const auto at = [&](double w) {
    p[0].values(0, 0) = w;
    return problem.value();
  };
  const double f0 = at(0.0), f1 = at(1.0), f2 = at(-1.0);
  const double curvature = f1 + f2 - 2.0 * f0, slope = 0.5 * (f1 - f2);
  CHECK(curvature > 0.0);
  CHECK(std::abs(at(-slope / curvature)) <= 1e-14);
  CHECK(at(3.0) == doctest::Approx(f0 + 3.0 * slope + 4.5 * curvature).epsilon(1e-13));
  p[1].values(0) = 0.5;
  CHECK(at(-slope / curvature) == doctest::Approx(0.125).epsilon(1e-13));
}

TEST_CASE("gradient descent on an mlp falls and stays above the infimum") {
  for (const auto& config : {squares, classes}) {
    bo::mlp<double> problem{config};
    const double first = problem.value();
    double last = first;
    for (int step = 0; step < 200; ++step) {
      const bt::oracle_probe<bo::mlp<double>> probe(problem, bt::all_parameters(problem), 0.0);
      for (const std::size_t i : bt::all_parameters(problem)) {
        const auto p = problem.parameters()[i];
        for (std::size_t j = 0; j < p.values.size(); ++j) p.values.data()[j] -= 0.1 * probe.gradient(i)[j];
      }
      CHECK(problem.value() <= last);
      last = problem.value();
    }
    CHECK(last < 0.7 * first);
    CHECK(last > problem.optimum());
  }
}

TEST_CASE("cross entropy survives large outputs") {
  bo::mlp<float> problem{{.sizes = {2, 3}, .loss = bo::mlp_loss::cross_entropy, .samples = 8}};
  const auto p = problem.parameters();
  p[1].values(0) = 1e30F;
  p[1].values(1) = -1e30F;
  CHECK(std::isfinite(problem.value()));
  CHECK(std::isfinite(bt::largest_gradient(problem)));
}

TEST_CASE("seeds of an mlp name different problems and one seed always the same") {
  bo::mlp<double> one{squares}, again{squares};
  auto other_config = squares;
  other_config.seed = 7;
  bo::mlp<double> other{other_config};
  CHECK(one.value() == again.value());
  CHECK(one.value() != other.value());
}

TEST_CASE("a bad mlp is refused by name") {
  const auto refused = [](bo::mlp_config config, const char* culprit) {
    bt::check_refused([&] { bo::mlp<double>{config}; }, culprit);
  };
  refused({.sizes = {}}, "sizes");
  refused({.sizes = {3}}, "sizes");
  refused({.sizes = {3, 0, 1}}, "sizes[1] = 0");
  refused({.samples = 0}, "samples = 0");
  refused({.sizes = {3, 1}, .loss = bo::mlp_loss::cross_entropy}, "cross_entropy");
}
