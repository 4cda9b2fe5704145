// SPDX-License-Identifier: MIT
// Part of blockopt: what every problem in coordinates must satisfy, checked through its public interface.
#pragma once

#include <algorithm>
#include <cmath>
#include <cstddef>
#include <map>
#include <span>
#include <string>
#include <string_view>
#include <type_traits>
#include <utility>
#include <vector>

#include <Eigen/Core>
#include <doctest/doctest.h>

#include <blockopt/error.hpp>
#include <blockopt/problem/block_lipschitz.hpp>
#include <blockopt/problem/coordinate_problem.hpp>
#include <blockopt/problem/detail/decompositions.hpp>
#include <blockopt/select/random_stream.hpp>

#include "support/message_of.hpp"

namespace blockopt_tests {

/// Deterministic numbers in [-1, 1).
inline std::vector<double> numbers(std::size_t n, std::uint64_t seed) {
  blockopt::random_stream rng{seed};
  std::vector<double> x(n);
  for (double& v : x) v = 2 * rng.uniform() - 1;
  return x;
}

/// Keeps in memory what a checkpoint would.
class memory_archive {
 public:
  template <class T>
  void operator()(std::string_view name, T& value) {
    const std::string key = path_ + std::string(name);
    if constexpr (requires { value.archive(*this); }) {
      const std::string before = std::exchange(path_, key + "/");
      value.archive(*this);
      path_ = before;
    } else if constexpr (std::is_arithmetic_v<T>) {
      if (saving) kept_[key] = {static_cast<double>(value)};
      else value = static_cast<T>(kept_.at(key).at(0));
    } else {
      if (saving) kept_[key].assign(value.begin(), value.end());
      else {
        value.resize(kept_.at(key).size());
        for (std::size_t i = 0; i < value.size(); ++i) value[i] = static_cast<typename T::value_type>(kept_.at(key)[i]);
      }
    }
  }
  template <class T>
  void same(std::string_view name, T& value) {
    T copy = value;
    (*this)(name, copy);
    REQUIRE(copy == value);
  }
  bool saving = true;

