// SPDX-License-Identifier: MIT
// Part of blockopt: strongly convex quadratics whose constants are known.
#pragma once

#include <cmath>
#include <cstddef>
#include <cstdint>
#include <span>
#include <string>
#include <utility>
#include <vector>

#include <Eigen/Core>

#include <blockopt/problem/detail/decompositions.hpp>
#include <blockopt/problem/detail/random_source.hpp>
#include <blockopt/problem/detail/spectral_matrix.hpp>
#include <blockopt/problem/detail/split_variable.hpp>
#include <blockopt/problem/log_spaced.hpp>
#include <blockopt/problem/problem.hpp>

namespace blockopt {

/// What a quadratic is made from. Give `spectrum` or `matrix`.
struct quadratic_config {
  std::vector<double> spectrum = {};  ///< eigenvalues of A, all positive; A = Q diag(spectrum) Q' with a seeded Q
  std::vector<double> matrix = {};    ///< A itself, n x n, symmetric and positive definite
  std::vector<double> linear = {};    ///< b; empty: A x* for a seeded x* of independent elements with variance 1
  std::vector<double> start = {};     ///< x at first; empty: zero
  std::size_t blocks = 1;             ///< parameters that x is split into, of nearly equal size
  std::size_t block_size = 0;         ///< or their size, when not 0
  std::uint64_t seed = 1;
};

/// f(x) = x'Ax/2 - b'x in n variables. Parameters are "x.0.values", "x.1.values", ...; all arithmetic is in double,
/// whatever `T` the values are stored in. Constants belong to the real vector space, not to the rounded values.
template <scalar T = double>
class quadratic {
 public:
  using value_type = T;

  /// Throws invalid_option. Costs O(n^3).
  explicit quadratic(const quadratic_config& config) {
    const bool given = !config.matrix.empty();
    if (given != config.spectrum.empty()) {
      raise<invalid_option>(given ? "quadratic: give spectrum or matrix, not both"
                                  : "quadratic: spectrum and matrix are empty; one is needed");
    }
    const std::size_t n = given ? checked_rows(config.matrix) : config.spectrum.size();
    given ? take_matrix(config.matrix, n) : make_matrix(config.spectrum, config.seed);
    if (!config.start.empty()) detail::check_vector("quadratic", "start", config.start, n);
    variable_ = {"quadratic", config.start.empty() ? std::vector<double>(n) : config.start, config.blocks,
                 config.block_size};
    set_optimum(config.linear, config.seed);
    for (std::size_t i = 0; i < variable_.blocks(); ++i) {
      const Eigen::Index first = variable_.first(i), count = variable_.count(i);
      block_lipschitz_.push_back(count == matrix_.rows() ? lipschitz_
                                                         : largest(matrix_.block(first, first, count, count)));
    }
  }

  [[nodiscard]] std::vector<parameter<T>> parameters() { return variable_.parameters(); }

  /// f at the present values, O(n^2).
  [[nodiscard]] double value() const {
    const std::vector<double> x = variable_.read();
    const auto v = as_vector(x);
    return v.dot(0.5 * (matrix_ * v) - linear_);
  }

  /// Adds A_b x - b_b for each active parameter b: only the rows of the active ones, O(n n_b). Without the objective.
  void block_gradient(const active_block<T>& active) const {
    const std::vector<double> x = variable_.read();
    variable_.add_to_active(active, [&](std::size_t i) -> Eigen::VectorXd {
      const Eigen::Index first = variable_.first(i), count = variable_.count(i);
      return matrix_.middleCols(first, count).transpose() * as_vector(x) - linear_.segment(first, count);
    });
  }

  /// block_gradient, and the objective, which needs every row: O(n^2).
  double gradient(const active_block<T>& active) const {
    block_gradient(active);
    return value();
  }

  /// f - f* at the present values as (x - x*)'A(x - x*)/2: not a difference of two large numbers, so that it is
  /// accurate far below the rounding of f.
  [[nodiscard]] double suboptimality() const {
    const std::vector<double> x = variable_.read();
    const Eigen::VectorXd error = as_vector(x) - minimizer_;
    return 0.5 * error.dot(matrix_ * error);
  }

