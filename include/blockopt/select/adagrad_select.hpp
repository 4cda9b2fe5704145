// SPDX-License-Identifier: MIT
// Part of blockopt: selection among the blocks with large gradients, by how often they were chosen.
#pragma once

#include <algorithm>
#include <cmath>
#include <cstddef>
#include <cstdint>
#include <limits>
#include <numeric>
#include <vector>

#include <blockopt/error.hpp>
#include <blockopt/select/detail/draw_unchosen.hpp>
#include <blockopt/select/selection_policy.hpp>

namespace blockopt {

/// AdaGradSelect (Kumar, Raj & Chawla, 2025, arXiv 2512.15764): with probability epsilon decay^visit a block is drawn
/// uniformly; else by a distribution that is itself drawn from Dirichlet(visits of b + prior), among the `share` of
/// blocks with the largest gradient norms of their last visits (blocks without one come first, of equals the first).
/// Draws from such a distribution are a Polya urn: among the blocks not named yet, b comes with probability ~ visits of
/// b + prior, also for several blocks of one visit. Only the abstract was at hand: that the norms choose the
/// candidates, epsilon, decay, prior and share are choices made here. O(n log n) each visit.
struct adagrad_select {
  static constexpr feedback_kind feedback = feedback_kind::visited_block;
  std::size_t size = 1;
  double epsilon = 1, decay = 0.99;  ///< both in [0, 1]
  double prior = 1;                  ///< above 0
  double share = 0.5;                ///< in (0, 1]
  std::uint64_t seed = 1;
  std::vector<double> norms{};  ///< mean squares of the last visit, infinity before it; state, not a setting

  /// Raises invalid_option for settings out of range.
  void start(std::size_t blocks) {
    if (!(epsilon >= 0 && epsilon <= 1 && decay >= 0 && decay <= 1))
      raise<invalid_option>(
          {"adagrad_select: epsilon = ", epsilon, " and decay = ", decay, "; they must be in [0, 1]"});
    if (!(prior > 0 && std::isfinite(prior) && share > 0 && share <= 1))
      raise<invalid_option>({"adagrad_select: prior = ", prior, " must be positive and share = ", share, " in (0, 1]"});
    norms.assign(blocks, std::numeric_limits<double>::infinity());
  }

  [[nodiscard]] std::size_t blocks_per_visit() const noexcept { return size; }

  [[nodiscard]] std::size_t next(random_stream& rng, const selection_statistics& s) const {
    if (rng.uniform() < epsilon * std::pow(decay, static_cast<double>(s.visit)))
      return detail::draw_unchosen(rng, s, [](std::size_t) { return 1.0; });
    const auto wanted = std::ceil(share * static_cast<double>(s.blocks));
    const std::size_t candidates = std::min(s.blocks, std::max(size, static_cast<std::size_t>(wanted)));
    std::vector<std::size_t> order(s.blocks);
    std::iota(order.begin(), order.end(), std::size_t{0});
    std::ranges::stable_sort(order, [&](std::size_t i, std::size_t j) { return norms[i] > norms[j]; });
    std::vector<std::uint8_t> candidate(s.blocks);
    for (std::size_t k = 0; k < candidates; ++k) candidate[order[k]] = 1;
    const auto open = [&](std::size_t b) { return std::ranges::find(s.chosen, b) == s.chosen.end(); };
    bool any = false;
    for (std::size_t b = 0; b < s.blocks; ++b) any = any || (candidate[b] != 0 && open(b));
    return detail::draw_unchosen(rng, s, [&](std::size_t b) {
      return !any || candidate[b] != 0 ? static_cast<double>(s.visits[b]) + prior : 0.0;
    });
  }

  /// A norm that is not known counts as 0.
  void observe(std::size_t block, const visit_feedback& f) {
    norms[block] = f.mean_squared_gradient >= 0 ? f.mean_squared_gradient : 0.0;
  }

  template <class A>
  void archive(A& a) {
    a.same("size", size);
    a.same("epsilon", epsilon);
    a.same("decay", decay);
    a.same("prior", prior);
    a.same("share", share);
    a("seed", seed);
    a("norms", norms);
  }
};

}  // namespace blockopt
