// SPDX-License-Identifier: MIT
// Part of blockopt: what every problem's gradient must satisfy, checked through its public interface.
#pragma once

#include <algorithm>
#include <cmath>
#include <cstddef>
#include <span>
#include <string>
#include <vector>

#include <doctest/doctest.h>

#include <blockopt/block/active_block.hpp>
#include <blockopt/block/parameter.hpp>
#include <blockopt/error.hpp>
#include <blockopt/problem/problem.hpp>

#include "support/message_of.hpp"

namespace blockopt_tests {

/// Gradient memory for every parameter of a problem, and an active_block over the chosen ones. Parameters that are not
/// chosen have memory too, which the oracle must not touch.
template <blockopt::block_differentiable P>
class oracle_probe {
 public:
  using value_type = typename P::value_type;
  using compute = blockopt::compute_type_t<value_type>;

  oracle_probe(P& problem, std::vector<std::size_t> chosen, compute initial) : chosen_(std::move(chosen)) {
    for (const auto& p : problem.parameters()) {
      memory_.emplace_back(p.values.size(), initial);
      views_.push_back({memory_.back().data(), p.values.extents()});
      mask_.push_back(0);
    }
    for (const std::size_t i : chosen_) mask_[i] = 1;
    objective_ = problem.gradient(active());
  }

  blockopt::active_block<value_type> active() const { return {0, "probe", chosen_, views_, mask_}; }
  const std::vector<compute>& gradient(std::size_t parameter) const { return memory_[parameter]; }
  double objective() const { return objective_; }

 private:
  std::vector<std::size_t> chosen_;
  std::vector<std::vector<compute>> memory_;
  std::vector<typename blockopt::active_block<value_type>::gradient_view> views_;
  std::vector<unsigned char> mask_;
  double objective_ = 0;
};

template <class P>
std::vector<std::size_t> all_parameters(P& problem) {
  std::vector<std::size_t> result(problem.parameters().size());
  for (std::size_t i = 0; i < result.size(); ++i) result[i] = i;
  return result;
}

/// Block by block: only the block's memory changes, it is added to and not overwritten, it is bitwise the block's part
/// of the full gradient, and the call returns the objective. Any scalar.
template <class P>
void check_blocks_of_gradient(P& problem) {
  using compute = typename oracle_probe<P>::compute;
  const oracle_probe<P> full(problem, all_parameters(problem), compute(0));
  const compute sentinel(-8193);
  for (const std::size_t block : all_parameters(problem)) {
    CAPTURE(block);
    const oracle_probe<P> from_zero(problem, {block}, compute(0));
    const oracle_probe<P> from_sentinel(problem, {block}, sentinel);
    CHECK(from_zero.objective() == problem.value());
    CHECK(from_zero.gradient(block) == full.gradient(block));
    for (const std::size_t other : all_parameters(problem)) {
      for (std::size_t i = 0; i < full.gradient(other).size(); ++i) {
        const compute added = other == block ? full.gradient(other)[i] : compute(0);
        REQUIRE(from_sentinel.gradient(other)[i] == sentinel + added);
      }
    }
  }
  // Neither nothing active nor an active parameter whose gradient is owned elsewhere is an error.
  const std::vector<unsigned char> mask(problem.parameters().size(), 1);
  CHECK(problem.gradient({0, "views missing", {}, {}, mask}) == problem.value());
  CHECK(problem.gradient({}) == problem.value());
}

/// The derivative of the objective by one element: five points, error O(h^4).
template <class P>
double central_difference(P& problem, double& x, double h) {
  const double middle = x;
  const auto at = [&](double shift) {
    x = middle + shift;
    return problem.value();
  };
  const double slope = (8.0 * (at(h) - at(-h)) - (at(2.0 * h) - at(-2.0 * h))) / (12.0 * h);
  x = middle;
  return slope;
}

/// Every element of every block's gradient against central differences, in double.
template <class P>
void check_gradient_values(P& problem, double tolerance, double h = 1e-3) {
  static_assert(std::same_as<typename P::value_type, double>);
  const double value = problem.value();
  for (const auto& p : problem.parameters()) REQUIRE(p.values.is_contiguous());
  for (const std::size_t block : all_parameters(problem)) {
    const oracle_probe<P> probe(problem, {block}, 0.0);
    const auto p = problem.parameters()[block];
    for (std::size_t i = 0; i < p.values.size(); ++i) {
      const double difference = central_difference(problem, p.values.data()[i], h);
      CAPTURE(p.name);
      CAPTURE(i);
      CHECK(std::abs(probe.gradient(block)[i] - difference) <= tolerance * (1.0 + std::abs(difference)));
    }
  }
  CHECK(problem.value() == value);
}

/// Sets the variable, parameter after parameter.
template <class P>
void set_values(P& problem, std::span<const double> x) {
  using value_type = typename P::value_type;
  std::size_t next = 0;
  for (const auto& p : problem.parameters()) {
    for (std::size_t i = 0; i < p.values.size(); ++i) {
      p.values.data()[i] = value_type(blockopt::compute_type_t<value_type>(x[next++]));
    }
  }
  REQUIRE(next == x.size());
}

/// The largest element of the full gradient, in absolute value.
template <class P>
double largest_gradient(P& problem) {
  const oracle_probe<P> full(problem, all_parameters(problem), typename oracle_probe<P>::compute(0));
  double largest = 0;
  for (const std::size_t i : all_parameters(problem)) {
    for (const auto g : full.gradient(i)) largest = std::max(largest, std::abs(static_cast<double>(g)));
  }
  return largest;
}

/// The construction throws invalid_option, and its sentence names the culprit.
template <class F>
void check_refused(F&& construct, const std::string& culprit) {
  const std::string message = blockopt_tests::message_of<blockopt::invalid_option>(construct);
  CAPTURE(message);
  CHECK(message.find(culprit) != std::string::npos);
}

}  // namespace blockopt_tests
