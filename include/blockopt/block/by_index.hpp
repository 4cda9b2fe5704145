// SPDX-License-Identifier: MIT
// Part of blockopt: a partition of one parameter by lists of indices.
#pragma once

#include <algorithm>
#include <cstddef>
#include <cstdint>
#include <limits>
#include <string>
#include <utility>
#include <vector>

#include <blockopt/block/partition.hpp>
#include <blockopt/error.hpp>

namespace blockopt {

/// One block for each list of elements of one parameter (coordinates of a vector, say), in any order; elements in no list
/// are frozen. Elements are numbered in the natural order of the values. Lists of neighbours become adjacent slices.
/// Raises invalid_partition for an empty list, an element out of range, and an element that is named twice.
template <class Parameter>
[[nodiscard]] partition<Parameter> by_index(Parameter parameter, const std::vector<std::vector<std::size_t>>& lists) {
  std::vector<block> blocks;
  for (const std::vector<std::size_t>& list : lists) {
    std::vector<std::size_t> sorted = list;
    std::sort(sorted.begin(), sorted.end());
    slice part{.parameter = 0, .count = sorted.size()};
    if (!sorted.empty()) part.first = sorted.front();
    for (std::size_t k = 0; k < sorted.size(); ++k) {
      if (sorted[k] >= parameter.values.size()) {
        raise<invalid_partition>({"list ", blocks.size(), " has element ", sorted[k], "; parameter '", parameter.name,
                                  "' has ", parameter.values.size()});
      }
    }
    if (const auto twice = std::adjacent_find(sorted.begin(), sorted.end()); twice != sorted.end())
      raise<invalid_partition>({"list ", blocks.size(), " names element ", *twice, " twice"});
    const bool neighbours = sorted.empty() || sorted.back() - sorted.front() + 1 == sorted.size();
    if (!neighbours) {
      if (sorted.back() > std::numeric_limits<std::uint32_t>::max())
        raise<invalid_partition>({"parameter '", parameter.name, "' has too many elements to be scattered"});
      for (const std::size_t i : sorted) part.indices.push_back(static_cast<std::uint32_t>(i));
    }
    blocks.push_back({"list." + std::to_string(blocks.size()) + ".", {}, {std::move(part)}});
  }
  std::vector<Parameter> all;
  all.push_back(std::move(parameter));
  return {std::move(all), std::move(blocks)};
}

}  // namespace blockopt
