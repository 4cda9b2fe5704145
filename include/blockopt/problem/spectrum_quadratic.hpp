// SPDX-License-Identifier: MIT
// Part of blockopt: quadratics in coordinates whose eigenvalues are prescribed.
#pragma once

#include <cmath>
#include <cstddef>
#include <cstdint>
#include <span>
#include <utility>
#include <vector>

#include <Eigen/Core>

#include <blockopt/error.hpp>
#include <blockopt/problem/columns.hpp>
#include <blockopt/problem/detail/random_source.hpp>
#include <blockopt/problem/detail/spectral_matrix.hpp>
#include <blockopt/problem/detail/split_variable.hpp>
#include <blockopt/problem/log_spaced.hpp>
#include <blockopt/problem/quadratic_model.hpp>

namespace blockopt {

struct spectrum_options {
  bool diagonal = false;  ///< A = diag(spectrum) itself: then mu_1 = 1 / sum(1 / lambda_i) exactly
  /// A becomes D A D with log-uniform d_i from 1 to this, which spreads the L_i by its square; mu and L are then no longer
  /// the prescribed ones.
  double rescale = 1;
  std::vector<double> linear = {};  ///< b; empty: A x* for a seeded x* of independent elements with variance 1
};

/// x'Ax/2 - b'x with A = Q diag(spectrum) Q'. Without rescale mu and L are the smallest and the largest number of the
/// spectrum; L_i, L_b, x* and f* are the model's. The same A and x* as those of `quadratic` with this seed. Raises
/// invalid_option for eigenvalues that are not positive and finite, for none, and for a rescale below 1. Costs O(n^3).
[[nodiscard]] inline quadratic_model<dense_columns> spectrum_quadratic(std::span<const double> spectrum,
                                                                       std::uint64_t seed = 1,
                                                                       const spectrum_options& options = {}) {
  const std::size_t n = spectrum.size();
  if (n == 0) raise<invalid_option>("spectrum_quadratic: the spectrum is empty");
  detail::check_spectrum("spectrum_quadratic", spectrum);
  if (!(options.rescale >= 1 && std::isfinite(options.rescale)))
    raise<invalid_option>({"spectrum_quadratic: rescale = ", options.rescale, "; it must be at least 1"});
  const auto size = static_cast<Eigen::Index>(n);
  Eigen::MatrixXd a = detail::spectral_matrix(spectrum, seed);
  if (options.diagonal) a = Eigen::Map<const Eigen::VectorXd>(spectrum.data(), size).asDiagonal();
  if (options.rescale > 1) {
    detail::random_source random(seed, 2);
    std::vector<double> d(n);
    for (double& v : d) v = std::pow(options.rescale, random.uniform());
    for (std::size_t j = 0; j < n; ++j) {
      for (std::size_t i = 0; i < n; ++i) a(static_cast<Eigen::Index>(i), static_cast<Eigen::Index>(j)) *= d[i] * d[j];
    }
  }
  std::vector<double> linear = options.linear;
  if (linear.empty()) {
    detail::random_source random(seed, 1);
    const Eigen::VectorXd b = a * Eigen::VectorXd::NullaryExpr(size, [&] { return random.normal(); }).eval();
    linear.assign(b.begin(), b.end());
  } else {
    detail::check_vector("spectrum_quadratic", "linear", linear, n);
  }
  return {dense_columns(std::move(a)), std::move(linear)};
}

}  // namespace blockopt
