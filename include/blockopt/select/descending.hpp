// SPDX-License-Identifier: MIT
// Part of blockopt: selection of the blocks in reverse order.
#pragma once

#include <cstddef>

#include <blockopt/select/selection_policy.hpp>

namespace blockopt {

/// Blocks from the last to the first, again and again: BAdam's default, output side first.
struct descending {
  [[nodiscard]] std::size_t next(random_stream&, const selection_statistics& s) const noexcept {
    return s.blocks - 1 - static_cast<std::size_t>(s.visit % s.blocks);
  }
};

}  // namespace blockopt
