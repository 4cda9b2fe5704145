// SPDX-License-Identifier: MIT
// Part of blockopt: sums of squares of smooth functions, in coordinates.
#pragma once

#include <cstddef>
#include <limits>
#include <span>
#include <utility>
#include <vector>

#include <blockopt/block/coordinate_blocks.hpp>
#include <blockopt/error.hpp>
#include <blockopt/problem/detail/split_variable.hpp>
#include <blockopt/problem/residual_function.hpp>

namespace blockopt {

/// f(x) = sum of r_i(x)^2 for a residual_function. A derivative costs one pass over all residuals, exact to rounding; nothing
/// is kept between moves. No L_i is known (they are not numbers): updates that need one refuse, those with line searches or
/// the Hessian do not.
class nonlinear_least_squares {
 public:
  /// Starts at the function's start. Raises invalid_option for a function without variables, and a start that is not finite.
  explicit nonlinear_least_squares(residual_function f) : function_(std::move(f)), point_(function_.start) {
    if (point_.empty()) raise<invalid_option>({function_.name, ": a function of no variable"});
    detail::check_vector(function_.name, "start", point_, function_.variables);
    variables_.resize(size());
    duals_.resize(function_.residuals);
    values_.resize(function_.residuals);
  }

  [[nodiscard]] std::size_t size() const noexcept { return point_.size(); }
  [[nodiscard]] double at(std::size_t i) const noexcept { return point_[i]; }
  [[nodiscard]] std::span<const double> point() const noexcept { return point_; }
  [[nodiscard]] const residual_function& function() const noexcept { return function_; }
  [[nodiscard]] coordinate_blocks natural_blocks() const { return {size(), function_.blocks}; }

  [[nodiscard]] double value() const {
    function_.values(point_, values_);
    double sum = 0;
    for (const double r : values_) sum += r * r;
    return sum;
  }
  [[nodiscard]] double derivative(std::size_t i) const {
    evaluate(i, i);
    double sum = 0;
    for (const auto& r : duals_) sum += 2 * r.v * r.a;
    return sum;
  }
  void gradient(std::span<double> g) const {
    for (std::size_t i = 0; i < size(); ++i) g[i] = derivative(i);
  }
  void move(std::size_t i, double d) noexcept { point_[i] += d; }
  /// Raises invalid_option for another size.
  void set(std::span<const double> x) {
    if (x.size() != size())
      raise<invalid_option>({function_.name, ": a point of ", x.size(), " numbers; there are ", size()});
    point_.assign(x.begin(), x.end());
  }
  void hessian(std::span<const std::size_t> block, std::span<double> h) const {
    const std::size_t k = block.size();
    for (std::size_t p = 0; p < k; ++p) {
      for (std::size_t q = p; q < k; ++q) {
        evaluate(block[p], block[q]);
        double sum = 0;
        for (const auto& r : duals_) sum += 2 * (r.a * r.b + r.v * r.ab);
        h[p * k + q] = h[q * k + p] = sum;
      }
    }
  }
  void residual(std::span<double> r) const { function_.values(point_, r); }
  /// Residuals x variables, column-major.
  void jacobian(std::span<double> j) const {
    for (std::size_t i = 0; i < size(); ++i) {
      evaluate(i, i);
      for (std::size_t k = 0; k < duals_.size(); ++k) j[i * duals_.size() + k] = duals_[k].a;
    }
  }

  /// The lowest minimum of the literature, not a number where there is none.
  [[nodiscard]] double optimum() const noexcept {
    return function_.minima.empty() ? std::numeric_limits<double>::quiet_NaN() : function_.minima.front().value;
  }
  [[nodiscard]] double lipschitz(std::size_t) const noexcept { return std::numeric_limits<double>::quiet_NaN(); }
  /// A rough number, for comparisons of runs on the same function: 20 for each residual.
  [[nodiscard]] double flops(std::size_t) const noexcept { return 20.0 * static_cast<double>(function_.residuals); }
  [[nodiscard]] double gradient_flops() const noexcept { return static_cast<double>(size()) * flops(0); }

  template <class A>
  void archive(A& a) {
    a("point", point_);
  }

 private:
  void evaluate(std::size_t i, std::size_t j) const {
    for (std::size_t k = 0; k < size(); ++k) variables_[k] = {point_[k], k == i ? 1.0 : 0.0, k == j ? 1.0 : 0.0, 0.0};
    function_.derivatives(variables_, duals_);
  }

  residual_function function_;
  std::vector<double> point_;
  mutable std::vector<detail::hyper_dual> variables_, duals_;  // scratch
  mutable std::vector<double> values_;
};

}  // namespace blockopt