 private:
  std::map<std::string, std::vector<double>> kept_;
  std::string path_;
};

template <class P>
std::vector<double> point_of(const P& problem) {
  std::vector<double> x(problem.size());
  for (std::size_t i = 0; i < x.size(); ++i) x[i] = problem.at(i);
  return x;
}

template <class P>
std::vector<double> gradient_of(const P& problem) {
  std::vector<double> g(problem.size());
  problem.gradient(g);
  return g;
}

/// The objective less its part without derivative, as far as that shows along coordinate i.
template <class P>
double smooth_at(P problem, std::size_t i, double d) {
  double psi = 0;
  if constexpr (blockopt::separable_composite<P>) psi = problem.psi_change(i, d);
  problem.move(i, d);
  return problem.value() - psi;
}

/// `derivative` and `gradient` against five-point differences of the objective along every coordinate; h must keep the
/// point in the domain.
template <class P>
void check_derivatives(const P& problem, double tolerance, double h = 1e-3) {
  const auto g = gradient_of(problem);
  double scale = 1;
  for (const double v : g) scale = std::max(scale, std::fabs(v));
  for (std::size_t i = 0; i < problem.size(); ++i) {
    const auto at = [&](double d) { return smooth_at(problem, i, d); };
    const double slope = (8 * (at(h) - at(-h)) - (at(2 * h) - at(-2 * h))) / (12 * h);
    CAPTURE(i);
    CHECK(std::fabs(problem.derivative(i) - slope) <= tolerance * scale);
    CHECK(std::fabs(problem.derivative(i) - g[i]) <= 1e-12 * scale);
  }
}

/// After many small moves the problem is what `set` makes of the same point.
template <class P>
void check_moves(P problem, std::size_t count, double step, double tolerance = 1e-11) {
  blockopt::random_stream rng{77};
  std::vector<double> start = point_of(problem);
  for (std::size_t k = 0; k < count; ++k) {
    const auto i = static_cast<std::size_t>(rng.below(problem.size()));
    const double to = start[i] + step * (2 * rng.uniform() - 1);
    problem.move(i, to - problem.at(i));
  }
  const auto x = point_of(problem);
  P fresh = problem;
  fresh.set(x);
  const auto moved = gradient_of(problem), anew = gradient_of(fresh);
  double scale = 1;
  for (const double v : anew) scale = std::max(scale, std::fabs(v));
  for (std::size_t i = 0; i < x.size(); ++i) {
    REQUIRE(fresh.at(i) == x[i]);
    CHECK(std::fabs(moved[i] - anew[i]) <= tolerance * scale);
  }
  CHECK(std::fabs(problem.value() - fresh.value()) <= tolerance * (1 + std::fabs(fresh.value())));
}

/// |derivative(x + d e_i) - derivative(x)| <= L_i |d| for small and larger d.
template <class P>
void check_lipschitz(const P& problem, std::span<const double> steps) {
  for (std::size_t i = 0; i < problem.size(); ++i) {
    CHECK(problem.lipschitz(i) > 0);
    for (const double d : steps) {
      P other = problem;
      other.move(i, d);
      const double change = std::fabs(other.derivative(i) - problem.derivative(i));
      CAPTURE(i);
      CHECK(change <=
            problem.lipschitz(i) * std::fabs(d) * (1 + 1e-9) + 1e-12 * (1 + std::fabs(problem.derivative(i))));
    }
  }
}

inline Eigen::MatrixXd as_matrix(const std::vector<double>& h) {
  const auto n = static_cast<Eigen::Index>(std::lround(std::sqrt(static_cast<double>(h.size()))));
  return Eigen::Map<const Eigen::MatrixXd>(h.data(), n, n);
}

/// The Hessian of a block against differences of its gradient; the curvature bound is not below it; L_b is not below the
/// Hessian's largest eigenvalue and not above `slack` times
/// the sum of L_i.
template <class P>
void check_block(const P& problem, const std::vector<std::size_t>& block, double tolerance, double h = 1e-4,
                 double slack = 1) {
  const std::size_t k = block.size();
  std::vector<double> hessian(k * k);
  Eigen::MatrixXd differences(k, k);
  for (std::size_t q = 0; q < k; ++q) {
    P up = problem, down = problem;
    up.move(block[q], h);
    down.move(block[q], -h);
    for (std::size_t p = 0; p < k; ++p)
      differences(static_cast<Eigen::Index>(p), static_cast<Eigen::Index>(q)) =
          (up.derivative(block[p]) - down.derivative(block[p])) / (2 * h);
  }
  const double scale = 1 + differences.cwiseAbs().maxCoeff();
  if constexpr (blockopt::twice_differentiable<P>) {
    problem.hessian(block, hessian);
    CHECK((as_matrix(hessian) - as_matrix(hessian).transpose()).cwiseAbs().maxCoeff() == 0);
    CHECK((as_matrix(hessian) - differences).cwiseAbs().maxCoeff() <= tolerance * scale);
  }
  const auto smallest = [](const Eigen::MatrixXd& m) { return blockopt::detail::symmetric_eigenvalues(m).minCoeff(); };
  double sum = 0;
  for (const std::size_t i : block) sum += problem.lipschitz(i);
  if constexpr (blockopt::bounded_curvature<P>) {
    std::vector<double> bound(k * k);
    problem.curvature(block, bound);
    CHECK((as_matrix(bound) - as_matrix(bound).transpose()).cwiseAbs().maxCoeff() == 0);
    CHECK(smallest(as_matrix(bound) - 0.5 * (differences + differences.transpose())) >= -tolerance * scale);
  }
  const double l = blockopt::block_lipschitz(problem, block);
  CHECK(l <= slack * sum * (1 + 1e-12));
  CHECK(l >= -smallest(-0.5 * (differences + differences.transpose())) - tolerance * scale);
}

/// A problem that was archived goes on with the same bits.
template <class P>
void check_archive(P problem, P other, double step) {
  for (std::size_t i = 0; i < problem.size(); i += 2) problem.move(i, step * problem.at(i) - step);
  memory_archive a;
  problem.archive(a);
  a.saving = false;
  other.archive(a);
  CHECK(other.value() == problem.value());
  CHECK(point_of(other) == point_of(problem));
  for (std::size_t i = 0; i < problem.size(); ++i) {
    problem.move(i, step);
    other.move(i, step);
  }
  CHECK(gradient_of(other) == gradient_of(problem));
}

/// The call throws invalid_option, and its sentence names the culprit.
template <class F>
void check_refusal(F&& call, const std::string& culprit) {
  const std::string message = message_of<blockopt::invalid_option>(call);
  CAPTURE(message);
  CHECK(message.find(culprit) != std::string::npos);
}

}  // namespace blockopt_tests
