// SPDX-License-Identifier: MIT
// Part of blockopt: tests of softmax regression.
#include <algorithm>
#include <cmath>
#include <cstddef>
#include <functional>
#include <numeric>
#include <string>
#include <type_traits>
#include <vector>

#include <Eigen/Core>
#include <doctest/doctest.h>

#include <blockopt/problem/published_regression.hpp>
#include <blockopt/problem/softmax_regression.hpp>
#include <blockopt/update/block/gradient_step.hpp>

#include "coordinate_check.hpp"

namespace bo = blockopt;
namespace bt = blockopt_tests;

using sparse_softmax = bo::softmax_regression<bo::sparse_columns>;
static_assert(bo::coordinate_problem<sparse_softmax> && bo::twice_differentiable<sparse_softmax> &&
              bo::with_curvature_row_sums<sparse_softmax> && bo::known_block_lipschitz<sparse_softmax>);

namespace {

Eigen::MatrixXd matrix(std::size_t m, std::size_t n, std::uint64_t seed) {
  auto values = bt::numbers(m * n, seed);
  for (double& v : values) v = std::fabs(v) < 0.3 ? 0.0 : 2 * v;
  return Eigen::Map<Eigen::MatrixXd>(values.data(), static_cast<Eigen::Index>(m), static_cast<Eigen::Index>(n));
}

template <class Design>
bo::softmax_regression<Design> model(std::size_t m, std::size_t n, std::size_t k, double l2) {
  std::vector<std::uint32_t> labels(m);
  for (std::size_t i = 0; i < m; ++i) labels[i] = static_cast<std::uint32_t>(i * i % k);
  if constexpr (std::is_same_v<Design, bo::dense_columns>) return {Design(matrix(m, n, 3)), labels, k, l2};
  else return {Design(Eigen::SparseMatrix<double>(matrix(m, n, 3).sparseView())), labels, k, l2};
}

}  // namespace

TEST_CASE_TEMPLATE("softmax regression follows its moves and has right derivatives and constants", Design,
                   bo::sparse_columns, bo::dense_columns) {
  for (const std::size_t k : {2U, 3U, 7U}) {
    for (const double l2 : {0.0, 0.3}) {
      auto problem = model<Design>(9, 4, k, l2);
      CHECK(problem.value() == doctest::Approx(9 * std::log(k)).epsilon(1e-14));
      auto start = bt::numbers(problem.size(), 8);
      problem.set(start);
      bt::check_derivatives(problem, 1e-9);
      bt::check_moves(problem, 10000, 2.0);
      const double steps[] = {1e-3, 0.5, -4.0};
      bt::check_lipschitz(problem, steps);
      bt::check_block(problem, {0, 1}, 1e-6, 1e-4, 2);             // classes of one feature
      bt::check_block(problem, {k, 0, 2 * k + 1}, 1e-6, 1e-4, 2);  // two classes of three features
      std::vector<std::size_t> all(problem.size());
      std::iota(all.begin(), all.end(), std::size_t{0});
      bt::check_block(problem, all, 1e-6, 1e-4, 2);
      bt::check_archive(problem, model<Design>(9, 4, k, l2), 0.3);
    }
  }
}

TEST_CASE("the gradients of sparse and dense softmax regression agree at any size") {
  for (const std::size_t m : {1U, 8U, 61U}) {
    for (const std::size_t n : {1U, 2U, 23U}) {
      auto sparse = model<bo::sparse_columns>(m, n, 5, 0.1);
      auto dense = model<bo::dense_columns>(m, n, 5, 0.1);
      sparse.set(bt::numbers(sparse.size(), 6));
      dense.set(bt::numbers(sparse.size(), 6));
      const auto g = bt::gradient_of(sparse), h = bt::gradient_of(dense);
      for (std::size_t i = 0; i < g.size(); ++i) {
        CHECK(std::fabs(g[i] - h[i]) <= 1e-13 * static_cast<double>(m));
        CHECK(std::fabs(g[i] - sparse.derivative(i)) <= 1e-13 * static_cast<double>(m));
      }
    }
  }
}

TEST_CASE("two classes of softmax regression are logistic regression of their difference") {
  const auto a = matrix(12, 3, 5);
  std::vector<std::uint32_t> labels(12);
  std::vector<double> signs(12);
  for (std::size_t i = 0; i < 12; ++i) {
    labels[i] = i % 3 == 0 ? 1 : 0;
    signs[i] = labels[i] == 1 ? 1 : -1;
  }
  bo::softmax_regression<bo::dense_columns> softmax(bo::dense_columns(a), labels, 2);
  bo::linear_model<bo::dense_columns, bo::logistic_loss> logistic{bo::dense_columns(a), bo::logistic_loss(signs)};
  softmax.set(std::vector<double>{0, 0.5, 0.1, -0.3, 2, 1});
  logistic.set(std::vector<double>{0.5, -0.4, -1});
  CHECK(softmax.value() == doctest::Approx(logistic.value()).epsilon(1e-14));
  for (std::size_t j = 0; j < 3; ++j) {
    CHECK(softmax.derivative(2 * j + 1) == doctest::Approx(logistic.derivative(j)).epsilon(1e-13));
    CHECK(softmax.lipschitz(2 * j) == logistic.lipschitz(j));
  }
}

