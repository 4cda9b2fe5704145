// SPDX-License-Identifier: MIT
// Part of blockopt: adding to a sum, as an update rule that every backend can run.
#pragma once

#include <array>

#include <blockopt/config.hpp>
#include <blockopt/update/update_rule.hpp>

namespace blockopt::detail {

/// x <- x + g, without state.
struct gradient_sum {
  static constexpr std::array<slot, 0> slots{};

  double learning_rate = 1;  ///< every rule has one; no meaning here

  template <class S>
  struct constants {};

  template <class S>
  [[nodiscard]] constants<S> at(step_count) const noexcept {
    return {};
  }

  template <class S, class V>
  BLOCKOPT_FN static void update(const constants<S>&, V& x, const V& g) noexcept {
    x = x + g;
  }
};

}  // namespace blockopt::detail
