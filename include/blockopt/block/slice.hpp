// SPDX-License-Identifier: MIT
// Part of blockopt: a part of a parameter, adjacent or scattered.
#pragma once

#include <cstddef>
#include <cstdint>
#include <vector>

namespace blockopt {

/// Some of the elements of a parameter, which a block may hold in place of the whole. Elements are numbered in the
/// natural order of the values (see natural_order): for a flat or row-major tensor that is its logical order.
///
/// Adjacent: `count` elements from `first` on. Scattered: those of the index list, which ascends strictly; `first` and
/// `count` then have no meaning.
///
/// State and master copy exist for the slice only. A gradient that the optimizer owns has the extents of the whole
/// parameter, so that an oracle need not know of slices; the step reads the slice of it. (Blocks that are active together
/// reserve one each, also where they hold slices of the same parameter.)
struct slice {
  std::size_t parameter = 0;  ///< its number in the partition's list
  std::size_t first = 0;
  std::size_t count = 0;
  std::vector<std::uint32_t> indices{};

  [[nodiscard]] bool scattered() const noexcept { return !indices.empty(); }
  [[nodiscard]] std::size_t size() const noexcept { return scattered() ? indices.size() : count; }
};

}  // namespace blockopt
