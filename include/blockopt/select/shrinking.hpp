// SPDX-License-Identifier: MIT
// Part of blockopt: cyclic selection that leaves out blocks that do not move.
#pragma once

#include <algorithm>
#include <cmath>
#include <cstddef>
#include <cstdint>
#include <numeric>
#include <vector>

#include <blockopt/error.hpp>
#include <blockopt/select/selection_policy.hpp>

namespace blockopt {

/// Cyclic passes over the blocks that still move, as liblinear shrinks coordinates at zero or at a bound (Hsieh et al.,
/// ICML 2008; Yuan et al., JMLR 11, 2010):
///   - A block that did not move in `patience` visits in a row drops out at the end of the pass.
///   - When the longest step of a pass is not above `fraction` times that of the first pass since all blocks were in,
///     or none is left, all come back, and each drops out again unless it moves at once.
/// Liblinear's test also wants the gradient beyond the bound by a margin and compares with a tolerance; this one needs
/// the lengths of the steps only and has no tolerance, so it goes on checking for as long as the run does. O(1) each
/// step, no gradient of other blocks. Lengths come from the update; where it does not tell them nothing drops out
/// (cyclic).
struct shrinking {
  std::uint8_t patience = 2;
  double fraction = 0.1;  ///< in [0, 1)

  /// Raises invalid_option for settings out of range.
  void start(std::size_t blocks) {
    if (patience == 0) raise<invalid_option>("shrinking.patience is 0; it must be at least 1");
    if (!(fraction >= 0 && fraction < 1))
      raise<invalid_option>({"shrinking: fraction = ", fraction, "; it must be in [0, 1)"});
    still.assign(blocks, 0);
    progress = {};
    all_in();
  }

  [[nodiscard]] std::size_t next(random_stream&, const selection_statistics&) {
    if (progress.place == active.size()) pass_ended();
    return active[progress.place++];
  }

  void observe(std::size_t block, const visit_feedback& f) {
    if (f.squared_step == 0) still[block] = static_cast<std::uint8_t>(std::min(still[block] + 1, int{patience}));
    else still[block] = 0;
    if (f.squared_step > 0) progress.longest = std::max(progress.longest, std::sqrt(f.squared_step));
  }

  template <class A>
  void archive(A& a) {
    a.same("patience", patience);
    a.same("fraction", fraction);
    a("place", progress.place);
    a("passes", progress.passes);
    a("first", progress.first);
    a("longest", progress.longest);
    a("active", active);
    a("still", still);
  }

  /// State, not a setting, as the lists below.
  struct progress_type {
    std::size_t place = 0;          ///< of the next visit, in active
    std::uint64_t passes = 0;       ///< since all blocks were in
    double first = 0, longest = 0;  ///< step of the first and of the present pass
  };
  progress_type progress{};
  std::vector<std::size_t> active{};  ///< blocks that are in, ascending
  std::vector<std::uint8_t> still{};  ///< of each block: visits in a row without a move, patience at most

 private:
  void all_in() {
    active.resize(still.size());
    std::iota(active.begin(), active.end(), std::size_t{0});
    progress.passes = 0;
  }
  void pass_ended() {
    if (progress.passes++ == 0) progress.first = progress.longest;
    else if (progress.longest <= fraction * progress.first) active.clear();
    std::erase_if(active, [&](std::size_t b) { return still[b] >= patience; });
    if (active.empty()) {
      all_in();
      for (std::uint8_t& s : still) s = static_cast<std::uint8_t>(std::min<int>(s, patience - 1));
    }
    progress.place = 0;
    progress.longest = 0;
  }
};

}  // namespace blockopt
