// SPDX-License-Identifier: MIT
// Part of blockopt: selection by the parts of the duality gap.
#pragma once

#include <cmath>
#include <cstddef>
#include <cstdint>
#include <limits>
#include <vector>

#include <blockopt/error.hpp>
#include <blockopt/select/detail/alias_table.hpp>
#include <blockopt/select/selection_policy.hpp>

namespace blockopt {

/// Draws block b with probability (1 - uniform) G_b / sum G + uniform / n, G_b what the block contributes to the
/// duality gap, computed anew every `every` visits (Perekrestenko, Cevher & Jaggi, AISTATS 2017, gap-wise sampling;
/// once per epoch, as they do in practice). The share of uniform draws, which is not in the paper's rule, lets no block
/// starve while its part is stale. A full gradient and O(n) per refresh, O(1) each step. Parts that are no finite
/// number count as the largest finite one. Raises invalid_option on problems without such parts.
struct duality_gap_sampling {
  static constexpr feedback_kind feedback = feedback_kind::every_block;
  std::uint64_t every = 0;  ///< visits between two refreshes; 0: the number of blocks
  double uniform = 0.1;     ///< in [0, 1]
  std::uint64_t seed = 1;

  /// Raises invalid_option for a share that is out of range.
  void start(std::size_t) const {
    if (!(uniform >= 0 && uniform <= 1))
      raise<invalid_option>({"duality_gap_sampling: uniform = ", uniform, "; it must be in [0, 1]"});
  }

  [[nodiscard]] std::size_t next(random_stream& rng, const selection_statistics& s) {
    if (s.visit % (every == 0 ? s.blocks : every) == 0) refresh(s);
    return table.draw(rng);
  }

  template <class A>
  void archive(A& a) {
    a.same("every", every);
    a.same("uniform", uniform);
    a("seed", seed);
    a("chances", chances);
    if (!chances.empty()) table = detail::alias_table(chances);
  }

  std::vector<double> chances{};  ///< of each block; state, not a setting
  detail::alias_table table{};    ///< made of them

 private:
  void refresh(const selection_statistics& s) {
    const auto gaps = s.oracle->scores(block_measure::gap_part);
    double largest = 0, sum = 0;
    for (const double g : gaps) largest = std::isfinite(g) && g > largest ? g : largest;
    if (largest == 0) largest = 1;
    chances.resize(s.blocks);
    for (std::size_t b = 0; b < s.blocks; ++b) {  // rounding may leave a part below 0
      chances[b] = std::isfinite(gaps[b]) ? (gaps[b] > 0 ? gaps[b] / largest : 0.0) : 1.0;
      sum += chances[b];
    }
    const double each = 1 / static_cast<double>(s.blocks);
    for (double& c : chances) c = sum > 0 ? (1 - uniform) * c / sum + uniform * each : each;
    table = detail::alias_table(chances);
  }
};

}  // namespace blockopt
