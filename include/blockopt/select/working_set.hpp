// SPDX-License-Identifier: MIT
// Part of blockopt: selection within a working set that grows with what violates optimality.
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

/// Cyclic passes over a set of blocks outside of which nothing seems to be gained (celer: Massias, Gramfort & Salmon,
/// ICML 2018; skglm: Bertrand et al., NeurIPS 2022; the rules here are simpler, and these):
///   - The set is chosen from the scores of all blocks, a full gradient. Members whose score and whose last step are 0
///     leave it. Of the others with positive scores the largest join, the first of equals, until it has twice the
///     members that stayed, `start_size` at least. Where nothing has a positive score it stays, or is everything if it
///     was empty.
///   - It is passed in ascending order until the longest step of a pass is not above `fraction` times the longest step
///     of its first pass, or `most_passes` times; then it is chosen again.
/// It stops nowhere: a run ends by its own criterion. Lengths of steps come from the update, which most tell; where it
/// does not, the policy asks for the score step_norm of each block before its visit. For objectives without zeros in
/// their steps the set grows to all blocks and the order is cyclic.
struct working_set {
  static constexpr feedback_kind feedback = feedback_kind::every_block;
  block_measure measure = block_measure::gradient_norm;  ///< of subgradients of least norm; step_norm is the other use
  std::size_t start_size = 10;
  double fraction = 0.1;  ///< in [0, 1)
  std::uint64_t most_passes = 50;

  /// Raises invalid_option for settings out of range.
  void start(std::size_t blocks) {
    if (start_size == 0 || most_passes == 0)
      raise<invalid_option>(
          {"working_set: start_size = ", start_size, " and most_passes = ", most_passes, "; they must be at least 1"});
    if (!(fraction >= 0 && fraction < 1))
      raise<invalid_option>({"working_set: fraction = ", fraction, "; it must be in [0, 1)"});
    progress = {};
    members.clear();
    still.assign(blocks, 0);
  }

  [[nodiscard]] std::size_t next(random_stream&, const selection_statistics& s) {
    if (progress.place == members.size()) {
      if (members.empty() || pass_ended()) choose(s);
      progress.place = 0;
      progress.longest = 0;
    }
    const std::size_t b = members[progress.place++];
    if (progress.asks != 0) note(b, s.oracle->score(block_measure::step_norm, b));
    return b;
  }

  void observe(std::size_t block, const visit_feedback& f) {
    if (f.squared_step == f.squared_step) note(block, std::sqrt(f.squared_step));
    else progress.asks = 1;
  }

  template <class A>
  void archive(A& a) {
    a.same("measure", measure);
    a.same("start_size", start_size);
    a.same("fraction", fraction);
    a.same("most_passes", most_passes);
    a("place", progress.place);
    a("passes", progress.passes);
    a("first", progress.first);
    a("longest", progress.longest);
    a("asks", progress.asks);
    a("members", members);
    a("still", still);
  }

  /// State, not a setting, as the lists below.
  struct progress_type {
    std::size_t place = 0;               ///< of the next visit, in members
    std::uint64_t passes = 0, asks = 0;  ///< with this set; whether the policy has to ask for lengths
    double first = 0, longest = 0;       ///< step of the first and of the present pass
  };
  progress_type progress{};
  std::vector<std::size_t> members{};  ///< ascending
  std::vector<std::uint8_t> still{};   ///< of each block: its last step was 0

 private:
  void note(std::size_t b, double length) {
    still[b] = length == 0;
    progress.longest = std::max(progress.longest, length);
  }
  [[nodiscard]] bool pass_ended() {
    if (progress.passes++ == 0) progress.first = progress.longest;
    return progress.longest == 0 || progress.passes >= most_passes ||
           (progress.passes > 1 && progress.longest <= fraction * progress.first);
  }
  void choose(const selection_statistics& s) {
    const auto scores = s.oracle->scores(measure);
    progress.passes = 0;
    std::vector<std::uint8_t> kept(s.blocks);
    std::size_t stays = 0;
    for (const std::size_t b : members) {
      if (still[b] != 0 && scores[b] == 0) continue;
      kept[b] = 1;
      ++stays;
    }
    std::vector<std::size_t> others;
    for (std::size_t b = 0; b < s.blocks; ++b) {
      if (kept[b] == 0 && scores[b] > 0) others.push_back(b);
    }
    const std::size_t joining = std::min(std::max(start_size, 2 * stays) - stays, others.size());
    const auto end = others.begin() + static_cast<std::ptrdiff_t>(joining);
    std::partial_sort(others.begin(), end, others.end(), [&](std::size_t i, std::size_t j) {
      return scores[i] > scores[j] || (scores[i] == scores[j] && i < j);
    });
    for (auto b = others.begin(); b != end; ++b) kept[*b] = 1;
    if (stays + joining > 0) {
      members.clear();
      for (std::size_t b = 0; b < s.blocks; ++b) {
        if (kept[b] != 0) members.push_back(b);
      }
    } else if (members.empty()) {
      members.resize(s.blocks);
      std::iota(members.begin(), members.end(), std::size_t{0});
    }
  }
};

}  // namespace blockopt
