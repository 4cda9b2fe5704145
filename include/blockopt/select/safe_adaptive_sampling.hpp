// SPDX-License-Identifier: MIT
// Part of blockopt: the best sampling for bounds on the gradient.
#pragma once

#include <algorithm>
#include <cmath>
#include <cstddef>
#include <cstdint>
#include <utility>
#include <vector>

#include <blockopt/error.hpp>
#include <blockopt/select/detail/gradient_bounds.hpp>
#include <blockopt/select/selection_policy.hpp>

namespace blockopt {

/// Safe adaptive importance sampling (Stich, Raj & Jaggi, NIPS 2017, arXiv 1711.02637): with l_b <= ||g_b|| <= u_b,
/// draws by
///   p_b ~ sqrt(L_b) c_b,   c_b = clip(sqrt(L_b) m, l_b, u_b),   m = sum c_b^2 / sum sqrt(L_b) c_b,
/// the minimum over p of the largest sum L_b c_b^2 / p_b / sum c_b^2 that the bounds leave possible: for exact
/// gradients p_b ~ sqrt(L_b) ||g_b||, for no knowledge p_b ~ L_b (lipschitz_sampling). m by sorting, O(n log n), once
/// every `every` visits. Bounds: exact at the start (a full gradient) and for the visited block after its step; those
/// of others widen with the length of the step, see detail::gradient_bounds. `refresh` makes all exact again.
///
/// The paper proves that no sampling is better for unbiased steps of length a / p_b. Steps of 1 / L_b, which
/// gradient_step makes, are others: there it is a heuristic. The paper knows inner products of columns and with them
/// finer bounds than sqrt(L_b L_c); the formula was derived anew from the minimum above, not compared with the paper's
/// text.
struct safe_adaptive_sampling {
  static constexpr feedback_kind feedback = feedback_kind::every_block;
  std::uint64_t every = 1;    ///< visits between two computations of p, at least 1
  std::uint64_t refresh = 0;  ///< visits between two full gradients; 0: none but the first
  std::uint64_t seed = 1;

  /// Raises invalid_option for every = 0.
  void start(std::size_t blocks, const selection_oracle& oracle) {
    if (every == 0) raise<invalid_option>("safe_adaptive_sampling.every is 0; it must be at least 1");
    bounds.start(blocks, oracle);
    cumulative.assign(blocks, 0.0);
  }

  [[nodiscard]] std::size_t next(random_stream& rng, const selection_statistics& s) {
    const bool exact = !bounds.ready() || (refresh != 0 && s.visit % refresh == 0);
    if (exact) bounds.refresh(*s.oracle);
    if (exact || s.visit % every == 0) distribute();
    const double u = rng.uniform() * cumulative.back();
    if (!(cumulative.back() > 0 && std::isfinite(cumulative.back())))
      return static_cast<std::size_t>(rng.below(s.blocks));  // at the optimum, or after an overflow
    return static_cast<std::size_t>(std::upper_bound(cumulative.begin(), cumulative.end() - 1, u) - cumulative.begin());
  }

  void observe(std::size_t, const visit_feedback& f) { bounds.step(std::sqrt(f.squared_step)); }
  void moved(std::size_t block, selection_oracle& oracle) { bounds.moved(block, oracle); }

  template <class A>
  void archive(A& a) {
    a.same("every", every);
    a.same("refresh", refresh);
    a("seed", seed);
    a("bounds", bounds);
    a("cumulative", cumulative);
  }

  detail::gradient_bounds bounds{};  ///< state, as the sums of p
  std::vector<double> cumulative{};

 private:
  void distribute() {
    const auto root = bounds.root();
    const double m = level();
    double sum = 0;
    for (std::size_t b = 0; b < root.size(); ++b)
      cumulative[b] = sum += root[b] * std::clamp(root[b] * m, bounds.lower(b), bounds.upper(b));
  }

  /// The root of sum c^2 - m sum sqrt(L) c, which falls as m rises and is linear between the places where a c leaves
  /// its lower bound or reaches its upper one; terms of c in between cancel.
  [[nodiscard]] double level() const {
    const auto root = bounds.root();
    std::vector<std::pair<double, std::size_t>> places;  // 2 b: leaves l_b, 2 b + 1: reaches u_b
    double squares = 0, products = 0;
    for (std::size_t b = 0; b < root.size(); ++b) {
      if (root[b] == 0) continue;
      const double l = bounds.lower(b);
      places.emplace_back(l / root[b], 2 * b);
      places.emplace_back(bounds.upper(b) / root[b], 2 * b + 1);
      squares += l * l;
      products += root[b] * l;
    }
    std::ranges::sort(places);
    double m = 0;
    for (const auto& [place, which] : places) {
      if (squares - place * products < 0) return std::clamp(squares / products, m, place);
      m = place;
      const std::size_t b = which / 2;
      const double c = which % 2 == 0 ? -bounds.lower(b) : bounds.upper(b);
      squares += std::fabs(c) * c;
      products += root[b] * c;
    }
    return products > 0 ? std::max(m, squares / products) : m;
  }
};

}  // namespace blockopt
