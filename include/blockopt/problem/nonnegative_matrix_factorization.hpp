// SPDX-License-Identifier: MIT
// Part of blockopt: factors of a matrix that are not negative.
#pragma once

#include <algorithm>
#include <cmath>
#include <cstddef>
#include <cstdint>
#include <limits>
#include <numeric>
#include <span>
#include <utility>
#include <vector>

#include <Eigen/Core>

#include <blockopt/error.hpp>
#include <blockopt/problem/detail/factor_pair.hpp>
#include <blockopt/problem/detail/random_source.hpp>

namespace blockopt {

/// min ||Y - W H||^2 / 2 over W >= 0 of m x r and H >= 0 of r x n. Exact steps on its component_blocks in turn are HALS
/// (Cichocki, Zdunek & Amari, ICA 2007), `multiplicative` the step of Lee & Seung (NIPS 2000). Not convex; f* is not known in
/// general. See factor_pair for the coordinates.
class nonnegative_matrix_factorization : public detail::factor_pair {
 public:
  /// Starts at seeded uniform numbers. Raises invalid_option for a matrix that is empty, negative or not finite, and a rank
  /// of 0.
  nonnegative_matrix_factorization(Eigen::MatrixXd y, std::size_t rank, std::uint64_t seed = 1)
      : factor_pair("nonnegative_matrix_factorization", std::move(y), rank) {
    if (target().minCoeff() < 0)
      raise<invalid_option>({owner_, ": the matrix has a negative element, ", target().minCoeff()});
    detail::random_source random(seed, 2);
    std::vector<double> start(size());
    for (double& x : start) x = random.uniform();
    set(start);
  }

  [[nodiscard]] double value() const {
    for (const double x : point_) {
      if (x < 0) return std::numeric_limits<double>::infinity();
    }
    return factor_pair::value();
  }
  [[nodiscard]] double prox(std::size_t, double v, double) const noexcept { return v <= 0 ? 0.0 : v; }
  [[nodiscard]] double subgradient(std::size_t i, double g) const noexcept { return at(i) <= 0 && g > 0 ? 0.0 : g; }
  [[nodiscard]] double psi_change(std::size_t i, double d) const noexcept {
    return at(i) + d < 0 ? std::numeric_limits<double>::infinity() : 0.0;
  }
  [[nodiscard]] double exact(std::size_t i) const { return prox(i, at(i) - derivative(i) / lipschitz(i), 0) - at(i); }
  /// Of blocks in whose lines there is one entry each, as in columns of W and rows of H: then entries do not depend on each
  /// other. Raises invalid_option for others.
  void exact_block(std::span<const std::size_t> block, std::span<double> step) const {
    each_line(block, [&](const auto&, const std::vector<std::size_t>& positions) {
      if (positions.size() > 1)
        raise<invalid_option>({owner_,
                               ": the exact step is known for blocks in one column of W or row of H; coordinates ",
                               block[positions[0]], " and ", block[positions[1]], " depend on each other"});
      step[positions[0]] = exact(block[positions[0]]);
    });
  }
  /// W_ia <- W_ia (Y H')_ia / (W H H')_ia, and for H alike, at all entries of a block of one factor at once: the objective
  /// does not rise. A zero stays zero. Raises invalid_option for a block of both factors.
  void multiplicative(std::span<const std::size_t> block, std::span<double> step) const {
    check_one_factor(block);
    std::vector<Eigen::Index> all(rank());
    std::iota(all.begin(), all.end(), Eigen::Index{0});
    const Eigen::MatrixXd products = gram(at_entry(block[0]).left, all);
    for (std::size_t k = 0; k < block.size(); ++k) {
      const entry e = at_entry(block[k]);
      const auto factor = e.left ? left() : right();
      const double x = at(block[k]);
      double share = 0;
      for (Eigen::Index c = 0; c < products.rows(); ++c) share += factor(e.line, c) * products(c, e.component);
      step[k] = share > 0 ? std::max(-x, -x * derivative(block[k]) / share) : 0.0;
    }
  }
};

/// Y = W H with uniform entries in both factors, and noise of relative squared size 1 / `snr` (0: none), what is negative then
/// being 0; as the simulated data of benchopt's benchmark_nmf (40 x 40, rank 3).
[[nodiscard]] inline Eigen::MatrixXd planted_nonnegative_matrix(std::size_t rows, std::size_t columns, std::size_t rank,
                                                                std::uint64_t seed, double snr = 0) {
  if (!(snr >= 0)) raise<invalid_option>({"planted_nonnegative_matrix: snr = ", snr, "; it must not be negative"});
  const auto m = static_cast<Eigen::Index>(rows), n = static_cast<Eigen::Index>(columns);
  const auto r = static_cast<Eigen::Index>(rank);
  detail::random_source random(seed, 0), noise(seed, 1);
  const Eigen::MatrixXd w = Eigen::MatrixXd::NullaryExpr(m, r, [&] { return random.uniform(); });
  const Eigen::MatrixXd h = Eigen::MatrixXd::NullaryExpr(r, n, [&] { return random.uniform(); });
  const Eigen::MatrixXd y = w * h;
  if (snr == 0) return y;
  const Eigen::MatrixXd e = Eigen::MatrixXd::NullaryExpr(m, n, [&] { return noise.normal(); });
  return (y + y.norm() / (e.norm() * std::sqrt(snr)) * e).cwiseMax(0.0);
}

}  // namespace blockopt
