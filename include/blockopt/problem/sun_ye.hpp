// SPDX-License-Identifier: MIT
// Part of blockopt: the quadratics on which cyclic coordinate descent is slowest.
#pragma once

#include <cstddef>
#include <cstdint>
#include <numeric>
#include <span>
#include <vector>

#include <blockopt/error.hpp>
#include <blockopt/problem/detail/random_source.hpp>
#include <blockopt/problem/detail/split_variable.hpp>

namespace blockopt {

struct sun_ye_config {
  std::size_t variables = 50;      ///< n, at least 1
  double d = 0.05;                 ///< in (0, 1]
  std::vector<double> start = {};  ///< x at first; empty: seeded normal numbers
  std::uint64_t seed = 1;
};

/// f(x) = x'Ax/2 with A = d I + (1 - d) 11' and x* = 0, f* = 0: Sun & Ye, Math. Program. 185 (2021), arXiv 1604.07130. An
/// epoch of exact cyclic steps contracts f by 1 - 4 pi^2 d / n^2 about, in any fixed order; in a new random order each epoch
/// by 1 - 2d - 2d/n (Lee & Wright, IMA J. Numer. Anal. 39(3), 2019), for independent random steps by 1 - 2d. It keeps the
/// sum of x, so that a step is O(1).
class sun_ye {
 public:
  /// Raises invalid_option.
  explicit sun_ye(const sun_ye_config& config = {}) : d_(config.d) {
    if (config.variables == 0) raise<invalid_option>("sun_ye: variables = 0; at least 1 is needed");
    if (!(d_ > 0 && d_ <= 1)) raise<invalid_option>({"sun_ye: d = ", d_, "; it must lie in (0, 1]"});
    std::vector<double> start = config.start;
    if (start.empty()) {
      detail::random_source random(config.seed, 2);
      start.resize(config.variables);
      for (double& x : start) x = random.normal();
    }
    detail::check_vector("sun_ye", "start", start, config.variables);
    point_.resize(config.variables);
    set(start);
  }

  [[nodiscard]] std::size_t size() const noexcept { return point_.size(); }
  [[nodiscard]] double at(std::size_t i) const noexcept { return point_[i]; }
  [[nodiscard]] std::span<const double> point() const noexcept { return point_; }
  [[nodiscard]] double derivative(std::size_t i) const noexcept { return d_ * point_[i] + (1 - d_) * sum_; }
  void gradient(std::span<double> g) const noexcept {
    for (std::size_t i = 0; i < size(); ++i) g[i] = derivative(i);
  }
  void move(std::size_t i, double d) noexcept {
    const double before = point_[i];
    sum_ += (point_[i] += d) - before;
  }
  /// Raises invalid_option for another size.
  void set(std::span<const double> x) {
    if (x.size() != size()) raise<invalid_option>({"sun_ye: a point of ", x.size(), " numbers; there are ", size()});
    point_.assign(x.begin(), x.end());
    sum_ = std::accumulate(point_.begin(), point_.end(), 0.0);
  }
  [[nodiscard]] double value() const noexcept {
    double squares = 0;
    for (const double x : point_) squares += x * x;
    return 0.5 * (d_ * squares + (1 - d_) * sum_ * sum_);
  }
  [[nodiscard]] double optimum() const noexcept { return 0.0; }
  [[nodiscard]] double suboptimality() const noexcept { return value(); }

  [[nodiscard]] double lipschitz(std::size_t) const noexcept { return 1.0; }
  [[nodiscard]] double exact(std::size_t i) const noexcept { return -derivative(i); }
  [[nodiscard]] double flops(std::size_t) const noexcept { return 6.0; }
  [[nodiscard]] double gradient_flops() const noexcept { return 3.0 * static_cast<double>(size()); }
  [[nodiscard]] double block_lipschitz(std::span<const std::size_t> block) const noexcept {
    return d_ + (1 - d_) * static_cast<double>(block.size());
  }
  void curvature(std::span<const std::size_t> block, std::span<double> h) const noexcept {
    const std::size_t k = block.size();
    for (std::size_t p = 0; p < k * k; ++p) h[p] = p % (k + 1) == 0 ? 1.0 : 1 - d_;
  }
  void hessian(std::span<const std::size_t> block, std::span<double> h) const noexcept { curvature(block, h); }
  /// The inverse of the block of A by Sherman and Morrison.
  void exact_block(std::span<const std::size_t> block, std::span<double> step) const noexcept {
    double sum = 0;
    for (const std::size_t i : block) sum += derivative(i);
    const double common = (1 - d_) * sum / block_lipschitz(block);
    for (std::size_t k = 0; k < block.size(); ++k) step[k] = (common - derivative(block[k])) / d_;
  }

  [[nodiscard]] double global_lipschitz() const noexcept {  ///< L = d + (1 - d) n; for one variable 1
    return d_ + (1 - d_) * static_cast<double>(size());
  }
  [[nodiscard]] double strong_convexity() const noexcept { return size() == 1 ? 1.0 : d_; }  ///< mu
  /// mu_1, in the 1-norm: 1/mu_1 = max of s'A^-1 s over signs s, at signs that cancel as far as n allows.
  [[nodiscard]] double strong_convexity_1() const noexcept {
    const double odd = size() % 2 == 0 ? 0.0 : 1.0;
    return d_ / (static_cast<double>(size()) - odd * (1 - d_) / global_lipschitz());
  }

  template <class A>
  void archive(A& a) {
    a.same("d", d_);
    a("point", point_);
    a("sum", sum_);
  }

 private:
  double d_, sum_ = 0;
  std::vector<double> point_;
};

}  // namespace blockopt
