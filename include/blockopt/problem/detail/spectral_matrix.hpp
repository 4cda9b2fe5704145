// SPDX-License-Identifier: MIT
// Part of blockopt: symmetric matrices whose eigenvalues are prescribed.
#pragma once

#include <cmath>
#include <cstddef>
#include <cstdint>
#include <span>
#include <string>

#include <Eigen/Core>

#include <blockopt/error.hpp>
#include <blockopt/problem/detail/decompositions.hpp>
#include <blockopt/problem/detail/random_source.hpp>

namespace blockopt::detail {

/// Raises invalid_option in the name of `owner` unless all eigenvalues are positive and finite.
inline void check_spectrum(const std::string& owner, std::span<const double> spectrum) {
  for (std::size_t i = 0; i < spectrum.size(); ++i) {
    if (!(spectrum[i] > 0 && std::isfinite(spectrum[i]))) {
      raise<invalid_option>(
          {owner, ": spectrum[", i, "] = ", spectrum[i], "; eigenvalues must be positive and finite"});
    }
  }
}

/// The first `columns` columns of the orthogonal factor (Householder) of a random n x columns matrix.
template <class = void>  // see decompositions.hpp
[[nodiscard]] Eigen::MatrixXd random_orthonormal(Eigen::Index n, Eigen::Index columns, random_source& random) {
  const Eigen::MatrixXd raw = Eigen::MatrixXd::NullaryExpr(n, columns, [&] { return random.normal(); });
  return orthonormal(raw);
}

/// A = Q diag(spectrum) Q', symmetric to the last bit, with Q from stream 0 of the seed.
template <class = void>
[[nodiscard]] Eigen::MatrixXd spectral_matrix(std::span<const double> spectrum, std::uint64_t seed) {
  const auto n = static_cast<Eigen::Index>(spectrum.size());
  random_source random(seed, 0);
  const Eigen::MatrixXd q = random_orthonormal(n, n, random);
  const Eigen::Map<const Eigen::VectorXd> eigenvalues(spectrum.data(), n);
  const Eigen::MatrixXd product = q * eigenvalues.asDiagonal() * q.transpose();
  return 0.5 * (product + product.transpose());
}

}  // namespace blockopt::detail
