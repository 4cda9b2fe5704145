// SPDX-License-Identifier: MIT
// Part of blockopt: matrices by columns, as coordinate steps read them.
#pragma once

#include <cstddef>
#include <cstdint>
#include <span>
#include <utility>
#include <vector>

#include <Eigen/Core>
#include <Eigen/SparseCore>

#include <blockopt/error.hpp>
#include <blockopt/file/sparse_matrix.hpp>

namespace blockopt {

/// A sparse matrix A, m x n, column after column. Both classes here have the same members: `dot(j, f)` is sum of
/// A_ij f(i) over the rows that column j has, `sum(j, f)` that of f(i, A_ij), `each(j, f)` calls f(i, A_ij), `add(j, d, z)`
/// makes z += d A_j, `cross(i, j, f)` is sum of A_ki A_kj f(k).
class sparse_columns {
 public:
  sparse_columns() = default;

  /// As files give it. Raises what check_sparse_matrix raises.
  explicit sparse_columns(sparse_matrix m) : rows_(m.rows) {
    check_sparse_matrix(m);
    first_ = std::move(m.first);
    row_ = std::move(m.row);
    value_ = std::move(m.value);
  }
  /// The same of its parts: `first` has n + 1 entries.
  sparse_columns(std::size_t rows, std::vector<std::size_t> first, std::vector<std::uint32_t> row,
                 std::vector<double> value)
      : sparse_columns(sparse_matrix{.rows = rows,
                                     .columns = first.empty() ? 0 : first.size() - 1,
                                     .first = std::move(first),
                                     .row = std::move(row),
                                     .value = std::move(value)}) {}
  /// A copy of Eigen's.
  explicit sparse_columns(const Eigen::SparseMatrix<double>& a) : rows_(static_cast<std::size_t>(a.rows())) {
    for (Eigen::Index j = 0; j < a.outerSize(); ++j) {
      for (Eigen::SparseMatrix<double>::InnerIterator it(a, j); it; ++it) {
        row_.push_back(static_cast<std::uint32_t>(it.row()));
        value_.push_back(it.value());
      }
      first_.push_back(row_.size());
    }
  }

  [[nodiscard]] std::size_t rows() const noexcept { return rows_; }
  [[nodiscard]] std::size_t columns() const noexcept { return first_.size() - 1; }
  [[nodiscard]] std::size_t nonzeros(std::size_t j) const noexcept { return first_[j + 1] - first_[j]; }
  [[nodiscard]] std::size_t nonzeros() const noexcept { return row_.size(); }
  [[nodiscard]] std::span<const std::uint32_t> rows_of(std::size_t j) const noexcept {
    return {row_.data() + first_[j], nonzeros(j)};
  }
  [[nodiscard]] std::span<const double> values_of(std::size_t j) const noexcept {
    return {value_.data() + first_[j], nonzeros(j)};
  }

  template <class F>
  [[nodiscard]] double dot(std::size_t j, const F& f) const {
    const std::uint32_t* const row = row_.data();  // read once: loops over columns keep them in registers
    const double* const value = value_.data();
    double sum = 0;
    for (std::size_t k = first_[j], end = first_[j + 1]; k < end; ++k) sum += value[k] * f(row[k]);
    return sum;
  }
  template <class F>
  [[nodiscard]] double sum(std::size_t j, const F& f) const {
    double all = 0;
    for (std::size_t k = first_[j]; k < first_[j + 1]; ++k) all += f(row_[k], value_[k]);
    return all;
  }
  /// Sum of A_ij^2 f(i).
  template <class F>
  [[nodiscard]] double squares(std::size_t j, const F& f) const {
    double sum = 0;
    for (std::size_t k = first_[j]; k < first_[j + 1]; ++k) sum += value_[k] * value_[k] * f(row_[k]);
    return sum;
  }
  template <class F>
  void each(std::size_t j, const F& f) const {
    for (std::size_t k = first_[j]; k < first_[j + 1]; ++k) f(std::size_t{row_[k]}, value_[k]);
  }
  void add(std::size_t j, double d, std::span<double> z) const noexcept {
    const std::uint32_t* const row = row_.data();
    const double* const value = value_.data();
    for (std::size_t k = first_[j], end = first_[j + 1]; k < end; ++k) z[row[k]] += d * value[k];
  }
  template <class F>
  [[nodiscard]] double cross(std::size_t i, std::size_t j, const F& f) const {
    double sum = 0;
    for (std::size_t k = first_[i], l = first_[j]; k < first_[i + 1] && l < first_[j + 1];) {
      if (row_[k] < row_[l]) ++k;
      else if (row_[l] < row_[k]) ++l;
      else {
        sum += value_[k] * value_[l] * f(row_[k]);
        ++k;
        ++l;
      }
    }
    return sum;
  }

 private:
  std::size_t rows_ = 0;
  std::vector<std::size_t> first_{0};
  std::vector<std::uint32_t> row_;
  std::vector<double> value_;
};

/// A dense matrix.
class dense_columns {
 public:
  dense_columns() = default;
  explicit dense_columns(Eigen::MatrixXd a) : a_(std::move(a)) {}

  [[nodiscard]] std::size_t rows() const noexcept { return static_cast<std::size_t>(a_.rows()); }
  [[nodiscard]] std::size_t columns() const noexcept { return static_cast<std::size_t>(a_.cols()); }
  [[nodiscard]] std::size_t nonzeros(std::size_t) const noexcept { return rows(); }
  [[nodiscard]] std::size_t nonzeros() const noexcept { return rows() * columns(); }
  [[nodiscard]] std::span<const double> values_of(std::size_t j) const noexcept {
    return {a_.data() + j * rows(), rows()};
  }

  template <class F>
  [[nodiscard]] double dot(std::size_t j, const F& f) const {
    const double* const a = values_of(j).data();
    double sum = 0;
    for (std::size_t i = 0; i < rows(); ++i) sum += a[i] * f(i);
    return sum;
  }
  template <class F>
  [[nodiscard]] double sum(std::size_t j, const F& f) const {
    const double* const a = values_of(j).data();
    double all = 0;
    for (std::size_t i = 0; i < rows(); ++i) all += f(i, a[i]);
    return all;
  }
  template <class F>
  [[nodiscard]] double squares(std::size_t j, const F& f) const {
    const double* const a = values_of(j).data();
    double sum = 0;
    for (std::size_t i = 0; i < rows(); ++i) sum += a[i] * a[i] * f(i);
    return sum;
  }
  template <class F>
  void each(std::size_t j, const F& f) const {
    const double* const a = values_of(j).data();
    for (std::size_t i = 0; i < rows(); ++i) f(i, a[i]);
  }
  void add(std::size_t j, double d, std::span<double> z) const noexcept {
    const double* const a = values_of(j).data();
    for (std::size_t i = 0; i < rows(); ++i) z[i] += d * a[i];
  }
  template <class F>
  [[nodiscard]] double cross(std::size_t i, std::size_t j, const F& f) const {
    const double *const a = values_of(i).data(), *const b = values_of(j).data();
    double sum = 0;
    for (std::size_t k = 0; k < rows(); ++k) sum += a[k] * b[k] * f(k);
    return sum;
  }

 private:
  Eigen::MatrixXd a_;
};

}  // namespace blockopt
