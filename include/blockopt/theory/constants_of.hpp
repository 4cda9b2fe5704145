// SPDX-License-Identifier: MIT
// Part of blockopt: the constants of quadratics and linear models, computed.
#pragma once

#include <concepts>
#include <cstddef>
#include <span>

#include <Eigen/Core>

#include <blockopt/block/coordinate_blocks.hpp>
#include <blockopt/error.hpp>
#include <blockopt/problem/detail/decompositions.hpp>
#include <blockopt/problem/linear_model.hpp>
#include <blockopt/theory/constants.hpp>
#include <blockopt/theory/detail/dense.hpp>
#include <blockopt/theory/sign_maximum.hpp>

namespace blockopt {

/// Problems f(x) = x'A x / 2 - b'x that show A, x* and f - f*, like quadratic_model.
template <class P>
concept shown_quadratic = requires(const P& p) {
  p.matrix().columns();
  p.matrix().values_of(std::size_t{0});
  p.minimizer();
  { p.suboptimality() } -> std::convertible_to<double>;
};

/// The constants of any f whose Hessian lies between `lower` and `upper` (n x n, positive semidefinite; the same matrix
/// for a quadratic), in blocks. mu_1 and mu_L are exact up to 20 coordinates and for diagonal matrices, and NaN beyond.
/// O(n^3): some seconds for 1000 coordinates. What divides by an L_b of 0 is NaN. Raises invalid_option for a coordinate in
/// no block, about which no theorem here says anything.
template <class Blocks>
[[nodiscard]] problem_constants constants_of_bounds(const Eigen::MatrixXd& lower, const Eigen::MatrixXd& upper,
                                                    const Blocks& blocks) {
  const Eigen::Index n = upper.rows();
  problem_constants c;
  c.coordinates = static_cast<std::size_t>(n);
  Eigen::VectorXd d = Eigen::VectorXd::Constant(n, -1);
  Eigen::MatrixXd diagonal = Eigen::MatrixXd::Zero(n, n);
  for (std::size_t b = 0; b < blocks.size(); ++b) {
    const auto block = blocks[b];
    c.lipschitz.push_back(detail::symmetric_eigenvalues(detail::submatrix(upper, block, block)).maxCoeff());
    for (const std::size_t i : block) {
      const auto row = static_cast<Eigen::Index>(i);
      d[row] = c.lipschitz.back();
      for (const std::size_t j : block)
        diagonal(row, static_cast<Eigen::Index>(j)) = upper(row, static_cast<Eigen::Index>(j));
    }
  }
  for (Eigen::Index i = 0; i < n; ++i) {
    if (d[i] < 0) raise<invalid_option>({"constants_of: coordinate ", i, " is in no block"});
  }
  const Eigen::VectorXd spectrum = detail::symmetric_eigenvalues(upper);
  c.smoothness = spectrum.maxCoeff();
  // Of a singular matrix the least eigenvalue is 0 but for rounding.
  const auto least = [&](const Eigen::MatrixXd& m) {
    const Eigen::VectorXd values = detail::symmetric_eigenvalues(m);
    const double rounding = 4e-16 * static_cast<double>(n) * values.maxCoeff();
    return values.minCoeff() > rounding ? values.minCoeff() : 0.0;
  };
  c.mu = least(lower);
  if (!(d.minCoeff() > 0)) return c;
  const auto scaled = [&](const Eigen::MatrixXd& m, double power) -> Eigen::MatrixXd {
    const Eigen::VectorXd w = d.array().pow(-power / 2);
    return w.asDiagonal() * m * w.asDiagonal();
  };
  c.sigma_half = least(scaled(lower, 0.5));
  c.sigma_1 = least(scaled(lower, 1));
  c.scaled_norm = detail::symmetric_eigenvalues(scaled(upper, 1)).maxCoeff();
  if (const detail::cholesky factor(diagonal); factor.works() && factor.rcond() > 1e-14) {
    const Eigen::MatrixXd both = factor.solve_lower(factor.solve_lower(lower).transpose());
    c.sigma_blocks = least((both + both.transpose()) / 2);
    if (blocks.size() == 2) {  // the eigenvalues of the scaled matrix are 1 +- singular values of its corner
      const Eigen::MatrixXd m = factor.solve_lower(factor.solve_lower(upper).transpose());
      c.coupling = detail::symmetric_eigenvalues((m + m.transpose()) / 2).maxCoeff() - 1;
    }
  }
  if (c.mu > 0 && blocks.size() == c.coordinates) {
    const Eigen::MatrixXd inverse =
        lower.isDiagonal(0) ? Eigen::MatrixXd(lower.diagonal().cwiseInverse().asDiagonal())
                            : detail::cholesky(lower).solve(Eigen::MatrixXd(Eigen::MatrixXd::Identity(n, n)));
    c.mu_1 = 1 / sign_maximum(inverse);
    c.mu_l = 1 / sign_maximum(scaled(inverse, -1));
  }
  if (c.mu > 0 && n <= 200 && lower == upper) c.sweep = detail::sweep_factor(upper, blocks, c.lipschitz);
  return c;
}

/// Of a quadratic at its present point, which becomes x0. Above 1000 coordinates only n, L_i and the starting values.
template <shown_quadratic P, class Blocks>
[[nodiscard]] problem_constants constants_of(const P& problem, const Blocks& blocks) {
  problem_constants c;
  if (problem.size() <= 1000) {
    const Eigen::MatrixXd a = detail::dense(problem.matrix());
    c = constants_of_bounds(a, a, blocks);
  } else {
    c = detail::only_lipschitz(problem, blocks);
  }
  detail::start_from(c, problem, blocks, problem.minimizer(), problem.suboptimality());
  return c;
}

/// Of a linear model. Squared loss: H = M = A'A + l2. Other losses: H = l2, M = bound A'A + l2 with the loss's bound on its
/// second derivative. A penalty without derivative belongs to psi and to no constant. `minimizer` (n numbers) and
/// `optimum`, f*, have to be found by the caller; without them what starts from x0 is NaN.
template <class Design, class Loss, class Penalty, class Blocks>
[[nodiscard]] problem_constants constants_of(const linear_model<Design, Loss, Penalty>& problem, const Blocks& blocks,
                                             std::span<const double> minimizer = {},
                                             double optimum = problem_constants::unknown) {
  problem_constants c;
  const double l2 = problem.penalty().l2;
  if (problem.size() <= 1000) {
    const Eigen::MatrixXd a = detail::dense(problem.design());
    const Eigen::MatrixXd ridge = l2 * Eigen::MatrixXd::Identity(a.cols(), a.cols());
    const Eigen::MatrixXd upper = problem.loss().bound() * (a.transpose() * a) + ridge;
    if constexpr (Loss::quadratic) c = constants_of_bounds(upper, upper, blocks);
    else c = constants_of_bounds(ridge, upper, blocks);
  } else {
    c = detail::only_lipschitz(problem, blocks);
    c.mu = l2;  // a lower bound
  }
  c.l2 = l2;
  c.composite = Penalty::composite;
  c.separability = detail::separability(problem.design(), blocks, c.coordinates, l2);
  if (!minimizer.empty()) detail::start_from(c, problem, blocks, minimizer, problem.value() - optimum);
  return c;
}

/// In blocks of one coordinate.
template <class P>
[[nodiscard]] problem_constants constants_of(const P& problem) {
  return constants_of(problem, each_coordinate{problem.size()});
}

}  // namespace blockopt
