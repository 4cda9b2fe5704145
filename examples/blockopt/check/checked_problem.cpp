// SPDX-License-Identifier: MIT
// Part of blockopt: the problems of the check, with optimum and constants.

#include "check/checked_problem.hpp"

#include <algorithm>
#include <cmath>
#include <numbers>
#include <utility>

#include <Eigen/Core>
#include <Eigen/SparseCore>

#include <blockopt/problem/detail/decompositions.hpp>
#include <blockopt/select/random_stream.hpp>
#include <blockopt/theory/bounds/cyclic.hpp>

#include "common/format.hpp"

namespace blockopt::program {

namespace {

Eigen::MatrixXd normals(std::size_t rows, std::size_t columns, std::uint64_t seed) {
  random_stream rng{random_stream::derive(seed, 0)};
  Eigen::MatrixXd m(static_cast<Eigen::Index>(rows), static_cast<Eigen::Index>(columns));
  for (double& x : m.reshaped()) {
    const double u = 1 - rng.uniform(), v = rng.uniform();
    x = std::sqrt(-2 * std::log(u)) * std::cos(2 * std::numbers::pi * v);
  }
  return m;
}
Eigen::MatrixXd orthogonal(std::size_t n, std::uint64_t seed) { return detail::orthonormal(normals(n, n, seed)); }
Eigen::VectorXd spectrum(std::size_t n, double condition) {
  Eigen::VectorXd lambda(static_cast<Eigen::Index>(n));
  for (std::size_t i = 0; i < n; ++i)
    lambda[static_cast<Eigen::Index>(i)] =
        std::pow(condition, -static_cast<double>(i) / static_cast<double>(std::max<std::size_t>(1, n - 1)));
  return lambda;
}

std::string number(double x) { return exact(x); }

checked_problem<checked_quadratic> quadratic(std::string name, const Eigen::MatrixXd& a, const Eigen::VectorXd& start) {
  const std::size_t n = static_cast<std::size_t>(a.rows());
  checked_problem<checked_quadratic> lab{
      .name = std::move(name),
      .problem = checked_quadratic(dense_columns((a + a.transpose()) / 2), std::vector<double>(n)),
      .minimizer = std::vector<double>(n)};
  lab.problem.set(std::vector<double>(start.begin(), start.end()));
  return lab;
}

/// Finds x* by sweeps of prox steps until f does not fall any more.
template <class Problem>
checked_problem<Problem> solved(std::string name, Problem problem) {
  checked_problem<Problem> lab{.name = std::move(name), .problem = problem};
  double before = problem.value();
  for (int round = 0; round < 200; ++round) {
    for (int sweep = 0; sweep < 100; ++sweep) {
      for (std::size_t i = 0; i < problem.size(); ++i) {
        const double l = problem.lipschitz(i), v = problem.at(i) - problem.derivative(i) / l;
        if constexpr (separable_composite<Problem>) problem.move(i, problem.prox(i, v, l) - problem.at(i));
        else problem.move(i, v - problem.at(i));
      }
    }
    const double now = problem.value();
    if (now >= before) break;
    before = now;
  }
  lab.minimizer.assign(problem.point().begin(), problem.point().end());
  lab.optimum = problem.value();
  lab.rounding = 1e-14 * (std::fabs(lab.optimum) + std::fabs(lab.problem.value()));
  return lab;
}

}  // namespace

checked_problem<checked_quadratic> spectrum_problem(std::size_t n, double condition, double scale) {
  const Eigen::MatrixXd q = orthogonal(n, 1);
  Eigen::MatrixXd a = q * spectrum(n, condition).asDiagonal() * q.transpose();
  random_stream rng{random_stream::derive(2, 0)};
  Eigen::VectorXd d(a.rows());
  for (double& x : d) x = std::pow(10.0, scale * (rng.uniform() - 0.5));
  a = d.asDiagonal() * a * d.asDiagonal();
  return quadratic("quadratic[n=" + std::to_string(n) + ";condition=" + number(condition) +
                       (scale == 0 ? "" : ";scale=" + number(scale)) + "]",
                   a, normals(n, 1, 3));
}
checked_problem<checked_quadratic> diagonal_problem(std::size_t n, double condition) {
  const Eigen::VectorXd lambda = spectrum(n, condition);
  return quadratic("diagonal[n=" + std::to_string(n) + ";condition=" + number(condition) + "]", lambda.asDiagonal(),
                   lambda.cwiseInverse());
}
checked_problem<checked_quadratic> identity_problem(std::size_t n, double m) {
  const auto size = static_cast<Eigen::Index>(n);
  return quadratic("identity[n=" + std::to_string(n) + "]", m * Eigen::MatrixXd::Identity(size, size),
                   normals(n, 1, 3));
}
checked_problem<checked_quadratic> sun_ye_problem(std::size_t n, double d) {
  const auto size = static_cast<Eigen::Index>(n);
  return quadratic("sun-ye[n=" + std::to_string(n) + ";d=" + number(d) + "]",
                   d * Eigen::MatrixXd::Identity(size, size) + (1 - d) * Eigen::MatrixXd::Ones(size, size),
                   normals(n, 1, 3));
}
checked_problem<checked_quadratic> two_cyclic_problem(std::size_t n, double c, double w) {
  const std::size_t h = n / 2;
  const auto half = static_cast<Eigen::Index>(h), size = 2 * half;
  const Eigen::MatrixXd left = orthogonal(h, 4), right = orthogonal(h, 5);
  Eigen::VectorXd s(half);
  for (Eigen::Index i = 0; i < half; ++i) s[i] = c * static_cast<double>(half - i) / static_cast<double>(half);
  Eigen::MatrixXd a = Eigen::MatrixXd::Identity(size, size);
  a.topRightCorner(half, half) = -left * s.asDiagonal() * right.transpose();
  a.bottomLeftCorner(half, half) = a.topRightCorner(half, half).transpose();
  // A sweep makes e_1 = (1 - w) e_1 + w c e_2 of the components along the singular vectors: the eigenvector to rho has
  const double rho = bounds::relaxed_radius(c, w);
  Eigen::VectorXd start(size);
  start << left.col(0), (rho + w - 1) / (w * c) * right.col(0);
  return quadratic("two-cyclic[n=" + std::to_string(size) + ";c=" + number(c) + "]", a, start);
}

checked_problem<checked_ridge> ridge_problem(std::size_t rows, std::size_t n, std::size_t per_row, double l2) {
  Eigen::MatrixXd a = normals(rows, n, 6);
  random_stream rng{random_stream::derive(7, 0)};
  for (Eigen::Index i = 0; i < a.rows(); ++i) {
    for (std::size_t left = n; left > per_row; --left) {  // removes one of those that are left
      auto rank = rng.below(left);
      for (Eigen::Index j = 0;; ++j) {
        if (a(i, j) != 0 && rank-- == 0) {
          a(i, j) = 0;
          break;
        }
      }
    }
  }
  for (Eigen::Index j = 0; j < a.cols(); ++j) a.col(j) *= 1 + 0.3 * static_cast<double>(j);
  const Eigen::MatrixXd y = normals(rows, 1, 8);
  return solved(
      (l2 > 0 ? "ridge[" : "least-squares[") + std::to_string(rows) + "x" + std::to_string(n) +
          (l2 > 0 ? ";l2=" + number(l2) : "") + "]",
      checked_ridge(sparse_columns(Eigen::SparseMatrix<double>(a.sparseView(0, 0))),
                    squared_loss{std::vector<double>(y.data(), y.data() + y.size())}, ridge_penalty{.l2 = l2}));
}
checked_problem<checked_logistic> logistic_problem(std::size_t rows, std::size_t n, double l2) {
  Eigen::MatrixXd a = normals(rows, n, 9);
  for (Eigen::Index j = 0; j < a.cols(); ++j) a.col(j) *= 1 + 0.5 * static_cast<double>(j);
  const Eigen::MatrixXd noise = normals(rows, 1, 10);
  std::vector<double> label(rows);
  for (std::size_t i = 0; i < rows; ++i) {
    const auto row = static_cast<Eigen::Index>(i);
    label[i] = a.row(row).sum() / std::sqrt(static_cast<double>(n)) + noise(row) > 0 ? 1 : -1;
  }
  return solved("logistic[" + std::to_string(rows) + "x" + std::to_string(n) + ";l2=" + number(l2) + "]",
                checked_logistic(dense_columns(a), logistic_loss(label), ridge_penalty{.l2 = l2}));
}
checked_problem<checked_lasso> lasso_problem(std::size_t rows, std::size_t n, double part, double l2) {
  Eigen::MatrixXd a = normals(rows, n, 11);
  for (Eigen::Index j = 0; j < a.cols(); ++j) a.col(j) *= 1 + 0.2 * static_cast<double>(j);
  Eigen::VectorXd truth = Eigen::VectorXd::Zero(a.cols());
  truth.head(a.cols() / 4).setOnes();
  const Eigen::VectorXd y = a * truth + normals(rows, 1, 12);
  const double l1 = part * (a.transpose() * y).cwiseAbs().maxCoeff();
  return solved((l2 > 0 ? "elastic-net[" : "lasso[") + std::to_string(rows) + "x" + std::to_string(n) +
                    (l2 > 0 ? ";l2=" + number(l2) : "") + "]",
                checked_lasso(dense_columns(a), squared_loss{std::vector<double>(y.begin(), y.end())},
                              l1_penalty{.l1 = l1, .l2 = l2}));
}
checked_problem<checked_dual> dual_problem(std::size_t samples, std::size_t features, double l2, double upper) {
  const Eigen::MatrixXd a = normals(features, samples, 13);
  return solved("svm-dual[" + std::to_string(samples) + "x" + std::to_string(features) +
                    (l2 > 0 ? ";l2=" + number(l2) : ";C=" + number(upper)) + "]",
                checked_dual(dense_columns(a), squared_loss{std::vector<double>(features)},
                             box_penalty{.l2 = l2, .linear = -1, .lower = 0, .upper = upper}.checked()));
}

}  // namespace blockopt::program
