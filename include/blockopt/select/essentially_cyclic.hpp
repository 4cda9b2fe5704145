// SPDX-License-Identifier: MIT
// Part of blockopt: any selection policy, made essentially cyclic.
#pragma once

#include <cstddef>
#include <cstdint>
#include <numeric>
#include <utility>
#include <vector>

#include <blockopt/error.hpp>
#include <blockopt/select/selection_policy.hpp>

namespace blockopt {

/// The blocks that `policy` names, except that in each run of `window` visits, from the first one on, every block is
/// visited once at least: when as many visits are left in it as blocks are missing, these are visited. So any 2 window
/// - 1 visits in a row see every block, which is what convergence proofs of essentially cyclic orders ask for (Tseng,
/// J. Optim. Theory Appl. 109, 2001, theorem 4.1). O(1) each step besides the policy's own. The policy learns of all
/// visits and names blocks one at a time.
template <selection_policy Policy>
struct essentially_cyclic {
  static constexpr feedback_kind feedback = feedback_of<Policy>();
  Policy policy{};
  std::uint64_t window = 0;  ///< at least the number of blocks; 0: twice that
  std::uint64_t seed = 1;    ///< of the one stream; policy.seed is not used

  /// Raises invalid_option for a window in which there is no room, and for a policy of several blocks at once.
  void start(std::size_t blocks) {
    if constexpr (requires { policy.start(blocks); }) policy.start(blocks);
    begin(blocks);
  }
  void start(std::size_t blocks, selection_oracle& oracle) {
    if constexpr (requires { policy.start(blocks, oracle); }) policy.start(blocks, oracle);
    else if constexpr (requires { policy.start(blocks); }) policy.start(blocks);
    begin(blocks);
  }

  [[nodiscard]] std::size_t next(random_stream& rng, const selection_statistics& s) {
    const std::uint64_t length = window == 0 ? 2 * s.blocks : window, done = s.visit % length;
    if (done == 0) missing = s.blocks;
    const std::size_t b = length - done > missing ? static_cast<std::size_t>(policy.next(rng, s)) : list[missing - 1];
    if (b < s.blocks && place[b] < missing) {  // the first visit in this window: to behind those that are missing
      const std::size_t last = list[--missing];
      std::swap(list[place[b]], list[missing]);
      std::swap(place[b], place[last]);
    }
    return b;
  }

  void observe(std::size_t block, const visit_feedback& f) {
    if constexpr (requires { policy.observe(block, f); }) policy.observe(block, f);
  }
  void moved(std::size_t block, selection_oracle& oracle) {
    if constexpr (requires { policy.moved(block, oracle); }) policy.moved(block, oracle);
  }

  template <class A>
  void archive(A& a) {
    a.same("window", window);
    a("seed", seed);
    a("missing", missing);
    a("list", list);
    a("place", place);
    a("policy", policy);
  }

  std::size_t missing = 0;                   ///< blocks without a visit in this window; state, as the lists
  std::vector<std::size_t> list{}, place{};  ///< the missing ones first, and where each block is

 private:
  void begin(std::size_t blocks) {
    if (blocks_per_visit(policy) != 1)
      raise<invalid_option>({"essentially_cyclic: its policy names ", blocks_per_visit(policy), " blocks at once"});
    if (window != 0 && window < blocks)
      raise<invalid_option>({"essentially_cyclic.window is ", window, "; there are ", blocks, " blocks"});
    list.resize(blocks);
    std::iota(list.begin(), list.end(), std::size_t{0});
    place = list;
    missing = blocks;
  }
};

}  // namespace blockopt
