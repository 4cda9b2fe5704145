// SPDX-License-Identifier: MIT
// Part of blockopt: cyclic selection in the order of what each block would move.
#pragma once

#include <algorithm>
#include <cstddef>
#include <numeric>
#include <vector>

#include <blockopt/select/selection_policy.hpp>

namespace blockopt {

/// Before each cycle the blocks are sorted by a score, the largest first, of equals those with lower numbers; then each
/// is visited once in that order: xgboost's "thrifty" feature selector, which sorts by the change that each weight
/// alone would make (step_norm). Every block is visited once per cycle, so the rates of cyclic orders hold. A full
/// gradient and O(n log n) per cycle, O(1) each step.
struct thrifty {
  static constexpr feedback_kind feedback = feedback_kind::every_block;
  block_measure measure = block_measure::step_norm;
  std::vector<std::size_t> order{};  ///< of the present cycle; state, not a setting

  [[nodiscard]] std::size_t next(random_stream&, const selection_statistics& s) {
    const auto position = static_cast<std::size_t>(s.visit % s.blocks);
    if (position == 0) {
      const auto given = s.oracle->scores(measure);
      std::vector<double> scores(given.begin(), given.end());
      std::ranges::replace_if(
          scores, [](double v) { return v != v; }, -1.0);  // an order is wanted
      order.resize(s.blocks);
      std::iota(order.begin(), order.end(), std::size_t{0});
      std::ranges::stable_sort(order, [&](std::size_t i, std::size_t j) { return scores[i] > scores[j]; });
    }
    return order[position];
  }

  template <class A>
  void archive(A& a) {
    a.same("measure", measure);
    a("order", order);
  }
};

}  // namespace blockopt
