// SPDX-License-Identifier: MIT
// Part of blockopt: a partition with one matrix per block.
#pragma once

#include <algorithm>
#include <cstddef>
#include <string>
#include <utility>
#include <vector>

#include <blockopt/block/name_pattern.hpp>
#include <blockopt/block/partition.hpp>

namespace blockopt {

/// One block per matrix (rank 2 or more), named after it. Vectors (norm weights, biases) join the matrix that follows
/// them in the list, those at the end the last one; a model of vectors only gets a block for each.
template <class Parameter>
[[nodiscard]] partition<Parameter> by_matrix(std::vector<Parameter> parameters,
                                             const std::vector<std::string>& always_active = {}) {
  const std::vector<std::size_t> always = find_parameters(parameters, always_active);
  const bool any_matrix =
      std::any_of(parameters.begin(), parameters.end(), [](const auto& p) { return p.values.rank() >= 2; });
  std::vector<block> blocks;
  std::vector<std::size_t> waiting;
  for (std::size_t p = 0; p < parameters.size(); ++p) {
    if (std::find(always.begin(), always.end(), p) != always.end()) continue;
    waiting.push_back(p);
    if (parameters[p].values.rank() >= 2 || !any_matrix)
      blocks.push_back({parameters[p].name, std::exchange(waiting, {})});
  }
  if (!waiting.empty() && !blocks.empty()) {
    auto& last = blocks.back().parameters;
    last.insert(last.end(), waiting.begin(), waiting.end());
  } else if (!waiting.empty()) {
    blocks.push_back({"vectors", std::move(waiting)});
  }
  return {std::move(parameters), std::move(blocks), always};
}

}  // namespace blockopt
