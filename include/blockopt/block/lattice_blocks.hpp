// SPDX-License-Identifier: MIT
// Part of blockopt: partitions of the nodes of a rectangular lattice into two blocks without cycles.
#pragma once

#include <algorithm>
#include <cstddef>
#include <limits>
#include <vector>

#include <blockopt/block/coordinate_blocks.hpp>
#include <blockopt/error.hpp>

namespace blockopt {

/// A lattice whose nodes are coordinates, each coupled to those beside, above and below it.
struct lattice {
  static constexpr std::size_t hole = std::numeric_limits<std::size_t>::max();

  std::size_t rows = 0, columns = 0;
  /// rows x columns, row after row: the coordinate at each node, or hole where there is none. Empty: row after row.
  std::vector<std::size_t> number{};
};

namespace detail {

/// The nodes for which `second(row, column)` is false, and the others.
template <class F>
[[nodiscard]] coordinate_blocks two_lattice_blocks(const lattice& l, const F& second) {
  if (!l.number.empty() && l.number.size() != l.rows * l.columns)
    raise<invalid_partition>(
        {"lattice: ", l.number.size(), " numbers for ", l.rows, " rows and ", l.columns, " columns"});
  std::vector<std::vector<std::size_t>> lists(2);
  std::size_t coordinates = 0;
  for (std::size_t r = 0; r < l.rows; ++r) {
    for (std::size_t c = 0; c < l.columns; ++c) {
      const std::size_t i = l.number.empty() ? r * l.columns + c : l.number[r * l.columns + c];
      if (i == lattice::hole) continue;
      lists[second(r, c) ? 1 : 0].push_back(i);
      coordinates = std::max(coordinates, i + 1);
    }
  }
  std::erase_if(lists, [](const auto& list) { return list.empty(); });
  return {coordinates, lists};
}

}  // namespace detail

/// Like the fields of a chessboard: within a block no node is coupled to another. All of these raise invalid_partition for a
/// lattice without nodes, for a number of numbers that is not rows x columns, and for a coordinate at two nodes.
[[nodiscard]] inline coordinate_blocks red_black(const lattice& l) {
  return detail::two_lattice_blocks(l, [](std::size_t r, std::size_t c) { return (r + c) % 2 == 1; });
}

/// Rows of even and of odd number: the blocks are paths.
[[nodiscard]] inline coordinate_blocks lattice_rows(const lattice& l) {
  return detail::two_lattice_blocks(l, [](std::size_t r, std::size_t) { return r % 2 == 1; });
}

/// Two trees like combs that grip each other: the first column with the even rows, the last column with the odd rows.
[[nodiscard]] inline coordinate_blocks lattice_combs(const lattice& l) {
  return detail::two_lattice_blocks(
      l, [&](std::size_t r, std::size_t c) { return c != 0 && (c + 1 == l.columns || r % 2 == 1); });
}

}  // namespace blockopt
