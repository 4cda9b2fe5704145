// SPDX-License-Identifier: MIT
// Part of blockopt: the Gauss-Southwell rule, and the fault that it had elsewhere.
#pragma once

#include <cstddef>
#include <type_traits>

#include <blockopt/select/gauss_southwell.hpp>

#include "check/pair.hpp"

namespace blockopt::program {

/// gauss_southwell, or with the fault argmax g_i in place of argmax |g_i| (of blocks: of their sums), which stalls where all
/// that is left to do has a negative derivative.
struct faulty_greedy {
  static constexpr feedback_kind feedback = feedback_kind::every_block;
  bool with_signs = false;
  gauss_southwell rule{};

  [[nodiscard]] std::size_t next(random_stream& rng, const selection_statistics& s) const {
    if (!with_signs) return rule.next(rng, s);
    const auto g = s.oracle->gradient();
    std::size_t best = 0;
    double largest = 0;
    for (std::size_t b = 0; b < s.blocks; ++b) {
      double sum = 0;
      for (const std::size_t i : s.oracle->members(b)) sum += g[i];
      if (b == 0 || sum > largest) {
        largest = sum;
        best = b;
      }
    }
    return best;
  }
};

/// The policy that a pair runs: with the fault, where the options ask for it.
template <class Policy>
[[nodiscard]] Policy with_fault(Policy policy, const check_options& o) {
  if constexpr (std::is_same_v<Policy, faulty_greedy>) policy.with_signs = o.signed_greedy;
  return policy;
}

}  // namespace blockopt::program
