// SPDX-License-Identifier: MIT
// Part of blockopt: approximately steepest selection from bounds on the gradient.
#pragma once

#include <algorithm>
#include <cmath>
#include <cstddef>
#include <cstdint>
#include <numeric>
#include <vector>

#include <blockopt/select/detail/gradient_bounds.hpp>
#include <blockopt/select/selection_policy.hpp>

namespace blockopt {

/// ASCD (Stich, Raj & Jaggi, "Approximate steepest coordinate descent", ICML 2017): draws uniformly from the smallest
/// set of blocks outside of which every u_b^2 is below the mean of l_b^2 inside, for bounds l_b <= ||g_b|| <= u_b. In
/// expectation a step promises no less than one of uniform_random, and with exact bounds it is the steepest. The bounds
/// are those of safe_adaptive_sampling: a full gradient at the start, then the visited block's. O(n log n) each step.
/// The rule is the paper's as its abstract and citations describe it; it was not compared with the text.
struct steepest_approximate {
  static constexpr feedback_kind feedback = feedback_kind::every_block;
  std::uint64_t refresh = 0;  ///< visits between two full gradients; 0: none but the first
  std::uint64_t seed = 1;

  void start(std::size_t blocks, const selection_oracle& oracle) {
    bounds.start(blocks, oracle);
    order.resize(blocks);
  }

  [[nodiscard]] std::size_t next(random_stream& rng, const selection_statistics& s) {
    if (!bounds.ready() || (refresh != 0 && s.visit % refresh == 0)) bounds.refresh(*s.oracle);
    upper.resize(s.blocks);
    for (std::size_t b = 0; b < s.blocks; ++b) upper[b] = bounds.upper(b);
    std::iota(order.begin(), order.end(), std::size_t{0});
    std::ranges::sort(
        order, [&](std::size_t i, std::size_t j) { return upper[i] > upper[j] || (upper[i] == upper[j] && i < j); });
    double squares = 0;
    for (std::size_t k = 0; k < s.blocks; ++k) {
      squares += bounds.lower(order[k]) * bounds.lower(order[k]);
      const bool last = k + 1 == s.blocks;
      if (last || upper[order[k + 1]] * upper[order[k + 1]] < squares / static_cast<double>(k + 1))
        return order[static_cast<std::size_t>(rng.below(k + 1))];
    }
    return 0;
  }

  void observe(std::size_t, const visit_feedback& f) { bounds.step(std::sqrt(f.squared_step)); }
  void moved(std::size_t block, selection_oracle& oracle) { bounds.moved(block, oracle); }

  template <class A>
  void archive(A& a) {
    a.same("refresh", refresh);
    a("seed", seed);
    a("bounds", bounds);
  }

  detail::gradient_bounds bounds{};  ///< state
  std::vector<double> upper{};       ///< scratch, as the order
  std::vector<std::size_t> order{};
};

}  // namespace blockopt
