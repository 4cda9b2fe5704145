// SPDX-License-Identifier: MIT
// Part of blockopt: a theorem about the convergence of a method, as an object.
#pragma once

#include <cmath>
#include <functional>
#include <string>
#include <utility>

#include <blockopt/theory/constants.hpp>

namespace blockopt {

/// What a theorem bounds, as a function of k.
enum class bounded_quantity {
  suboptimality,     ///< f(x_k) - f*; for composite objectives of the whole
  squared_distance,  ///< ||x_k - x*||_2^2
  duality_gap,       ///< an upper bound on f - f* of the dual problem and the primal one together
  promise            ///< what a step was promised to gain, over what it gained
};

/// One theorem: what it says and where it is from. `at(c, k)` is the bound after k steps, or k cycles of one step on each
/// block; NaN where constants that it needs are unknown. With `on_mean` the bound is on the expectation over the policy's
/// draws: a mean is compared with it, never a median. Of an `equality` the bound is the value itself. With `factor`
/// (linear rates) the bound is some start times factor(c)^k; with `every_step` also each f(x_k+1) - f* (or its conditional
/// expectation) is at most the factor times f(x_k) - f*.
struct theorem {
  std::string name;
  std::string statement;  ///< the formula, in words of problem_constants
  std::string source;     ///< paper and number
  bounded_quantity of = bounded_quantity::suboptimality;
  bool cycles = false;  ///< k counts cycles
  bool on_mean = false;
  bool equality = false;
  bool every_step = false;
  std::function<double(const problem_constants&)> factor{};
  std::function<double(const problem_constants&, double)> at{};
};

/// The factor of one step: that of a cycle shared among its N steps. NaN for bounds that are not linear.
[[nodiscard]] inline double rate_of(const theorem& t, const problem_constants& c) {
  if (!t.factor) return problem_constants::unknown;
  return t.cycles ? std::pow(t.factor(c), 1 / c.blocks()) : t.factor(c);
}

namespace detail {

/// f_k - f* <= factor^k (f_0 - f*), in every step.
[[nodiscard]] inline theorem linear(std::string name, std::string statement, std::string source,
                                    std::function<double(const problem_constants&)> factor) {
  theorem t{.name = std::move(name),
            .statement = std::move(statement),
            .source = std::move(source),
            .every_step = true,
            .factor = factor};
  t.at = [factor = std::move(factor)](const problem_constants& c, double k) {
    return c.suboptimality * std::pow(factor(c), k);
  };
  return t;
}

/// Any other bound.
[[nodiscard]] inline theorem general(std::string name, std::string statement, std::string source,
                                     std::function<double(const problem_constants&, double)> at) {
  theorem t{.name = std::move(name), .statement = std::move(statement), .source = std::move(source)};
  t.at = std::move(at);
  return t;
}

[[nodiscard]] inline theorem on_mean(theorem t) {
  t.on_mean = true;
  return t;
}
[[nodiscard]] inline theorem in_cycles(theorem t) {
  t.cycles = true;
  return t;
}
[[nodiscard]] inline theorem equality(theorem t) {
  t.equality = true;
  return t;
}

}  // namespace detail
}  // namespace blockopt
