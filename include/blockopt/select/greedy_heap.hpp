// SPDX-License-Identifier: MIT
// Part of blockopt: greedy selection with a heap, for problems whose blocks have few neighbours.
#pragma once

#include <cstddef>
#include <vector>

#include <blockopt/error.hpp>
#include <blockopt/select/detail/score_heap.hpp>
#include <blockopt/select/selection_policy.hpp>

namespace blockopt {

/// argmax_b of a measure, the first of equals: the blocks that gauss_southwell (gradient_norm),
/// gauss_southwell_lipschitz (decrease) and their kin name, with their rates, in O(degree log n) each step instead of a
/// full gradient: after a step only the scores of the visited block and of its neighbours are computed anew, in a heap
/// (Meshi, Jaakkola & Globerson, NIPS 2012; Nutini et al., ICML 2015). One full gradient before the first visit. The
/// choice is that of the full search exactly where the problem's derivative(i) and gradient(g) agree to the last bit.
struct greedy_heap {
  static constexpr feedback_kind feedback = feedback_kind::every_block;
  block_measure measure = block_measure::gradient_norm;

  /// Raises invalid_option for a problem that does not know which gradients a step changes, and for gap_part, which may
  /// change everywhere.
  void start(std::size_t blocks, const selection_oracle& oracle) {
    if (oracle.neighbours(0).empty())
      raise<invalid_option>(
          "greedy_heap: this problem does not tell which gradients change with a step (neighbours); use "
          "gauss_southwell");
    if (measure == block_measure::gap_part)
      raise<invalid_option>("greedy_heap: a part of the duality gap may change with every step; use another measure");
    heap_.assign(std::vector<double>(blocks));
    known_ = false;
  }

  [[nodiscard]] std::size_t next(random_stream&, const selection_statistics& s) {
    if (!known_) heap_.assign(s.oracle->scores(measure));
    known_ = true;
    return heap_.top();
  }

  void moved(std::size_t block, selection_oracle& oracle) {
    const auto blocks = oracle.neighbours(block);
    scores_.resize(blocks.size());
    oracle.scores_of(measure, blocks, scores_);
    for (std::size_t k = 0; k < blocks.size(); ++k) heap_.change(blocks[k], scores_[k]);
  }

  template <class A>
  void archive(A& a) {
    a.same("measure", measure);
    a("known", known_);
    heap_.archive(a);
  }
  [[nodiscard]] std::size_t state_bytes() const noexcept { return heap_.bytes(); }

  detail::score_heap heap_{};     ///< state, as known_
  bool known_ = false;            ///< the heap has the scores of the present point
  std::vector<double> scores_{};  ///< scratch
};

}  // namespace blockopt
