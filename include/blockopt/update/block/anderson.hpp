// SPDX-License-Identifier: MIT
// Part of blockopt: Anderson's extrapolation from the ends of epochs, around another update.
#pragma once

#include <algorithm>
#include <cmath>
#include <cstddef>
#include <cstdint>
#include <utility>
#include <vector>

#include <Eigen/Core>

#include <blockopt/error.hpp>
#include <blockopt/problem/coordinate_problem.hpp>
#include <blockopt/problem/detail/decompositions.hpp>
#include <blockopt/update/block_update.hpp>

namespace blockopt {

/// Steps of `inner`; and after every `memory` = K epochs (as many steps as there are blocks) a try: with x_0 ... x_K the
/// points at the ends of epochs, U = (x_1 - x_0, ..., x_K - x_K-1) and (U'U + lambda I) z = 1, the point
/// sum of z_k x_k / sum of z_k, k = 1 ... K, is taken if the objective is lower there (Bertrand & Massias, AISTATS 2021,
/// Algorithm 4; Anderson, J. ACM 12, 1965). Then it begins anew. So the objective is never higher than inner's own. On
/// quadratics an epoch in a fixed order is a linear map, which the extrapolation inverts on a subspace: about the square
/// root of the condition number. Random orders are no fixed map and gain little.
///
/// Keeps K + 1 points. A try costs two objectives, a point set, another where it was not taken, and n K^2.
template <class Inner>
struct anderson {
  Inner inner{};
  std::uint32_t memory = 5;       ///< K, at least 2
  double regularization = 1e-14;  ///< lambda over the trace of U'U, not negative

  /// Problems that inner can step on, if it moves their point.
  template <class P>
  static constexpr bool fits = update_fits<Inner, P>() && !requires(Inner & u, P& p) {
    u.synchronize(p);
  };

  /// Raises invalid_option for a setting out of range, and what inner raises.
  template <coordinate_problem P, class Blocks>
  void start(const P& problem, const Blocks& blocks) {
    static_assert(fits<P>,
                  "blockopt: anderson moves the problem's point, and this update keeps its own, or does not fit");
    if (memory < 2) raise<invalid_option>({"anderson: memory = ", memory, "; it takes two epochs at least"});
    if (!(regularization >= 0 && std::isfinite(regularization)))
      raise<invalid_option>({"anderson: regularization = ", regularization, "; it must not be negative"});
    if constexpr (requires { inner.start(problem, blocks); }) inner.start(problem, blocks);
    epoch = blocks.size();
    points.clear();
    points.reserve((memory + std::size_t{1}) * problem.size());
  }

  template <coordinate_problem P, class Block>
  block_step step(P& problem, const Block& block, std::size_t b) {
    if (points.empty()) keep(problem);
    block_step done = inner.step(problem, block, b);
    if (++steps % epoch == 0) {
      keep(problem);
      if (points.size() == (memory + std::size_t{1}) * problem.size()) extrapolate(problem, done);
    }
    return done;
  }

  [[nodiscard]] std::size_t state_bytes() const {
    std::size_t sum = points.size() * sizeof(double);
    if constexpr (requires { inner.state_bytes(); }) sum += inner.state_bytes();
    return sum;
  }
  template <class A>
  void archive(A& a) {
    a("inner", inner);
    a.same("memory", memory);
    a.same("regularization", regularization);
    a("points", points);
    a("steps", steps);
    a("tries", tries);
    a("taken", taken);
  }

  // state, not settings
  std::vector<double> points{};  ///< at the ends of epochs, one after the other
  std::uint64_t steps = 0, tries = 0, taken = 0;
  std::size_t epoch = 1;

 private:
  template <class P>
  void keep(const P& problem) {
    for (std::size_t i = 0; i < problem.size(); ++i) points.push_back(problem.at(i));
  }

  template <class P>
  void extrapolate(P& problem, block_step& done) {
    const auto n = static_cast<Eigen::Index>(problem.size()), k = static_cast<Eigen::Index>(memory);
    const Eigen::Map<const Eigen::MatrixXd> x(points.data(), n, k + 1);
    const Eigen::MatrixXd u = x.rightCols(k) - x.leftCols(k);
    Eigen::MatrixXd gram = u.transpose() * u;
    const double trace = gram.trace();
    std::vector<double> last(points.end() - static_cast<std::ptrdiff_t>(n), points.end());
    done.flops += 2.0 * static_cast<double>(n) * static_cast<double>(k * k);
    if (trace > 0 && std::isfinite(trace)) {
      gram.diagonal().array() += regularization * trace;
      const Eigen::VectorXd z = detail::pivoted_cholesky(gram).solve(Eigen::VectorXd::Ones(k));
      const Eigen::VectorXd guess = x.rightCols(k) * (z / z.sum());
      if (guess.allFinite()) {
        ++tries;
        const double before = problem.value();
        problem.set({guess.data(), problem.size()});
        done.values += 2;
        done.flops += problem.gradient_flops();
        if (problem.value() < before) {
          ++taken;
          last.assign(guess.begin(), guess.end());
        } else {
          problem.set(last);
          done.flops += problem.gradient_flops();
        }
      }
    }
    points = std::move(last);
    points.reserve((memory + std::size_t{1}) * problem.size());
  }
};

}  // namespace blockopt
