// SPDX-License-Identifier: MIT
// Part of blockopt: selection of the blocks in order.
#pragma once

#include <cstddef>

#include <blockopt/select/selection_policy.hpp>

namespace blockopt {

/// Blocks in the order of the partition, again and again (cyclic BCD).
struct ascending {
  [[nodiscard]] std::size_t next(random_stream&, const selection_statistics& s) const noexcept {
    return static_cast<std::size_t>(s.visit % s.blocks);
  }
  /// To the end of the epoch.
  [[nodiscard]] std::size_t consecutive(const selection_statistics& s) const noexcept {
    return s.blocks - static_cast<std::size_t>(s.visit % s.blocks);
  }
};

}  // namespace blockopt
