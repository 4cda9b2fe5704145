// SPDX-License-Identifier: MIT
// Part of blockopt: the extended Rosenbrock function, a curved valley in every pair of variables.
#pragma once

#include <cstddef>
#include <string>
#include <vector>

#include <Eigen/Core>

#include <blockopt/problem/detail/split_variable.hpp>
#include <blockopt/problem/problem.hpp>

namespace blockopt {

struct rosenbrock_config {
  std::size_t variables = 2;       ///< n, even
  std::vector<double> start = {};  ///< x at first; empty: (-1.2, 1, -1.2, 1, ...)
  std::size_t blocks = 1;          ///< parameters that x is split into, of nearly equal size
  std::size_t block_size = 0;      ///< or their size, when not 0
};

/// f(x) = sum over pairs (u, v) of neighbours of 100 (v - u^2)^2 + (1 - u)^2; f* = 0 at (1, ..., 1).
/// More, Garbow, Hillstrom, "Testing unconstrained optimization software", ACM TOMS 7 (1981), problem 21.
/// Separable in blocks of even size; hard for blocks of one variable, which crawl along the valley v = u^2.
template <scalar T = double>
class rosenbrock {
 public:
  using value_type = T;

  /// Throws invalid_option.
  explicit rosenbrock(const rosenbrock_config& config = {}) {
    if (config.variables == 0 || config.variables % 2 != 0) {
      raise<invalid_option>({"rosenbrock: variables = ", config.variables, "; a positive even number is needed"});
    }
    std::vector<double> start = config.start;
    if (start.empty()) {
      for (std::size_t i = 0; i < config.variables; ++i) start.push_back(i % 2 == 0 ? -1.2 : 1.0);
    }
    detail::check_vector("rosenbrock", "start", start, config.variables);
    variable_ = {"rosenbrock", start, config.blocks, config.block_size};
  }

  [[nodiscard]] std::vector<parameter<T>> parameters() { return variable_.parameters(); }

  /// f at the present values, O(n), in double.
  [[nodiscard]] double value() const { return value_at(variable_.read()); }

  /// Adds the derivatives of the active variables, and returns f.
  double gradient(const active_block<T>& active) const {
    const std::vector<double> x = variable_.read();
    variable_.add_to_active(active, [&](std::size_t i) {
      Eigen::VectorXd part(variable_.count(i));
      for (std::ptrdiff_t k = 0; k < variable_.count(i); ++k) {
        const auto j = static_cast<std::size_t>(variable_.first(i) + k);
        const double u = x[j - j % 2], valley = x[j - j % 2 + 1] - u * u;
        part[k] = j % 2 == 0 ? -400.0 * u * valley - 2.0 * (1.0 - u) : 200.0 * valley;
      }
      return part;
    });
    return value_at(x);
  }

  [[nodiscard]] double optimum() const noexcept { return 0.0; }
  [[nodiscard]] std::vector<double> minimizer() const { return std::vector<double>(variable_.size(), 1.0); }

 private:
  static double value_at(const std::vector<double>& x) noexcept {
    double sum = 0;
    for (std::size_t i = 0; i + 1 < x.size(); i += 2) {
      const double valley = x[i + 1] - x[i] * x[i], distance = 1.0 - x[i];
      sum += 100.0 * valley * valley + distance * distance;
    }
    return sum;
  }

  detail::split_variable<T> variable_;
};

}  // namespace blockopt
