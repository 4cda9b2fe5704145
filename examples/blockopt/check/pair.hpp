// SPDX-License-Identifier: MIT
// Part of blockopt: what a pair of a policy and a problem is, and what came of it.
#pragma once

#include <cstddef>
#include <cstdint>
#include <functional>
#include <string>
#include <vector>

#include <blockopt/theory/check.hpp>

namespace blockopt::program {

/// The faults are for tests of the check itself: it has to find them.
struct check_options {
  std::uint64_t seed = 1;
  std::size_t repeats = 400;   ///< runs whose mean is compared, of policies that draw
  std::string only{};          ///< runs pairs whose policy, update or problem contains this; empty: all
  double constant_scale = 1;   ///< fault: 0.5 doubles all strong convexity, so that right bounds become wrong ones
  bool signed_greedy = false;  ///< fault: Gauss-Southwell compares gradients with their signs
};

/// A line of the report: a theorem (or none) about one policy with one update on one problem.
struct pair_result {
  std::string policy{}, update{}, problem{};
  std::string theorem{}, source{};  ///< empty where none is known
  std::string constants{};          ///< those of the problem, as text
  bound_check check{};
};

/// `run` gives a result for each theorem about the pair, or one without theorem.
struct theory_pair {
  std::string policy, update, problem;
  std::function<std::vector<pair_result>(const check_options&)> run;
};

}  // namespace blockopt::program
