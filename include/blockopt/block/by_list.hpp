// SPDX-License-Identifier: MIT
// Part of blockopt: a partition that the user writes down.
#pragma once

#include <cstddef>
#include <string>
#include <utility>
#include <vector>

#include <blockopt/block/name_pattern.hpp>
#include <blockopt/block/partition.hpp>

namespace blockopt {

/// One block as a list of patterns (see name_matches), e.g. {"bottom", {"embed.", "layers.0."}}.
struct block_patterns {
  std::string name;
  std::vector<std::string> patterns;
};

/// The blocks of the user's list; what it does not name is frozen. Raises invalid_partition for a pattern without a
/// match and for all that `partition` refuses.
template <class Parameter>
[[nodiscard]] partition<Parameter> by_list(std::vector<Parameter> parameters, const std::vector<block_patterns>& list,
                                           const std::vector<std::string>& always_active = {}) {
  std::vector<block> blocks;
  for (const block_patterns& entry : list) blocks.push_back({entry.name, find_parameters(parameters, entry.patterns)});
  auto always = find_parameters(parameters, always_active);
  return {std::move(parameters), std::move(blocks), std::move(always)};
}

/// All parameters as one block: with keep_state this is the plain optimizer.
template <class Parameter>
[[nodiscard]] partition<Parameter> as_one_block(std::vector<Parameter> parameters) {
  block all{"all", {}};
  for (std::size_t p = 0; p < parameters.size(); ++p) all.parameters.push_back(p);
  return {std::move(parameters), {std::move(all)}};
}

/// Every parameter as a block of its own, named after it.
template <class Parameter>
[[nodiscard]] partition<Parameter> each_its_own_block(std::vector<Parameter> parameters) {
  std::vector<block> blocks;
  for (std::size_t p = 0; p < parameters.size(); ++p) blocks.push_back({parameters[p].name, {p}});
  return {std::move(parameters), std::move(blocks)};
}

}  // namespace blockopt
