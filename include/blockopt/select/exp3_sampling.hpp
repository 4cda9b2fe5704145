// SPDX-License-Identifier: MIT
// Part of blockopt: sampling probabilities learned as by a bandit.
#pragma once

#include <algorithm>
#include <cmath>
#include <cstddef>
#include <cstdint>
#include <vector>

#include <blockopt/error.hpp>
#include <blockopt/select/detail/sampling_tree.hpp>
#include <blockopt/select/selection_policy.hpp>

namespace blockopt {

/// Draws block b with probability p_b >= floor / n and lowers the sum of a_b / p_b, a_b = ||g_b||^2, which bounds the
/// progress of importance sampling, by a mirror step after each visit (Namkoong, Sinha, Yadlowsky & Duchi, ICML 2017):
///   p_b *= exp(-step / (n p_b) (1 - r)),   r = min(1, a_b / (A (n p_b)^2)),
/// and the projection onto p >= floor / n in the Kullback-Leibler divergence: since only p_b has fallen, it stops at
/// the floor and all others rise by one factor. A is the largest a seen, fading by 1 - 1/n with each visit since
/// gradients shrink. In the mean it goes to p_b ~ ||g_b||. The paper's step falls with a horizon and its A is a known
/// bound; here the step is constant, so that the probabilities follow the gradients. It learns from the gradients of
/// visited blocks only: it needs no oracle and works in a block optimizer. O(log n) each step. A norm that is not
/// finite teaches nothing.
struct exp3_sampling {
  static constexpr feedback_kind feedback = feedback_kind::visited_block;
  double step = 0.1;   ///< above 0
  double floor = 0.1;  ///< in (0, 1): the least probability, in units of 1 / n
  std::uint64_t seed = 1;

  /// Raises invalid_option for settings out of range.
  void start(std::size_t blocks) {
    if (!(step > 0 && std::isfinite(step)))
      raise<invalid_option>({"exp3_sampling: step = ", step, "; it must be positive and finite"});
    if (!(floor > 0 && floor < 1))
      raise<invalid_option>({"exp3_sampling: floor = ", floor, "; it must lie between 0 and 1"});
    count = static_cast<double>(blocks);
    weights.assign(std::vector<double>(blocks, 1.0));
    largest = 0;
  }

  [[nodiscard]] std::size_t next(random_stream& rng, const selection_statistics&) const { return weights.draw(rng); }

  void observe(std::size_t block, const visit_feedback& f) {
    const double a = f.mean_squared_gradient;
    if (!(a >= 0 && std::isfinite(a))) return;
    largest = std::max(a, largest * (1 - 1 / count));
    const double p = chance(block), share = count * p;
    const double reward = largest > 0 ? std::min(1.0, a / largest / (share * share)) : 1.0;
    const double changed = p * std::exp(-step / share * (1 - reward));
    weights.change(block, 0);
    const double others = weights.sum(), q = std::max(floor / count, changed / (1 - p + changed));
    weights.change(block, others > 0 ? q / (1 - q) * others : 1.0);
    if (weights.sum() < 1e-100) rescale();
  }

  [[nodiscard]] double chance(std::size_t block) const { return weights.weight(block) / weights.sum(); }

  template <class A>
  void archive(A& a) {
    a.same("step", step);
    a.same("floor", floor);
    a("seed", seed);
    a("largest", largest);
    a("weights", weights);
  }

  detail::sampling_tree weights{};  ///< p in units of their sum; state, as what follows
  double largest = 0, count = 1;

 private:
  void rescale() {
    std::vector<double> chances(weights.size());
    for (std::size_t b = 0; b < chances.size(); ++b) chances[b] = chance(b);
    weights.assign(chances);
  }
};

}  // namespace blockopt
