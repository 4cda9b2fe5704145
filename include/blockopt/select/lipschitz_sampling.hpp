// SPDX-License-Identifier: MIT
// Part of blockopt: selection of a block at random, by a power of its Lipschitz constant.
#pragma once

#include <algorithm>
#include <cmath>
#include <cstddef>
#include <cstdint>
#include <limits>
#include <vector>

#include <blockopt/error.hpp>
#include <blockopt/select/detail/alias_table.hpp>
#include <blockopt/select/selection_policy.hpp>

namespace blockopt {

/// Each visit draws block b with probability L_b^power / sum L^power, independently (Nesterov, SIAM J. Optim. 22(2),
/// 2012, RCDM(a)). Power 0 is uniform, 1 is importance sampling, with the rate (1 - mu / sum L_b)^k for steps of 1 /
/// L_b on a strongly convex function; 1/2 is the sampling of accelerated methods (Allen-Zhu et al., ICML 2016). O(n)
/// before the first visit, O(1) for each (alias method).
struct lipschitz_sampling {
  std::vector<double> constants{};  ///< L_b of each block, positive and finite; empty: those that the oracle knows
  double power = 1;
  std::uint64_t seed = 1;

  /// Raises invalid_option for constants that are not one positive number for each block, and for a power that is not
  /// finite.
  void start(std::size_t blocks) { prepare(constants, blocks, false); }

  /// With constants of the problem. A block whose L_b is 0 is never drawn for powers above 0: no step changes its
  /// gradient, which has to be 0 if there is a minimum.
  void start(std::size_t blocks, const selection_oracle& oracle) {
    if (!constants.empty()) return start(blocks);
    std::vector<double> known(blocks);
    for (std::size_t b = 0; b < blocks; ++b) known[b] = oracle.lipschitz(b);
    prepare(known, blocks, true);
  }

  template <class A>
  void archive(A& a) {
    a("seed", seed);
    a.same("power", power);
    double mixed = 0;  // the constants are settings too
    for (std::size_t b = 0; b < constants.size(); ++b) mixed += static_cast<double>(b + 1) * constants[b];
    a.same("constants", mixed);
  }

  [[nodiscard]] std::size_t next(random_stream& rng, const selection_statistics&) const noexcept {
    return table_.draw(rng);
  }

  detail::alias_table table_{};  ///< made by start

 private:
  void prepare(const std::vector<double>& l, std::size_t blocks, bool zeros) {
    if (l.size() != blocks)
      raise<invalid_option>({"lipschitz_sampling: ", l.size(), " constants for ", blocks, " blocks"});
    if (!std::isfinite(power)) raise<invalid_option>({"lipschitz_sampling: power = ", power, " is not finite"});
    const auto drawn = [&](std::size_t b) { return l[b] > 0 || power == 0; };
    double shift = -std::numeric_limits<double>::infinity();  // so that no power overflows
    for (std::size_t b = 0; b < blocks; ++b) {
      if (!(std::isfinite(l[b]) && (l[b] > 0 || (zeros && l[b] == 0 && power >= 0))))
        raise<invalid_option>(
            {"lipschitz_sampling: constants[", b, "] = ", l[b], "; they must be positive and finite"});
      if (drawn(b)) shift = std::max(shift, exponent(l[b]));
    }
    std::vector<double> weights(blocks);
    for (std::size_t b = 0; b < blocks; ++b) weights[b] = drawn(b) ? std::exp(exponent(l[b]) - shift) : 0.0;
    if (!std::isfinite(shift)) raise<invalid_option>("lipschitz_sampling: all constants are 0");
    table_ = detail::alias_table(weights);
  }
  [[nodiscard]] double exponent(double l) const { return power == 0 ? 0.0 : power * std::log(l); }
};

}  // namespace blockopt
