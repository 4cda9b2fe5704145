// SPDX-License-Identifier: MIT
// Part of blockopt: problems and tools for tests of policies that ask an oracle.
#pragma once

#include <algorithm>
#include <bit>
#include <cmath>
#include <concepts>
#include <cstddef>
#include <cstdint>
#include <map>
#include <stdexcept>
#include <string>
#include <string_view>
#include <type_traits>
#include <utility>
#include <vector>

#include <Eigen/Core>
#include <Eigen/SparseCore>

#include <blockopt/problem/columns.hpp>
#include <blockopt/problem/linear_model.hpp>
#include <blockopt/problem/loss.hpp>
#include <blockopt/problem/penalty.hpp>
#include <blockopt/problem/quadratic_model.hpp>
#include <blockopt/select/random_stream.hpp>

namespace blockopt_tests {

using sparse_quadratic = blockopt::quadratic_model<blockopt::sparse_columns>;
using dense_quadratic = blockopt::quadratic_model<blockopt::dense_columns>;

[[nodiscard]] inline std::vector<double> noise_vector(std::size_t n, blockopt::random_stream& rng) {
  std::vector<double> v(n);
  for (double& x : v) x = 2 * rng.uniform() - 1;
  return v;
}

/// Diagonally dominant, about `degree` neighbours for each coordinate, constants over `spread` powers of ten.
[[nodiscard]] inline sparse_quadratic random_sparse_quadratic(std::size_t n, std::size_t degree, std::uint64_t seed,
                                                              double spread = 2) {
  blockopt::random_stream rng{seed};
  Eigen::MatrixXd a = Eigen::MatrixXd::Zero(static_cast<Eigen::Index>(n), static_cast<Eigen::Index>(n));
  std::vector<double> scale(n);
  for (double& s : scale) s = std::pow(10.0, 0.5 * spread * rng.uniform());
  for (std::size_t k = 0; k < n * degree / 2; ++k) {
    const auto i = static_cast<Eigen::Index>(rng.below(n)), j = static_cast<Eigen::Index>(rng.below(n));
    if (i != j) a(i, j) = a(j, i) = 2 * rng.uniform() - 1;
  }
  for (Eigen::Index i = 0; i < a.rows(); ++i) a(i, i) = a.row(i).cwiseAbs().sum() + 0.1;
  for (Eigen::Index i = 0; i < a.rows(); ++i) {
    for (Eigen::Index j = 0; j <= i; ++j)
      a(i, j) = a(j, i) = a(i, j) * scale[static_cast<std::size_t>(i)] * scale[static_cast<std::size_t>(j)];
  }
  return {blockopt::sparse_columns(Eigen::SparseMatrix<double>(a.sparseView())), noise_vector(n, rng)};
}

/// B'B / m + 0.01 with columns of B of different lengths.
[[nodiscard]] inline dense_quadratic random_dense_quadratic(std::size_t n, std::uint64_t seed) {
  blockopt::random_stream rng{seed};
  const auto size = static_cast<Eigen::Index>(n);
  Eigen::MatrixXd b(2 * size, size);
  for (Eigen::Index j = 0; j < size; ++j) {
    const double length = std::pow(10.0, rng.uniform());
    for (Eigen::Index i = 0; i < b.rows(); ++i) b(i, j) = length * (2 * rng.uniform() - 1);
  }
  Eigen::MatrixXd a = b.transpose() * b / static_cast<double>(n);
  a.diagonal().array() += 0.01;
  a = (0.5 * (a + a.transpose())).eval();
  return {blockopt::dense_columns(a), noise_vector(n, rng)};
}

using lasso_model = blockopt::linear_model<blockopt::dense_columns, blockopt::squared_loss, blockopt::l1_penalty>;

/// Rows x columns, five coordinates in truth, l1 a share of the least value with which 0 is the minimum.
[[nodiscard]] inline lasso_model random_lasso(std::size_t rows, std::size_t columns, double share, std::uint64_t seed,
                                              double l2 = 0) {
  blockopt::random_stream rng{seed};
  Eigen::MatrixXd a(static_cast<Eigen::Index>(rows), static_cast<Eigen::Index>(columns));
  for (Eigen::Index j = 0; j < a.cols(); ++j) {
    for (Eigen::Index i = 0; i < a.rows(); ++i) a(i, j) = 2 * rng.uniform() - 1;
  }
  Eigen::VectorXd y = Eigen::VectorXd::Zero(a.rows());
  for (int k = 0; k < 5; ++k)
    y += (k % 2 == 0 ? 1.0 : -1.0) * (1 + rng.uniform()) *
         a.col(static_cast<Eigen::Index>(rng.below(static_cast<std::uint64_t>(columns))));
  for (Eigen::Index i = 0; i < y.size(); ++i) y[i] += 0.1 * (2 * rng.uniform() - 1);
  const double largest = (a.transpose() * y).cwiseAbs().maxCoeff();
  return {blockopt::dense_columns(a), blockopt::squared_loss{{y.data(), y.data() + y.size()}},
          blockopt::l1_penalty{.l1 = share * largest, .l2 = l2}};
}

/// Keeps what an archive names, to give it back to another object made alike.
class memory_archive {
 public:
  void rewind() { loading_ = true; }

  template <class T>
  void operator()(std::string_view name, T&& value) {
    using V = std::remove_cvref_t<T>;
    if constexpr (requires { value.archive(*this); }) {
      const std::string before = prefix_;
      prefix_ += std::string(name) + "/";
      value.archive(*this);
      prefix_ = before;
    } else if constexpr (requires { value.resize(0); }) {
      auto& kept = numbers_[prefix_ + std::string(name)];
      if (loading_) {
        value.clear();
        for (const auto bits : kept) value.push_back(from<typename V::value_type>(bits));
      } else {
        kept.clear();
        for (const auto e : value) kept.push_back(to(e));
      }
    } else {
      auto& kept = numbers_[prefix_ + std::string(name)];
      if (loading_) value = from<V>(kept.at(0));
      else kept.assign(1, to(value));
    }
  }
  template <class T>
  void same(std::string_view name, const T& value) {
    T copy = value;
    (*this)(name, copy);
    if (!(copy == value)) throw std::runtime_error("another " + std::string(name));
  }

 private:
  template <class T>
  static std::uint64_t to(const T& value) {
    if constexpr (std::is_same_v<T, double>) return std::bit_cast<std::uint64_t>(value);
    else return static_cast<std::uint64_t>(value);
  }
  template <class T>
  static T from(std::uint64_t bits) {
    if constexpr (std::is_same_v<T, double>) return std::bit_cast<double>(bits);
    else return static_cast<T>(bits);
  }
  std::map<std::string, std::vector<std::uint64_t>> numbers_;
  std::string prefix_;
  bool loading_ = false;
};

/// sum (observed - expected)^2 / expected; its mean is the number of cells less one, its variance twice that.
[[nodiscard]] inline double chi_square(const std::vector<double>& observed, const std::vector<double>& chances) {
  double total = 0, sum = 0;
  for (const double o : observed) total += o;
  for (std::size_t k = 0; k < observed.size(); ++k) {
    const double expected = total * chances[k];
    sum += (observed[k] - expected) * (observed[k] - expected) / expected;
  }
  return sum;
}
/// Far beyond chance: five standard deviations above the mean.
[[nodiscard]] inline double chi_square_limit(std::size_t cells) {
  const double freedom = static_cast<double>(cells) - 1;
  return freedom + 5 * std::sqrt(2 * freedom) + 5;
}

}  // namespace blockopt_tests
