// SPDX-License-Identifier: MIT
// Part of blockopt: the approximation of a tensor of three ways by a sum of outer products.
#pragma once

#include <algorithm>
#include <array>
#include <cmath>
#include <cstddef>
#include <cstdint>
#include <limits>
#include <numeric>
#include <span>
#include <utility>
#include <vector>

#include <Eigen/Core>

#include <blockopt/block/coordinate_blocks.hpp>
#include <blockopt/error.hpp>
#include <blockopt/problem/detail/factor_lines.hpp>
#include <blockopt/problem/detail/random_source.hpp>
#include <blockopt/problem/planted_tensor.hpp>

namespace blockopt {

/// min ||T - sum over r of a_r o b_r o c_r||^2 / 2 over A of I x R, B of J x R and C of K x R: the canonical polyadic
/// decomposition (CP, PARAFAC). Coordinates: A column after column, then B, then C. It keeps the residual, the model
/// less T; a derivative or a move costs a slice of it. All sums have a fixed order.
///
/// Each factor alone is a least-squares problem, with the Hessian (B'B) .* (C'C) for each row of A, so L of a_ir is
/// ||b_r||^2 ||c_r||^2; exact steps on the three in turn are alternating least squares (Kolda & Bader, SIAM Review
/// 51(3), 2009, fig. 3.3). Not convex: there may be other stationary points, T need not have a best approximation, and
/// where columns are nearly collinear ALS all but stands still for long, in a swamp (Mitchell & Burdick, J.
/// Chemometrics 8, 1994).
class tensor_factorization {
 public:
  static constexpr bool lipschitz_changes = true;
  static constexpr double smallest_lipschitz = 1e-100;  ///< where one of those columns is zero

  /// Starts at seeded normal numbers; at zero every step would stay. Raises invalid_option for a tensor that is empty,
  /// not finite, or has another number of values than its sizes say, and a rank of 0.
  tensor_factorization(three_way_tensor t, std::size_t rank, std::uint64_t seed = 1) : t_(std::move(t)), rank_(rank) {
    const auto [i, j, k] = t_.sizes;
    if (i == 0 || j == 0 || k == 0 || rank == 0)
      raise<invalid_option>({"tensor_factorization: a tensor of ", i, " x ", j, " x ", k, " and rank ", rank});
    const std::size_t count = t_.values.size();
    if (count / i / j != k || i * j * k != count)  // no product overflows where the quotients fit
      raise<invalid_option>({"tensor_factorization: ", count, " values for a tensor of ", i, " x ", j, " x ", k});
    if (!std::ranges::all_of(t_.values, [](double v) { return std::isfinite(v); }))
      raise<invalid_option>("tensor_factorization: the tensor has an element that is not finite");
    first_ = {0, rank * i, rank * (i + j), rank * (i + j + k)};
    stride_ = {1, i, i * j};
    detail::random_source random(seed, 2);
    std::vector<double> start(first_[3]);
    for (double& x : start) x = random.normal();
    set(start);
  }

  [[nodiscard]] std::size_t size() const noexcept { return first_[3]; }
  [[nodiscard]] double at(std::size_t i) const noexcept { return point_[i]; }
  [[nodiscard]] std::span<const double> point() const noexcept { return point_; }
  [[nodiscard]] const three_way_tensor& target() const noexcept { return t_; }
  [[nodiscard]] std::size_t rank() const noexcept { return rank_; }
  /// 0 where the rank suffices: if the tensor's is known, or for any tensor of these sizes. Else not a number.
  [[nodiscard]] double optimum() const noexcept {
    const auto [i, j, k] = t_.sizes;
    const bool enough = (t_.known_rank > 0 && rank_ >= t_.known_rank) || rank_ >= std::min({i * j, i * k, j * k});
    return enough ? 0.0 : std::numeric_limits<double>::quiet_NaN();
  }

