// SPDX-License-Identifier: MIT
// Part of blockopt: logistic regression with a squared l2 penalty.
#pragma once

#include <cmath>
#include <cstddef>
#include <cstdint>
#include <limits>
#include <optional>
#include <span>
#include <string>
#include <vector>

#include <Eigen/Core>

#include <blockopt/problem/detail/decompositions.hpp>
#include <blockopt/problem/detail/random_source.hpp>
#include <blockopt/problem/detail/split_variable.hpp>
#include <blockopt/problem/problem.hpp>

namespace blockopt {

/// What a logistic regression is made from: data of the caller (`matrix` and `labels`), or seeded data where both are
/// empty: independent features of variance 1/samples, labels from a random hyperplane, a tenth of them flipped.
struct logistic_regression_config {
  std::size_t samples = 200;        ///< m of the seeded data
  std::size_t features = 20;        ///< n of the seeded data
  std::vector<double> matrix = {};  ///< A, row-major, one sample a row; n is its size over the number of labels
  std::vector<double> labels = {};  ///< y, each -1 or 1
  double l2 = 1e-3;                 ///< positive; absolute, not relative to the number of samples
  std::vector<double> start = {};   ///< w at first; empty: zero
  std::size_t blocks = 1;           ///< parameters that w is split into, of nearly equal size
  std::size_t block_size = 0;       ///< or their size, when not 0
  std::uint64_t seed = 1;
};

/// f(w) = sum over samples i of log(1 + exp(-y_i a_i'w)) + l2/2 |w|^2. A sum, not a mean: with l2 = 1 it is what
/// liblinear minimizes for C = 1 (Fan et al., JMLR 9, 2008, eq. 2). Parameters are "x.0.values", "x.1.values", ...
/// All arithmetic is in double, whatever `T` the values are stored in.
template <scalar T = double>
class logistic_regression {
 public:
  using value_type = T;

  /// Throws invalid_option.
  explicit logistic_regression(const logistic_regression_config& config = {}) : l2_(config.l2) {
    if (!(l2_ > 0 && std::isfinite(l2_))) {
      raise<invalid_option>({"logistic_regression: l2 = ", l2_, "; it must be positive and finite"});
    }
    config.matrix.empty() && config.labels.empty() ? make_data(config) : take_data(config);
    const auto n = static_cast<std::size_t>(signed_.cols());
    if (!config.start.empty()) detail::check_vector("logistic_regression", "start", config.start, n);
    variable_ = {"logistic_regression", config.start.empty() ? std::vector<double>(n) : config.start, config.blocks,
                 config.block_size};
  }

  [[nodiscard]] std::vector<parameter<T>> parameters() { return variable_.parameters(); }

  /// f at the present values, O(m n).
  [[nodiscard]] double value() const { return value_at(read()); }

  /// Adds A_b'r + l2 w_b for each active parameter b, r_i = -y_i / (1 + exp(y_i a_i'w)), and returns f. The margins,
  /// which the objective needs too, cost O(m n); the rest is O(m n_b).
  double gradient(const active_block<T>& active) const {
    const Eigen::VectorXd w = read(), margins = signed_ * w, weights = margins.unaryExpr(&tail);
    variable_.add_to_active(active, [&](std::size_t i) -> Eigen::VectorXd {
      const Eigen::Index first = variable_.first(i), count = variable_.count(i);
      return l2_ * w.segment(first, count) - signed_.middleCols(first, count).transpose() * weights;
    });
    return value_at(w, margins);
  }

  /// f*, by Newton's method to machine precision at the first call (keep that call on one thread), O(m n^2) a step.
  [[nodiscard]] double optimum() const { return value_at(solution()); }
  [[nodiscard]] std::span<const double> minimizer() const { return {solution().data(), variable_.size()}; }

  /// L_b = lambda_max(A_b'A_b)/4 + l2 for parameter b: the second derivative of log(1 + exp(-t)) is at most 1/4.
  [[nodiscard]] double block_lipschitz(std::size_t b) const {
    return curvature(variable_.first(b), variable_.count(b));
  }
  [[nodiscard]] double lipschitz() const { return curvature(0, signed_.cols()); }  ///< the same for all variables
  [[nodiscard]] double strong_convexity() const noexcept { return l2_; }           ///< mu, at least

 private:
  /// 1 / (1 + exp(t)) and log(1 + exp(-t)), without overflow.
  static double tail(double t) noexcept {
    const double e = std::exp(-std::abs(t));
    return (t > 0 ? e : 1.0) / (1.0 + e);
  }
  static double loss(double t) noexcept { return std::log1p(std::exp(-std::abs(t))) + (t > 0 ? 0.0 : -t); }