TEST_CASE("the row sums of the bound are those of its matrix") {
  const auto check = [](const auto& problem) {
    const std::size_t n = problem.size();
    std::vector<std::size_t> all(n);
    std::iota(all.begin(), all.end(), std::size_t{0});
    std::vector<double> h(n * n), sums(n);
    problem.curvature(all, h);
    problem.curvature_row_sums(sums);
    const Eigen::VectorXd wanted = bt::as_matrix(h).cwiseAbs().rowwise().sum();
    for (std::size_t i = 0; i < n; ++i)
      CHECK(sums[i] == doctest::Approx(wanted[static_cast<Eigen::Index>(i)]).epsilon(1e-13));
  };
  check(model<bo::sparse_columns>(9, 4, 5, 0.2));
  check(model<bo::dense_columns>(9, 4, 5, 0));
  check(bo::linear_model<bo::dense_columns, bo::logistic_loss, bo::ridge_penalty>(
      bo::dense_columns(matrix(4, 6, 1)), bo::logistic_loss({1, -1, 1, 1}), {0.5}));
}

TEST_CASE("softmax regression survives images of any size and finds back from them") {
  auto problem = model<bo::sparse_columns>(9, 4, 3, 0);
  const auto start = bt::numbers(12, 8);
  problem.set(start);
  const double value = problem.value();
  const auto g = bt::gradient_of(problem);
  for (const double huge : {1e3, 1e6, 1e9}) {
    for (std::size_t i = 0; i < 12; ++i) {
      problem.move(i, huge);
      CHECK(std::isfinite(problem.value()));
      CHECK(std::isfinite(problem.derivative(i)));
      problem.move(i, -2 * huge);
      CHECK(std::isfinite(problem.value()));
      problem.move(i, huge);
    }
    const double lost = 1e-13 * huge;  // digits of the images
    CHECK(std::fabs(problem.value() - value) <= lost * 100);
    for (std::size_t i = 0; i < 12; ++i) CHECK(std::fabs(problem.derivative(i) - g[i]) <= lost * 10);
    problem.set(start);
  }
}

TEST_CASE("bad softmax regressions are refused by name") {
  const auto make = [](std::vector<std::uint32_t> labels, std::size_t classes, double l2, double element) {
    bo::softmax_regression<bo::dense_columns>(bo::dense_columns(Eigen::MatrixXd::Constant(2, 1, element)), labels,
                                              classes, l2);
  };
  bt::check_refusal([&] { make({0, 0}, 1, 0, 1); }, "classes = 1");
  bt::check_refusal([&] { make({0}, 2, 0, 1); }, "1 labels and 2 rows");
  bt::check_refusal([&] { make({0, 2}, 2, 0, 1); }, "label 1 is 2");
  bt::check_refusal([&] { make({0, 1}, 2, -1, 1); }, "l2 = -1");
  bt::check_refusal([&] { make({0, 1}, 2, 0, INFINITY); }, "column 0 is not finite");
  bt::check_refusal([&] { make({0, 1}, 2, 0, 1e200); }, "column 0 is not finite");
  auto problem = model<bo::dense_columns>(3, 2, 2, 0);
  bt::check_refusal([&] { problem.set(std::vector<double>(3)); }, "a point of 3 numbers; there are 4");
}

TEST_CASE("gradient steps on the softmax of fifty classes descend as the published figure does" *
          doctest::test_suite("long")) {
  const auto start = bo::published_softmax();
  REQUIRE(start.size() == 50000);
  CHECK(start.value() == doctest::Approx(1000 * std::log(50)).epsilon(1e-13));
  std::vector<double> rows(start.size());
  start.curvature_row_sums(rows);
  // The five largest |g_i| / sqrt(scale_i), steps of 1 / L_b: after 500 of them (Nutini et al., JMLR 2022, figure 4b).
  const auto after = [&](const std::function<double(std::size_t)>& scale) {
    auto problem = start;
    std::vector<double> g(problem.size()), score(problem.size());
    std::vector<std::size_t> order(problem.size());
    std::iota(order.begin(), order.end(), std::size_t{0});
    bo::gradient_step update;
    for (int k = 0; k < 500; ++k) {
      problem.gradient(g);
      for (std::size_t i = 0; i < g.size(); ++i) score[i] = g[i] * g[i] / scale(i);
      std::nth_element(order.begin(), order.begin() + 5, order.end(),
                       [&](std::size_t a, std::size_t b) { return score[a] > score[b]; });
      (void)update.step(problem, std::span<const std::size_t>(order.data(), 5), 1);
    }
    return problem.value();
  };
  CHECK(after([&](std::size_t i) { return rows[i]; }) == doctest::Approx(2950.30).epsilon(1e-5));
  CHECK(after([](std::size_t) { return 1.0; }) == doctest::Approx(3047.24).epsilon(1e-5));
  CHECK(after([&](std::size_t i) { return start.lipschitz(i); }) == doctest::Approx(3130.43).epsilon(1e-5));
}

TEST_CASE("the published logistic regression has its size and nearly a tenth of its labels turned" *
          doctest::test_suite("long")) {
  const auto problem = bo::published_logistic();
  CHECK(problem.size() == 10000);
  CHECK(problem.image().size() == 1000);
  CHECK(problem.value() == doctest::Approx(1000 * std::log(2)).epsilon(1e-13));
  const double share = static_cast<double>(problem.design().nonzeros()) / 1e7;
  CHECK(share == doctest::Approx(10 * std::log(1000) / 1000).epsilon(0.01));
}