  [[nodiscard]] double derivative(std::size_t i) const {
    const slice s = slice_of(at_entry(i));
    double sum = 0;
    for (std::size_t y = 0; y < s.outer.size(); ++y) {
      const double* const r = residual_.data() + s.first + y * s.outer_step;
      double line = 0;
      for (std::size_t x = 0; x < s.inner.size(); ++x) line += r[x * s.inner_step] * s.inner[x];
      sum += line * s.outer[y];
    }
    return sum;
  }
  void move(std::size_t i, double d) {
    const slice s = slice_of(at_entry(i));
    point_[i] += d;
    for (std::size_t y = 0; y < s.outer.size(); ++y) {
      double* const r = residual_.data() + s.first + y * s.outer_step;
      const double scale = d * s.outer[y];
      for (std::size_t x = 0; x < s.inner.size(); ++x) r[x * s.inner_step] += scale * s.inner[x];
    }
  }
  /// Raises invalid_option for another size.
  void set(std::span<const double> x) {
    if (x.size() != size())
      raise<invalid_option>({"tensor_factorization: a point of ", x.size(), " numbers; there are ", size()});
    point_.assign(x.begin(), x.end());
    residual_ = t_.values;
    for (double& r : residual_) r = -r;
    each_line([&](std::size_t c, std::size_t j, std::size_t k, std::size_t line) {
      const double scale = column(1, c)[j] * column(2, c)[k];
      const auto a = column(0, c);
      for (std::size_t i = 0; i < a.size(); ++i) residual_[line + i] += scale * a[i];
    });
  }
  void gradient(std::span<double> g) const {
    std::ranges::fill(g, 0.0);
    each_line([&](std::size_t c, std::size_t j, std::size_t k, std::size_t line) {
      const auto a = column(0, c);
      const double b = column(1, c)[j], last = column(2, c)[k], scale = b * last;
      double* const of_a = g.data() + c * a.size();
      double sum = 0;
      for (std::size_t i = 0; i < a.size(); ++i) {
        sum += residual_[line + i] * a[i];
        of_a[i] += scale * residual_[line + i];
      }
      g[first_[1] + c * t_.sizes[1] + j] += sum * last;
      g[first_[2] + c * t_.sizes[2] + k] += sum * b;
    });
  }
  [[nodiscard]] double value() const { return 0.5 * product(residual_, residual_); }

  [[nodiscard]] double lipschitz(std::size_t i) const {
    const slice s = slice_of(at_entry(i));
    return std::max(smallest_lipschitz, product(s.inner, s.inner) * product(s.outer, s.outer));
  }
  [[nodiscard]] double flops(std::size_t i) const noexcept {
    const slice s = slice_of(at_entry(i));
    return 4.0 * (static_cast<double>(s.inner.size()) + 1) * (static_cast<double>(s.outer.size()) + 1);  // with L_i
  }
  [[nodiscard]] double gradient_flops() const noexcept {
    return 4.0 * static_cast<double>(residual_.size()) * static_cast<double>(rank_);
  }

  [[nodiscard]] double exact(std::size_t i) const { return -derivative(i) / lipschitz(i); }
  /// Least squares for the rows of the block, the shortest solution where there are many. Raises invalid_option for a
  /// block of several factors.
  void exact_block(std::span<const std::size_t> block, std::span<double> step) const {
    detail::least_squares_of_lines(
        block, [&](std::span<const std::size_t> b, const auto& f) { each_row(b, f); },
        [&](std::size_t i) { return derivative(i); }, step);
  }
  void hessian(std::span<const std::size_t> block, std::span<double> h) const {
    detail::fill_hessian(block, h, [&](std::size_t p, std::size_t q) { return second(at_entry(p), at_entry(q)); });
  }
  /// The Hessian, which within one factor is constant. Raises invalid_option for a block of several factors: products
  /// have no bound.
  void curvature(std::span<const std::size_t> block, std::span<double> h) const {
    check_one_factor(block);
    hessian(block, h);
  }
  /// The same raises.
  [[nodiscard]] double block_lipschitz(std::span<const std::size_t> block) const {
    return detail::largest_of_lines(
        block, [&](std::span<const std::size_t> b, const auto& f) { each_row(b, f); }, smallest_lipschitz);
  }

  /// A, B and C: the blocks of alternating least squares.
  [[nodiscard]] coordinate_blocks factor_blocks() const {
    std::vector<std::vector<std::size_t>> lists(3);
    for (std::size_t m = 0; m < 3; ++m) {
      lists[m].resize(first_[m + 1] - first_[m]);
      std::iota(lists[m].begin(), lists[m].end(), first_[m]);
    }
    return {size(), lists};
  }

