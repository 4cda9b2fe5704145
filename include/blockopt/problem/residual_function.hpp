// SPDX-License-Identifier: MIT
// Part of blockopt: functions that are sums of squares, written once for values and for derivatives.
#pragma once

#include <cstddef>
#include <functional>
#include <span>
#include <string>
#include <utility>
#include <vector>

#include <blockopt/problem/detail/hyper_dual.hpp>

namespace blockopt {

struct known_minimum {
  double value = 0;             ///< f at a minimum
  std::vector<double> at = {};  ///< where; empty where the literature does not say
};

/// f(x) = sum of r_i(x)^2.
struct residual_function {
  std::string name = {};
  std::size_t variables = 0, residuals = 0;
  std::vector<double> start = {};                     ///< the standard one
  std::vector<known_minimum> minima = {};             ///< the global one first
  std::vector<std::vector<std::size_t>> blocks = {};  ///< natural ones
  std::function<void(std::span<const double>, std::span<double>)> values = {};
  std::function<void(std::span<const detail::hyper_dual>, std::span<detail::hyper_dual>)> derivatives = {};
};

/// From a generic `f(x, r)` that computes the residuals r of x in any number type; it calls exp, sqrt, ... unqualified after
/// `using std::exp`. Without `blocks` each variable is one.
template <class F>
[[nodiscard]] residual_function make_residual_function(std::string name, std::size_t residuals,
                                                       std::vector<double> start, std::vector<known_minimum> minima,
                                                       F f, std::vector<std::vector<std::size_t>> blocks = {}) {
  if (blocks.empty()) {
    for (std::size_t i = 0; i < start.size(); ++i) blocks.push_back({i});
  }
  const std::size_t n = start.size();
  return {std::move(name), n, residuals, std::move(start), std::move(minima), std::move(blocks), f, f};
}

}  // namespace blockopt
