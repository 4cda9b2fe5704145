// SPDX-License-Identifier: MIT
// Part of blockopt: small problems for the tests of block updates.
#pragma once

#include <cmath>
#include <cstddef>
#include <cstdint>
#include <map>
#include <span>
#include <string>
#include <utility>
#include <vector>

#include <Eigen/Core>

#include <blockopt/problem/columns.hpp>
#include <blockopt/problem/detail/decompositions.hpp>
#include <blockopt/problem/linear_model.hpp>
#include <blockopt/problem/loss.hpp>
#include <blockopt/problem/penalty.hpp>
#include <blockopt/problem/quadratic_model.hpp>
#include <blockopt/select/random_stream.hpp>

namespace blockopt_tests {

using dense_quadratic = blockopt::quadratic_model<blockopt::dense_columns>;
using sparse_quadratic = blockopt::quadratic_model<blockopt::sparse_columns>;

/// Standard normal numbers (Box-Muller).
[[nodiscard]] inline double normal(blockopt::random_stream& rng) {
  const double radius = std::sqrt(-2 * std::log(1 - rng.uniform()));
  return radius * std::cos(6.283185307179586 * rng.uniform());
}

[[nodiscard]] inline std::vector<double> normals(std::size_t n, std::uint64_t seed) {
  blockopt::random_stream rng{seed};
  std::vector<double> result(n);
  for (double& v : result) v = normal(rng);
  return result;
}

[[nodiscard]] inline Eigen::MatrixXd normal_matrix(std::size_t rows, std::size_t columns, std::uint64_t seed) {
  const std::vector<double> v = normals(rows * columns, seed);
  return Eigen::Map<const Eigen::MatrixXd>(v.data(), static_cast<Eigen::Index>(rows),
                                           static_cast<Eigen::Index>(columns));
}

/// Q diag(eigenvalues) Q' with a random orthogonal Q, exactly symmetric.
[[nodiscard]] inline Eigen::MatrixXd with_spectrum(const Eigen::VectorXd& eigenvalues, std::uint64_t seed) {
  const auto n = static_cast<std::size_t>(eigenvalues.size());
  const Eigen::MatrixXd q = blockopt::detail::orthonormal(normal_matrix(n, n, seed));
  const Eigen::MatrixXd a = q * eigenvalues.asDiagonal() * q.transpose();
  return 0.5 * (a + a.transpose());
}

/// Eigenvalues from `smallest` to 1, equally spaced in their logarithms.
[[nodiscard]] inline Eigen::VectorXd log_spectrum(std::size_t n, double smallest) {
  Eigen::VectorXd e(static_cast<Eigen::Index>(n));
  for (Eigen::Index i = 0; i < e.size(); ++i)
    e[i] = n == 1 ? 1.0 : std::pow(smallest, 1 - static_cast<double>(i) / static_cast<double>(n - 1));
  return e;
}

[[nodiscard]] inline dense_quadratic quadratic(std::size_t n, double smallest, std::uint64_t seed) {
  return {blockopt::dense_columns(with_spectrum(log_spectrum(n, smallest), seed)), normals(n, seed + 1)};
}

/// Each column has `count` random rows.
[[nodiscard]] inline blockopt::sparse_columns random_columns(std::size_t m, std::size_t n, std::size_t count,
                                                             std::uint64_t seed) {
  blockopt::random_stream rng{seed};
  std::vector<std::size_t> first{0};
  std::vector<std::uint32_t> row;
  std::vector<double> value;
  for (std::size_t j = 0; j < n; ++j) {
    std::map<std::uint32_t, double> column;
    while (column.size() < count) column[static_cast<std::uint32_t>(rng.below(m))] = normal(rng);
    for (const auto& [i, v] : column) {
      row.push_back(i);
      value.push_back(v);
    }
    first.push_back(row.size());
  }
  return {m, std::move(first), std::move(row), std::move(value)};
}

[[nodiscard]] inline std::vector<double> labels(std::size_t m, std::uint64_t seed) {
  std::vector<double> y = normals(m, seed);
  for (double& v : y) v = v < 0 ? -1.0 : 1.0;
  return y;
}

template <class Problem>
[[nodiscard]] std::vector<double> point_of(const Problem& problem) {
  std::vector<double> x(problem.size());
  for (std::size_t i = 0; i < x.size(); ++i) x[i] = problem.at(i);
  return x;
}

/// The largest difference.
[[nodiscard]] inline double distance(std::span<const double> a, std::span<const double> b) {
  double largest = a.size() == b.size() ? 0.0 : 1e300;
  for (std::size_t i = 0; i < a.size() && i < b.size(); ++i) {
    if (!(std::fabs(a[i] - b[i]) <= largest)) largest = std::fabs(a[i] - b[i]);
  }
  return largest;
}

/// Saves numbers by their names and gives them back: what a checkpoint does to an update.
class memory_archive {
 public:
  template <class T>
  void operator()(const std::string& name, T& value) {
    if constexpr (std::is_arithmetic_v<T> || std::is_enum_v<T>) {
      std::vector<long double>& stored = numbers_[prefix_ + name];
      if (loading) value = static_cast<T>(stored.at(0));
      else stored.assign(1, static_cast<long double>(value));
    } else if constexpr (requires { value.resize(0); }) {
      std::vector<long double>& stored = numbers_[prefix_ + name];
      if (loading) {
        value.resize(stored.size());
        for (std::size_t i = 0; i < stored.size(); ++i) value[i] = static_cast<typename T::value_type>(stored[i]);
      } else {
        stored.assign(value.begin(), value.end());
      }
    } else if constexpr (requires { value.archive(*this); }) {
      const std::string before = prefix_;
      prefix_ += name + "/";
      value.archive(*this);
      prefix_ = before;
    } else {
      static_assert(std::is_empty_v<T>, "this needs an archive(a)");
    }
  }
  template <class T>
  void same(const std::string& name, T& value) {
    (*this)(name, value);
  }

  bool loading = false;

 private:
  std::map<std::string, std::vector<long double>> numbers_;
  std::string prefix_;
};

/// Whether a run that is saved after `before` steps and goes on in another object ends where one without a break does.
template <class MakeRun, class MakeProblem>
[[nodiscard]] bool resumes(const MakeProblem& make_problem, const MakeRun& make_run, std::uint64_t before,
                           std::uint64_t after) {
  auto whole_problem = make_problem(), first_problem = make_problem(), second_problem = make_problem();
  auto whole = make_run(whole_problem), first = make_run(first_problem), second = make_run(second_problem);
  whole->advance(before + after);
  first->advance(before);
  memory_archive a;
  first->archive(a);
  a.loading = true;
  second->archive(a);
  second->advance(after);
  whole->synchronize();
  second->synchronize();
  return point_of(whole_problem) == point_of(second_problem) && whole->counts().flops == second->counts().flops &&
         point_of(whole_problem) != point_of(first_problem);
}

}  // namespace blockopt_tests