  template <class A>
  void archive(A& a) {
    a("point", point_);
    a("residual", residual_);
  }

 private:
  struct entry {
    std::size_t factor, line, component;  ///< A, B or C; its row; its column
  };
  /// The residuals that an entry has a part in: first + x inner_step + y outer_step, times inner[x] outer[y].
  struct slice {
    std::size_t first, inner_step, outer_step;
    std::span<const double> inner, outer;
  };

  [[nodiscard]] std::span<const double> column(std::size_t factor, std::size_t component) const noexcept {
    return {point_.data() + first_[factor] + component * t_.sizes[factor], t_.sizes[factor]};
  }
  [[nodiscard]] entry at_entry(std::size_t i) const noexcept {
    const std::size_t m = i < first_[1] ? 0 : i < first_[2] ? 1 : 2, k = i - first_[m];
    return {m, k % t_.sizes[m], k / t_.sizes[m]};
  }
  [[nodiscard]] slice slice_of(const entry& e) const noexcept {
    const std::size_t inner = e.factor == 0 ? 1 : 0, outer = e.factor == 2 ? 1 : 2;
    return {e.line * stride_[e.factor], stride_[inner], stride_[outer], column(inner, e.component),
            column(outer, e.component)};
  }
  /// Calls f(component, j, k, where T_0jk is) in the order of memory within a component.
  template <class F>
  void each_line(const F& f) const {
    for (std::size_t c = 0; c < rank_; ++c) {
      for (std::size_t k = 0; k < t_.sizes[2]; ++k) {
        for (std::size_t j = 0; j < t_.sizes[1]; ++j) f(c, j, k, j * stride_[1] + k * stride_[2]);
      }
    }
  }
  [[nodiscard]] static double product(std::span<const double> u, std::span<const double> v) {
    double sum = 0;
    for (std::size_t k = 0; k < u.size(); ++k) sum += u[k] * v[k];
    return sum;
  }
  /// Of two entries of one row of a factor.
  [[nodiscard]] double second(std::size_t factor, std::size_t r, std::size_t s) const {
    double result = 1;
    for (std::size_t m = 0; m < 3; ++m) {
      if (m != factor) result *= product(column(m, r), column(m, s));
    }
    return result;
  }
  [[nodiscard]] double second(const entry& p, const entry& q) const {
    if (p.factor == q.factor) return p.line == q.line ? second(p.factor, p.component, q.component) : 0.0;
    const std::size_t other = 3 - p.factor - q.factor;
    const auto u = column(other, p.component);
    double result = column(q.factor, p.component)[q.line] * column(p.factor, q.component)[p.line] *
                    product(u, column(other, q.component));
    if (p.component != q.component) return result;
    const double* const r = residual_.data() + p.line * stride_[p.factor] + q.line * stride_[q.factor];
    for (std::size_t x = 0; x < u.size(); ++x) result += r[x * stride_[other]] * u[x];
    return result;
  }
  void check_one_factor(std::span<const std::size_t> block) const {
    for (const std::size_t i : block) {
      if (at_entry(i).factor != at_entry(block[0]).factor)
        raise<invalid_option>(
            {"tensor_factorization: a block with entries of several factors has no bound on its "
             "Hessian and no closed form; coordinates ",
             block[0], " and ", i});
    }
  }
  template <class F>
  void each_row(std::span<const std::size_t> block, const F& f) const {
    check_one_factor(block);
    const auto gram = [&](std::size_t i, const std::vector<std::size_t>& components) {
      const auto k = static_cast<Eigen::Index>(components.size());
      return Eigen::MatrixXd(Eigen::MatrixXd::NullaryExpr(k, k, [&](Eigen::Index p, Eigen::Index q) {
        return second(at_entry(i).factor, components[static_cast<std::size_t>(p)],
                      components[static_cast<std::size_t>(q)]);
      }));
    };
    detail::each_factor_line(
        block, [&](std::size_t i) { return at_entry(i); }, gram, f);
  }

  three_way_tensor t_;
  std::size_t rank_;
  std::array<std::size_t, 4> first_{};   // coordinate of each factor, and the number of all
  std::array<std::size_t, 3> stride_{};  // of the residual
  std::vector<double> point_, residual_;
};

}  // namespace blockopt
