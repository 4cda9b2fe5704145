// SPDX-License-Identifier: MIT
// Part of blockopt: greedy selection with stale estimates.
#pragma once

#include <cstddef>
#include <cstdint>
#include <vector>

#include <blockopt/error.hpp>
#include <blockopt/select/detail/score_heap.hpp>
#include <blockopt/select/selection_policy.hpp>

namespace blockopt {

/// B_max_r (Salehi, Thiran & Celis, NeurIPS 2018, arXiv 1712.03010): every `every` visits the estimates of what each
/// block would gain are made anew (a full gradient); in between only the visited one's is. With probability epsilon a
/// block is drawn uniformly, else the one with the largest estimate is taken, the first of equals. The rate is O(1/k)
/// with constants between those of greedy and uniform selection, for 1 / every of the greedy rule's gradients. O(log n)
/// each step besides. The paper estimates by the dual residual; here by any measure, with `decrease` the bound of the
/// model with L_b. With epsilon = 0 and every = 1 it is gauss_southwell_lipschitz.
struct bandit_max {
  static constexpr feedback_kind feedback = feedback_kind::every_block;
  block_measure measure = block_measure::decrease;
  std::uint64_t every = 0;  ///< visits between two full gradients; 0: the number of blocks
  double epsilon = 0.5;     ///< in [0, 1]
  std::uint64_t seed = 1;

  /// Raises invalid_option for an epsilon that is out of range.
  void start(std::size_t blocks) {
    if (!(epsilon >= 0 && epsilon <= 1))
      raise<invalid_option>({"bandit_max: epsilon = ", epsilon, "; it must be in [0, 1]"});
    heap.assign(std::vector<double>(blocks));
  }

  [[nodiscard]] std::size_t next(random_stream& rng, const selection_statistics& s) {
    if (s.visit % (every == 0 ? s.blocks : every) == 0) heap.assign(s.oracle->scores(measure));
    if (epsilon > 0 && rng.uniform() < epsilon) return static_cast<std::size_t>(rng.below(s.blocks));
    return heap.top();
  }

  void moved(std::size_t block, selection_oracle& oracle) {
    if (every != 1) heap.change(block, oracle.score(measure, block));
  }

  template <class A>
  void archive(A& a) {
    a.same("measure", measure);
    a.same("every", every);
    a.same("epsilon", epsilon);
    a("seed", seed);
    heap.archive(a);
  }

  detail::score_heap heap{};  ///< the estimates; state, not a setting
};

}  // namespace blockopt
