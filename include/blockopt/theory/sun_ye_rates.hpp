// SPDX-License-Identifier: MIT
// Part of blockopt: exact rates on the worst case for cyclic coordinate descent.
#pragma once

#include <algorithm>
#include <cmath>
#include <cstddef>

#include <Eigen/Core>

#include <blockopt/theory/theorem.hpp>

/// f = x'A x/2 with A = d 1 + (1 - d) J, J all ones, n coordinates, 0 < d <= 1 (Sun & Ye, Math. Program. 185, 2021, arXiv
/// 1604.07130), coordinates minimized exactly, which are steps of 1/L_i here. Uniform draws and random permutations keep
/// second moments E(x x') of the form a 1 + b J, so that two numbers are all there is; of any other start the expectation of
/// f - f* is that of its average over all permutations.
namespace blockopt {

/// (a, b) of E(x x') = a 1 + b J.
struct sun_ye_moment {
  double a = 1, b = 0;

  /// Of a start with this f(x0) - f* and ||x0||^2, or any start that has them on average over permutations. n >= 2.
  [[nodiscard]] static sun_ye_moment of(std::size_t n, double d, double suboptimality, double squared_distance) {
    // ||x||^2 = n (a + b);  2 (f - f*) = d ||x||^2 + (1 - d) n (a + n b)
    const double count = static_cast<double>(n), sum = squared_distance / count;
    const double all = d < 1 ? (2 * suboptimality - d * squared_distance) / ((1 - d) * count) : sum;
    const double b = (all - sum) / (count - 1);
    return {sum - b, b};
  }
  /// tr(A S) / 2.
  [[nodiscard]] double suboptimality(std::size_t n, double d) const {
    const double count = static_cast<double>(n);
    return count / 2 * (a + b + (1 - d) * (count - 1) * b);
  }
};

/// What one step on a uniformly drawn coordinate makes of (a, b).
[[nodiscard]] inline Eigen::Matrix2d sun_ye_uniform_step(std::size_t n, double d) {
  const double count = static_cast<double>(n), e = 1 - d;
  // A S = d a 1 + c J with c = e a + (d + e n) b; each diagonal element of A S A is d^2 a + (d + e n) c + d e a
  const double c_a = e, c_b = d + e * count;
  const double diagonal_a = d * d + c_b * c_a + d * e, diagonal_b = c_b * c_b;
  Eigen::Matrix2d m;
  m << 1 - (2 * d - diagonal_a) / count, diagonal_b / count, -2 * c_a / count, 1 - 2 * c_b / count;
  return m;
}

/// E, the error's matrix of a sweep in ascending order: x_i becomes -(1 - d) times the sum of the others.
[[nodiscard]] inline Eigen::MatrixXd sun_ye_sweep(std::size_t n, double d) {
  const auto size = static_cast<Eigen::Index>(n);
  Eigen::MatrixXd e = Eigen::MatrixXd::Identity(size, size);
  Eigen::RowVectorXd sum = Eigen::RowVectorXd::Ones(size);
  for (Eigen::Index i = 0; i < size; ++i) {
    const Eigen::RowVectorXd before = e.row(i);
    e.row(i) = -(1 - d) * (sum - before);
    sum += e.row(i) - before;
  }
  return e;
}

/// What one epoch in a random order makes of (a, b): the average of P E S E'P' over all permutations P has the mean diagonal and the mean other element of E S E'.
[[nodiscard]] inline Eigen::Matrix2d sun_ye_permuted_epoch(std::size_t n, double d) {
  const double count = static_cast<double>(n);
  const Eigen::MatrixXd e = sun_ye_sweep(n, d);
  const auto column = [&](double trace, double all) {  // of the matrix with this trace and sum of elements
    const double other = n < 2 ? 0.0 : (all - trace) / (count * (count - 1));
    return Eigen::Vector2d(trace / count - other, other);
  };
  const Eigen::VectorXd rows = e.rowwise().sum();  // E J E' = rows rows'
  Eigen::Matrix2d m;
  m << column(e.squaredNorm(), e.colwise().sum().squaredNorm()), column(rows.squaredNorm(), rows.sum() * rows.sum());
  return m;
}

/// The largest absolute eigenvalue of a 2 x 2 matrix with real eigenvalues.
[[nodiscard]] inline double spectral_radius(const Eigen::Matrix2d& m) {
  const double half = m.trace() / 2, difference = (m(0, 0) - m(1, 1)) / 2;
  return std::fabs(half) + std::sqrt(std::max(0.0, difference * difference + m(0, 1) * m(1, 0)));
}

/// Factors of E(f - f*) in an epoch of n steps, for k -> infinity: uniform draws, about 1 - 2d; a new permutation each epoch,
/// about 1 - 2d - 2d/n.
[[nodiscard]] inline double sun_ye_uniform_factor(std::size_t n, double d) {
  return std::pow(spectral_radius(sun_ye_uniform_step(n, d)), static_cast<double>(n));
}
[[nodiscard]] inline double sun_ye_permuted_factor(std::size_t n, double d) {
  return spectral_radius(sun_ye_permuted_epoch(n, d));
}

/// mu_1: s'A^-1 s = (n - (1 - d) (sum s)^2/(d + (1 - d) n))/d is largest for as many signs of either kind as can be.
[[nodiscard]] inline double sun_ye_mu_1(std::size_t n, double d) {
  const double count = static_cast<double>(n), odd = n % 2 == 0 ? 0.0 : 1.0;
  return d / (count - (1 - d) * odd / (d + (1 - d) * count));
}

namespace bounds {

/// E(f - f*) after k steps, exactly. Reads n, d = mu, and the start.
[[nodiscard]] inline theorem sun_ye_uniform() {
  theorem t = detail::on_mean(detail::equality(detail::general(
      "Sun-Ye, uniform", "exact; factor about 1 - 2d in n steps",
      "second moments; Lee & Wright, IMA J. Numer. Anal. 39, 2019", [](const problem_constants& c, double k) {
        const auto start = sun_ye_moment::of(c.coordinates, c.mu, c.suboptimality, c.squared_distance);
        Eigen::Vector2d moment(start.a, start.b);
        const Eigen::Matrix2d m = sun_ye_uniform_step(c.coordinates, c.mu);
        for (double i = 0; i < k; ++i) moment = m * moment;
        return sun_ye_moment{moment[0], moment[1]}.suboptimality(c.coordinates, c.mu);
      })));
  t.factor = [](const problem_constants& c) { return spectral_radius(sun_ye_uniform_step(c.coordinates, c.mu)); };
  return t;
}

/// After k epochs, a new permutation each.
[[nodiscard]] inline theorem sun_ye_permuted() {
  theorem t = detail::in_cycles(detail::on_mean(detail::equality(
      detail::general("Sun-Ye, permuted", "exact; factor about 1 - 2d - 2d/n in an epoch",
                      "Lee & Wright, IMA J. Numer. Anal. 39, 2019", [](const problem_constants& c, double k) {
                        const auto start = sun_ye_moment::of(c.coordinates, c.mu, c.suboptimality, c.squared_distance);
                        Eigen::Vector2d moment(start.a, start.b);
                        const Eigen::Matrix2d m = sun_ye_permuted_epoch(c.coordinates, c.mu);
                        for (double i = 0; i < k; ++i) moment = m * moment;
                        return sun_ye_moment{moment[0], moment[1]}.suboptimality(c.coordinates, c.mu);
                      }))));
  t.factor = [](const problem_constants& c) { return sun_ye_permuted_factor(c.coordinates, c.mu); };
  return t;
}

}  // namespace bounds
}  // namespace blockopt
