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

/// Each visit draws block b with probability L_b^power / sum L^power, independently (Nesterov, SIAM J. Optim. 22(2), 2012,
/// RCDM(a)). Power 0 is uniform, 1 is importance sampling, with the rate (1 - mu / sum L_b)^k for steps of 1 / L_b on a
/// strongly convex function. O(n) before the first visit, O(1) for each (alias method).
struct lipschitz_sampling {
  std::vector<double> constants{};  ///< L_b of each block, positive and finite
  double power = 1;
  std::uint64_t seed = 1;

  /// Raises invalid_option for constants that are not one positive number for each block, and for a power that is not
  /// finite.
  void start(std::size_t blocks) {
    if (constants.size() != blocks)
      raise<invalid_option>({"lipschitz_sampling: ", constants.size(), " constants for ", blocks, " blocks"});
    if (!std::isfinite(power)) raise<invalid_option>({"lipschitz_sampling: power = ", power, " is not finite"});
    double shift = -std::numeric_limits<double>::infinity();  // so that no power overflows
    for (std::size_t b = 0; b < blocks; ++b) {
      if (!(constants[b] > 0 && std::isfinite(constants[b])))
        raise<invalid_option>(
            {"lipschitz_sampling: constants[", b, "] = ", constants[b], "; they must be positive and finite"});
      shift = std::max(shift, power * std::log(constants[b]));
    }
    std::vector<double> weights(blocks);
    for (std::size_t b = 0; b < blocks; ++b) weights[b] = std::exp(power * std::log(constants[b]) - shift);
    table_ = detail::alias_table(weights);
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
};

}  // namespace blockopt
