// SPDX-License-Identifier: MIT
// Part of blockopt: sampling of modules by their gradients.
#pragma once

#include <algorithm>
#include <cmath>
#include <cstddef>
#include <cstdint>
#include <vector>

#include <blockopt/error.hpp>
#include <blockopt/select/detail/draw_unchosen.hpp>
#include <blockopt/select/selection_policy.hpp>

namespace blockopt {

/// MISA (Liu et al., NeurIPS 2025, arXiv 2511.00056), for blocks that are matrices (by_matrix): draws `size` different
/// modules with P_b ~ exp(eta G_b), where G_b, 0 at first, becomes smoothing G_b + (1 - smoothing) a_b after a visit
/// with mean squared gradient a_b: uniform draws, tilted towards large gradients as far as a Kullback-Leibler penalty
/// allows. The paper activates modules up to a share of all parameters; a policy here names a fixed number of blocks.
/// It has eta = 1 for fine-tuning and 500 for pre-training, 50 steps per visit and drops the state (drop_state). How it
/// scales a_b with the size of a module, its smoothing, and a last step with momentum before the state goes are not
/// settled here: `weights` scales a_b where the user wants it. A norm that is not finite teaches nothing. O(n size)
/// each visit.
struct misa {
  static constexpr feedback_kind feedback = feedback_kind::visited_block;
  std::size_t size = 1;
  double eta = 1;
  double smoothing = 0.9;         ///< in [0, 1)
  std::vector<double> weights{};  ///< of each block, times a_b; empty: 1
  std::uint64_t seed = 1;
  std::vector<double> estimates{};  ///< G; state, not a setting

  /// Raises invalid_option for settings out of range.
  void start(std::size_t blocks) {
    if (!std::isfinite(eta)) raise<invalid_option>({"misa: eta = ", eta, " is not finite"});
    if (!(smoothing >= 0 && smoothing < 1))
      raise<invalid_option>({"misa: smoothing = ", smoothing, "; it must be in [0, 1)"});
    if (!weights.empty() && weights.size() != blocks)
      raise<invalid_option>({"misa: ", weights.size(), " weights for ", blocks, " blocks"});
    estimates.assign(blocks, 0.0);
  }

  [[nodiscard]] std::size_t blocks_per_visit() const noexcept { return size; }

  [[nodiscard]] std::size_t next(random_stream& rng, const selection_statistics& s) const {
    double shift = 0;  // so that no power overflows
    for (std::size_t b = 0; b < s.blocks; ++b) {
      if (b == 0 || eta * estimates[b] > shift) shift = eta * estimates[b];
    }
    return detail::draw_unchosen(rng, s, [&](std::size_t b) { return std::exp(eta * estimates[b] - shift); });
  }

  void observe(std::size_t block, const visit_feedback& f) {
    const double a = f.mean_squared_gradient * (weights.empty() ? 1.0 : weights[block]);
    if (std::isfinite(eta * a)) estimates[block] = smoothing * estimates[block] + (1 - smoothing) * a;
  }

  template <class A>
  void archive(A& a) {
    a.same("size", size);
    a.same("eta", eta);
    a.same("smoothing", smoothing);
    a("seed", seed);
    a("estimates", estimates);
  }
};

}  // namespace blockopt
