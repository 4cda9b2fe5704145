// SPDX-License-Identifier: MIT
// Part of blockopt: a partition into blocks of equal bytes, which may cut parameters.
#pragma once

#include <algorithm>
#include <cstddef>
#include <string>
#include <utility>
#include <vector>

#include <blockopt/block/name_pattern.hpp>
#include <blockopt/block/partition.hpp>
#include <blockopt/error.hpp>

namespace blockopt {

/// `blocks` blocks of adjacent elements, in the order of the list (all elements have one type: equal counts are equal
/// bytes). Their sizes differ by one element at most where blocks are small; blocks of 4096 elements and more are cut at
/// multiples of 64 bytes from a parameter's start, so that slices start on the cache lines that the parameter does. A
/// parameter that is cut is held in slices by the blocks.
/// Parameters that match `always_active` (see name_matches) belong to no block.
/// Raises invalid_partition for no blocks, or for more blocks than elements.
template <class Parameter>
[[nodiscard]] partition<Parameter> by_bytes(std::vector<Parameter> parameters, std::size_t blocks,
                                            const std::vector<std::string>& always_active = {}) {
  std::vector<std::size_t> always = find_parameters(parameters, always_active);
  std::vector<std::size_t> members;
  std::size_t total = 0;
  for (std::size_t p = 0; p < parameters.size(); ++p) {
    if (parameters[p].values.empty() || std::find(always.begin(), always.end(), p) != always.end()) continue;
    members.push_back(p);
    total += parameters[p].values.size();
  }
  if (blocks == 0 || blocks > total) {
    raise<invalid_partition>({"by_bytes was asked for ", blocks, " blocks of ", total, " elements"});
  }
  std::vector<block> list;
  for (std::size_t b = 0; b < blocks; ++b) list.push_back({"part." + std::to_string(b) + ".", {}});
  // where block b ends, among all elements; exact also where total * b would overflow
  const auto end_of = [&](std::size_t b) { return total / blocks * b + total % blocks * b / blocks; };
  const std::size_t grain = total / blocks >= 4096 ? 64 / sizeof(typename Parameter::value_type) : 1;
  std::size_t before = 0;  // elements of the parameters before this one
  std::size_t b = 0;
  for (const std::size_t p : members) {
    const std::size_t size = parameters[p].values.size();
    for (std::size_t first = 0; first < size;) {
      const bool last = b + 1 == blocks;
      const std::size_t goal = end_of(b + 1);
      std::size_t end = size;
      if (!last && goal < before + size) {
        end = goal > before ? std::min(size, (goal - before + grain / 2) / grain * grain) : 0;
      }
      if (end > first) {
        if (first == 0 && end == size) list[b].parameters.push_back(p);
        else list[b].slices.push_back({.parameter = p, .first = first, .count = end - first});
        first = end;
      }
      if (!last && goal <= before + size) ++b;
    }
    before += size;
  }
  return {std::move(parameters), std::move(list), std::move(always)};
}

}  // namespace blockopt