  Eigen::VectorXd read() const {
    const std::vector<double> w = variable_.read();
    return Eigen::Map<const Eigen::VectorXd>(w.data(), static_cast<Eigen::Index>(w.size()));
  }
  double value_at(const Eigen::VectorXd& w, const Eigen::VectorXd& margins) const {
    return margins.unaryExpr(&loss).sum() + 0.5 * l2_ * w.squaredNorm();
  }
  double value_at(const Eigen::VectorXd& w) const { return value_at(w, signed_ * w); }

  double curvature(Eigen::Index first, Eigen::Index count) const {
    const auto part = signed_.middleCols(first, count);
    const Eigen::MatrixXd gram = part.transpose() * part;
    return 0.25 * detail::symmetric_eigenvalues(gram).maxCoeff() + l2_;
  }

  /// Damped Newton steps (Boyd and Vandenberghe, Convex Optimization, algorithm 9.5) until the gradient stops to fall.
  const Eigen::VectorXd& solution() const {
    if (solution_) return *solution_;
    Eigen::VectorXd w = Eigen::VectorXd::Zero(signed_.cols()), best = w;
    double smallest = std::numeric_limits<double>::infinity();
    for (int iteration = 0, stale = 0; iteration < 200 && stale < 3; ++iteration) {
      const Eigen::VectorXd margins = signed_ * w, p = margins.unaryExpr(&tail);
      const Eigen::VectorXd g = l2_ * w - signed_.transpose() * p;
      stale = g.norm() < 0.5 * smallest ? 0 : stale + 1;
      if (g.norm() < smallest) {
        smallest = g.norm();
        best = w;
      }
      Eigen::MatrixXd hessian = signed_.transpose() * (p.array() * (1.0 - p.array())).matrix().asDiagonal() * signed_;
      hessian.diagonal().array() += l2_;
      const Eigen::VectorXd step = detail::cholesky(hessian).solve(g);
      const double f = value_at(w, margins), slope = g.dot(step);
      double rate = 1.0;  // the slack lets the last steps pass, whose decrease is below the rounding of f
      while (rate > 0x1p-30 && value_at(w - rate * step) > f - 0.25 * rate * slope + 1e-13 * std::abs(f)) rate *= 0.5;
      w -= rate * step;
    }
    return solution_.emplace(std::move(best));
  }

  void make_data(const logistic_regression_config& config) {
    if (config.samples == 0) raise<invalid_option>("logistic_regression: samples = 0; at least 1 is needed");
    if (config.features == 0) raise<invalid_option>("logistic_regression: features = 0; at least 1 is needed");
    const auto m = static_cast<Eigen::Index>(config.samples), n = static_cast<Eigen::Index>(config.features);
    detail::random_source random(config.seed, 0);
    const double scale = 1.0 / std::sqrt(static_cast<double>(config.samples));
    signed_ = Eigen::MatrixXd::NullaryExpr(m, n, [&] { return scale * random.normal(); });
    const Eigen::VectorXd plane = Eigen::VectorXd::NullaryExpr(n, [&] { return random.normal(); });
    for (Eigen::Index i = 0; i < m; ++i) {
      const bool negative = signed_.row(i).dot(plane) < 0, flipped = random.uniform() < 0.1;
      if (negative != flipped) signed_.row(i) *= -1.0;
    }
  }

  void take_data(const logistic_regression_config& config) {
    const std::size_t m = config.labels.size();
    if (m == 0 || config.matrix.empty() || config.matrix.size() % m != 0) {
      raise<invalid_option>({"logistic_regression: matrix has ", config.matrix.size(),
                             " elements, which is no positive multiple of the ", m, " labels"});
    }
    detail::check_finite("logistic_regression", "matrix", config.matrix);
    const auto rows = static_cast<Eigen::Index>(m), columns = static_cast<Eigen::Index>(config.matrix.size() / m);
    signed_ = Eigen::Map<const Eigen::MatrixXd>(config.matrix.data(), columns, rows).transpose();
    for (std::size_t i = 0; i < m; ++i) {
      if (config.labels[i] != 1.0 && config.labels[i] != -1.0) {
        raise<invalid_option>({"logistic_regression: labels[", i, "] = ", config.labels[i], "; a label is -1 or 1"});
      }
      signed_.row(static_cast<Eigen::Index>(i)) *= config.labels[i];
    }
  }

  double l2_;
  Eigen::MatrixXd signed_;  ///< rows y_i a_i': labels never appear alone
  detail::split_variable<T> variable_;
  mutable std::optional<Eigen::VectorXd> solution_;
};

}  // namespace blockopt
