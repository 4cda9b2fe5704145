// SPDX-License-Identifier: MIT
// Part of blockopt: problems of two blocks whose exact rates are known.
#pragma once

#include <cstddef>
#include <cstdint>
#include <utility>
#include <vector>

#include <Eigen/Core>

#include <blockopt/error.hpp>
#include <blockopt/problem/columns.hpp>
#include <blockopt/problem/detail/random_source.hpp>
#include <blockopt/problem/detail/spectral_matrix.hpp>
#include <blockopt/problem/linear_model.hpp>
#include <blockopt/problem/loss.hpp>
#include <blockopt/problem/quadratic_model.hpp>

namespace blockopt {
namespace detail {

/// k singular values up to `largest`, equally spaced.
[[nodiscard]] inline Eigen::VectorXd coupling(Eigen::Index k, double largest) {
  return Eigen::VectorXd::LinSpaced(k, largest / static_cast<double>(k), largest);
}

[[nodiscard]] inline Eigen::VectorXd normal_vector(Eigen::Index n, random_source& random) {
  return Eigen::VectorXd::NullaryExpr(n, [&] { return random.normal(); });
}

}  // namespace detail

/// x'Ax/2 - b'x with A = [I, -B; -B', I], the largest singular value of B being 1 - mu: 2-cyclic, L_i = 1, L = 2 - mu and
/// strong convexity mu. An epoch of cyclic exact steps contracts by (1 - mu)^2 asymptotically, the expected iterate of
/// uniformly random ones by (1 - mu/n)^n: cyclic order is about twice as fast (Gurbuzbalaban, Ozdaglar, Parrilo & Vanli,
/// NeurIPS 2017). Natural blocks: the two halves. Raises invalid_option for an odd or zero `variables` and a mu outside of
/// (0, 1).
[[nodiscard]] inline quadratic_model<dense_columns> two_cyclic(std::size_t variables, double mu,
                                                               std::uint64_t seed = 1) {
  if (variables == 0 || variables % 2 != 0)
    raise<invalid_option>({"two_cyclic: variables = ", variables, "; a positive even number is needed"});
  if (!(mu > 0 && mu < 1)) raise<invalid_option>({"two_cyclic: mu = ", mu, "; it must lie between 0 and 1"});
  const auto k = static_cast<Eigen::Index>(variables / 2);
  detail::random_source random(seed, 0), solution(seed, 1);
  const Eigen::MatrixXd u = detail::random_orthonormal(k, k, random), v = detail::random_orthonormal(k, k, random);
  const Eigen::MatrixXd b = u * detail::coupling(k, 1 - mu).asDiagonal() * v.transpose();
  Eigen::MatrixXd a = Eigen::MatrixXd::Identity(2 * k, 2 * k);
  a.topRightCorner(k, k) = -b;
  a.bottomLeftCorner(k, k) = -b.transpose();
  const Eigen::VectorXd linear = a * detail::normal_vector(2 * k, solution);
  return {dense_columns(std::move(a)), std::vector<double>(linear.begin(), linear.end())};
}

/// ||A_1 x_1 + A_2 x_2 - y||^2 / 2 with orthonormal columns in each block of `block_size`, and `c` the largest singular
/// value of A_1'A_2; 2 block_size rows, y = A x* and so f* = 0. L_b = 1. Two-block gradient steps relaxed by w contract an
/// epoch's error by c^2 for w = 1, and by w - 1 for the best w = 2 / (1 + sqrt(1 - c^2)), which is the square of the best
/// heavy-ball rate (Young's SOR; Peng & Yin, ICML 2024, "Block acceleration without momentum"). Raises invalid_option for an
/// empty block and a c outside of [0, 1).
[[nodiscard]] inline linear_model<dense_columns, squared_loss> orthogonal_blocks(std::size_t block_size, double c,
                                                                                 std::uint64_t seed = 1) {
  if (block_size == 0) raise<invalid_option>("orthogonal_blocks: block_size = 0; at least 1 is needed");
  if (!(c >= 0 && c < 1)) raise<invalid_option>({"orthogonal_blocks: c = ", c, "; it must lie in [0, 1)"});
  const auto k = static_cast<Eigen::Index>(block_size);
  detail::random_source random(seed, 0), solution(seed, 1);
  const Eigen::MatrixXd q = detail::random_orthonormal(2 * k, 2 * k, random);
  const Eigen::MatrixXd u = detail::random_orthonormal(k, k, random), v = detail::random_orthonormal(k, k, random);
  const Eigen::ArrayXd cosine = detail::coupling(k, c).array();
  Eigen::MatrixXd a(2 * k, 2 * k);
  a.leftCols(k) = q.leftCols(k) * u.transpose();
  a.rightCols(k) = (q.leftCols(k) * cosine.matrix().asDiagonal() +
                    q.rightCols(k) * (1 - cosine.square()).sqrt().matrix().asDiagonal()) *
                   v.transpose();
  const Eigen::VectorXd y = a * detail::normal_vector(2 * k, solution);
  return {dense_columns(std::move(a)), squared_loss{{y.begin(), y.end()}}};
}

}  // namespace blockopt