  [[nodiscard]] double optimum() const noexcept { return optimum_; }             ///< f* = -b'x*/2
  [[nodiscard]] double lipschitz() const noexcept { return lipschitz_; }         ///< L, the largest eigenvalue of A
  [[nodiscard]] double strong_convexity() const noexcept { return convexity_; }  ///< mu, the smallest
  /// L_b, the largest eigenvalue of the diagonal block of A that belongs to parameter b.
  [[nodiscard]] double block_lipschitz(std::size_t b) const { return block_lipschitz_.at(b); }
  [[nodiscard]] std::span<const double> minimizer() const noexcept { return as_span(minimizer_); }  ///< x* = A^-1 b
  [[nodiscard]] std::span<const double> linear() const noexcept { return as_span(linear_); }        ///< b
  [[nodiscard]] std::span<const double> matrix() const noexcept { return as_span(matrix_); }  ///< A, n x n, symmetric

 private:
  static Eigen::Map<const Eigen::VectorXd> as_vector(std::span<const double> x) {
    return {x.data(), static_cast<Eigen::Index>(x.size())};
  }
  template <class M>
  static std::span<const double> as_span(const M& m) noexcept {
    return {m.data(), static_cast<std::size_t>(m.size())};
  }
  static Eigen::VectorXd eigenvalues(const Eigen::MatrixXd& symmetric) {
    return detail::symmetric_eigenvalues(symmetric);
  }

  static double largest(const Eigen::MatrixXd& symmetric) { return eigenvalues(symmetric).maxCoeff(); }

  static std::size_t checked_rows(std::span<const double> matrix) {
    detail::check_finite("quadratic", "matrix", matrix);
    const auto n = static_cast<std::size_t>(std::lround(std::sqrt(static_cast<double>(matrix.size()))));
    if (n * n != matrix.size()) {
      raise<invalid_option>({"quadratic: matrix has ", matrix.size(), " elements, which is no square"});
    }
    for (std::size_t i = 0; i < n * n; ++i) {
      if (matrix[i] != matrix[i % n * n + i / n]) {
        raise<invalid_option>({"quadratic: matrix is not symmetric at row ", i / n, ", column ", i % n});
      }
    }
    return n;
  }

  void take_matrix(std::span<const double> matrix, std::size_t n) {
    const auto rows = static_cast<Eigen::Index>(n);
    matrix_ = as_vector(matrix).reshaped(rows, rows);
    const Eigen::VectorXd spectrum = eigenvalues(matrix_);
    convexity_ = spectrum.minCoeff();
    lipschitz_ = spectrum.maxCoeff();
    if (!(convexity_ > 0)) {
      raise<invalid_option>({"quadratic: matrix is not positive definite, its smallest eigenvalue is ", convexity_});
    }
  }

  /// A = Q diag(spectrum) Q', Q the orthogonal factor (Householder) of a seeded random matrix. mu and L are the
  /// prescribed ones; A has them up to its rounding.
  void make_matrix(std::span<const double> spectrum, std::uint64_t seed) {
    detail::check_spectrum("quadratic", spectrum);
    matrix_ = detail::spectral_matrix(spectrum, seed);
    convexity_ = as_vector(spectrum).minCoeff();
    lipschitz_ = as_vector(spectrum).maxCoeff();
  }

  /// x* by Cholesky with refinement in long double, so that f* is right to a few units in the last place.
  void set_optimum(std::span<const double> linear, std::uint64_t seed) {
    const Eigen::Index n = matrix_.rows();
    if (linear.empty()) {
      detail::random_source random(seed, 1);
      linear_ = matrix_ * Eigen::VectorXd::NullaryExpr(n, [&] { return random.normal(); }).eval();
    } else {
      detail::check_vector("quadratic", "linear", linear, static_cast<std::size_t>(n));
      linear_ = as_vector(linear);
    }
    using wide = Eigen::Matrix<long double, Eigen::Dynamic, Eigen::Dynamic>;
    const wide a = matrix_.cast<long double>(), b = linear_.cast<long double>();
    const detail::cholesky factor(matrix_);
    wide x = factor.solve(linear_).template cast<long double>();
    for (int i = 0; i < 3; ++i) {
      const Eigen::VectorXd residual = (b - a * x).template cast<double>();
      x += factor.solve(residual).template cast<long double>();
    }
    minimizer_ = x.template cast<double>();
    optimum_ = static_cast<double>(-0.5L * b.cwiseProduct(x).sum());
  }

  detail::split_variable<T> variable_;
  Eigen::MatrixXd matrix_;
  Eigen::VectorXd linear_, minimizer_;
  std::vector<double> block_lipschitz_;
  double lipschitz_ = 0, convexity_ = 0, optimum_ = 0;
};

}  // namespace blockopt
