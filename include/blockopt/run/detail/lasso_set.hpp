// SPDX-License-Identifier: MIT
// Part of blockopt: the columns that a sweep of the lasso is made of, copied side by side.
#pragma once

#include <algorithm>
#include <cmath>
#include <cstddef>
#include <cstdint>
#include <span>
#include <vector>

#include <blockopt/problem/columns.hpp>
#include <blockopt/problem/detail/sparse_kernels.hpp>

namespace blockopt::detail {

/// Up to `count` columns, ascending: those with x_j != 0, then those with the largest |correlation_j|. Columns without
/// nonzeros are never among them.
inline void choose_lasso_set(std::span<const double> x, std::span<const double> correlation,
                             std::span<const double> squares, std::size_t count, std::vector<std::size_t>& set) {
  set.clear();
  for (std::size_t j = 0; j < x.size(); ++j) {
    if (squares[j] > 0) set.push_back(j);
  }
  if (count < set.size()) {
    const auto before = [&](std::size_t a, std::size_t b) {
      if ((x[a] != 0) != (x[b] != 0)) return x[a] != 0;
      return std::fabs(correlation[a]) > std::fabs(correlation[b]);
    };
    std::nth_element(set.begin(), set.begin() + static_cast<std::ptrdiff_t>(count), set.end(), before);
    set.resize(count);
    std::sort(set.begin(), set.end());
  }
}

/// Columns of a design, their coefficients, and the residual r = y - A x of all coefficients, which steps keep up.
class lasso_set {
 public:
  std::vector<double> coefficient{}, residual{};

  /// The columns of `set`, with their present coefficients of `x`. The residual stays.
  void copy(const sparse_columns& design, std::span<const std::size_t> set, std::span<const double> x,
            std::span<const double> squares) {
    first_.assign(1, 0);
    row_.clear();
    value_.clear();
    coefficient.clear();
    squares_.clear();
    for (const std::size_t j : set) {
      const auto rows = design.rows_of(j);
      const auto values = design.values_of(j);
      row_.insert(row_.end(), rows.begin(), rows.end());
      value_.insert(value_.end(), values.begin(), values.end());
      first_.push_back(row_.size());
      coefficient.push_back(x[j]);
      squares_.push_back(squares[j]);
    }
  }

  [[nodiscard]] std::size_t size() const noexcept { return coefficient.size(); }
  [[nodiscard]] double squares(std::size_t q) const noexcept { return squares_[q]; }
  [[nodiscard]] double dot(std::size_t q, std::span<const double> z) const noexcept {
    return sparse_dot(rows(q), values(q), z.data());
  }
  void add(std::size_t q, double s, std::span<double> z) const noexcept { sparse_add(rows(q), values(q), s, z.data()); }

  /// The exact step of each coefficient in turn.
  void sweep(double l1) noexcept {
    for (std::size_t q = 0; q < size(); ++q) {
      const double old = coefficient[q], g = dot(q, residual) + squares_[q] * old;
      const double next = std::fabs(g) <= l1 ? 0.0 : (g - std::copysign(l1, g)) / squares_[q];
      if (next == old) continue;
      add(q, old - next, residual);
      coefficient[q] = next;
    }
  }
  [[nodiscard]] double largest_correlation() const noexcept {
    double most = 0;
    for (std::size_t q = 0; q < size(); ++q) most = std::max(most, std::fabs(dot(q, residual)));
    return most;
  }
  [[nodiscard]] double norm() const noexcept {
    double sum = 0;
    for (const double v : coefficient) sum += std::fabs(v);
    return sum;
  }

 private:
  [[nodiscard]] std::span<const std::uint32_t> rows(std::size_t q) const noexcept {
    return {row_.data() + first_[q], first_[q + 1] - first_[q]};
  }
  [[nodiscard]] std::span<const double> values(std::size_t q) const noexcept {
    return {value_.data() + first_[q], first_[q + 1] - first_[q]};
  }

  std::vector<std::size_t> first_{0};
  std::vector<std::uint32_t> row_{};
  std::vector<double> value_{}, squares_{};
};

}  // namespace blockopt::detail
