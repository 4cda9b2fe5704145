// SPDX-License-Identifier: MIT
// Part of blockopt: small problems for the tests of theorems.
#pragma once

#include <cmath>
#include <cstddef>
#include <cstdint>
#include <numbers>
#include <span>
#include <vector>

#include <Eigen/Core>

#include <blockopt/block/coordinate_blocks.hpp>
#include <blockopt/problem/detail/decompositions.hpp>
#include <blockopt/problem/quadratic_model.hpp>
#include <blockopt/select/random_stream.hpp>

namespace theory_test {

using blockopt::random_stream;
using dense_quadratic = blockopt::quadratic_model<blockopt::dense_columns>;

inline double normal(random_stream& rng) {
  const double u = 1 - rng.uniform(), v = rng.uniform();
  return std::sqrt(-2 * std::log(u)) * std::cos(2 * std::numbers::pi * v);
}

inline Eigen::MatrixXd normals(Eigen::Index rows, Eigen::Index columns, std::uint64_t seed) {
  random_stream rng{random_stream::derive(seed, 7)};
  Eigen::MatrixXd m(rows, columns);
  for (Eigen::Index j = 0; j < columns; ++j) {
    for (Eigen::Index i = 0; i < rows; ++i) m(i, j) = normal(rng);
  }
  return m;
}

/// Eigenvalues from 1/condition to 1, log-spaced; then rows and columns scaled by 10^(u scale), u uniform in [-1/2, 1/2].
inline Eigen::MatrixXd spectrum_matrix(Eigen::Index n, double condition, double scale, std::uint64_t seed) {
  const Eigen::MatrixXd q = blockopt::detail::orthonormal(normals(n, n, seed));
  Eigen::VectorXd lambda(n);
  for (Eigen::Index i = 0; i < n; ++i)
    lambda[i] = std::pow(condition, -static_cast<double>(i) / static_cast<double>(std::max<Eigen::Index>(1, n - 1)));
  Eigen::MatrixXd a = q * lambda.asDiagonal() * q.transpose();
  random_stream rng{random_stream::derive(seed, 8)};
  for (Eigen::Index i = 0; i < n; ++i) {
    const double s = std::pow(10.0, scale * (rng.uniform() - 0.5));
    a.row(i) *= s;
    a.col(i) *= s;
  }
  return (a + a.transpose()) / 2;
}

inline Eigen::MatrixXd sun_ye_matrix(Eigen::Index n, double d) {
  return d * Eigen::MatrixXd::Identity(n, n) + (1 - d) * Eigen::MatrixXd::Ones(n, n);
}

/// [[1, B], [B', 1]] with the singular values of B from c down, evenly.
inline Eigen::MatrixXd two_cyclic_matrix(Eigen::Index n, double c, std::uint64_t seed) {
  const Eigen::Index h = n / 2;
  const Eigen::MatrixXd q = blockopt::detail::orthonormal(normals(h, h, seed));
  const Eigen::MatrixXd r = blockopt::detail::orthonormal(normals(h, h, seed + 1));
  Eigen::VectorXd s(h);
  for (Eigen::Index i = 0; i < h; ++i) s[i] = c * static_cast<double>(h - i) / static_cast<double>(h);
  Eigen::MatrixXd a = Eigen::MatrixXd::Identity(n, n);
  a.topRightCorner(h, h) = -q * s.asDiagonal() * r.transpose();
  a.bottomLeftCorner(h, h) = a.topRightCorner(h, h).transpose();
  return a;
}

/// x* = 0.
inline dense_quadratic quadratic(const Eigen::MatrixXd& a) {
  return {blockopt::dense_columns(a), std::vector<double>(static_cast<std::size_t>(a.rows()))};
}

inline std::vector<double> numbers_of(const Eigen::VectorXd& v) { return {v.begin(), v.end()}; }

}  // namespace theory_test
