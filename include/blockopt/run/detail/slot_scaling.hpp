// SPDX-License-Identifier: MIT
// Part of blockopt: slots times factors, as an update rule that every backend can run.
#pragma once

#include <array>
#include <cmath>
#include <cstddef>
#include <cstdint>

#include <blockopt/config.hpp>
#include <blockopt/update/math.hpp>
#include <blockopt/update/update_rule.hpp>

namespace blockopt::detail {

/// Leaves x alone and multiplies each of N slots by its factor. One type for all rules with N slots: backends compile it
/// once.
template <std::size_t N>
struct slot_scaling {
  static constexpr std::array<slot, N> slots{};

  double learning_rate = 1;  ///< every rule has one; no meaning here
  double factor[N + 1] = {};

  /// What so many steps with a zero gradient do to the slots of `rule`.
  template <decaying_rule Rule>
  [[nodiscard]] static slot_scaling over(const Rule& rule, std::uint64_t steps) noexcept {
    slot_scaling result;
    if constexpr (N != 0) {
      for (std::size_t s = 0; s < N; ++s) result.factor[s] = std::pow(rule.slot_decay(s), static_cast<double>(steps));
    }
    return result;
  }

  template <class S>
  struct constants {
    S factor[N + 1];
  };

  template <class S>
  [[nodiscard]] constants<S> at(step_count) const noexcept {
    constants<S> c{};
    for (std::size_t s = 0; s < N; ++s) c.factor[s] = static_cast<S>(factor[s]);
    return c;
  }

  template <class S, class V, class... Slots>
  BLOCKOPT_FN static void update([[maybe_unused]] const constants<S>& c, V&, const V&, Slots&... state) noexcept {
    [[maybe_unused]] std::size_t s = 0;
    ((state = flush<S>(V(c.factor[s++] * state))), ...);
  }
};

}  // namespace blockopt::detail
