// SPDX-License-Identifier: MIT
// Part of blockopt: a partition by layer, inferred from the names of the parameters.
#pragma once

#include <algorithm>
#include <cstddef>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include <blockopt/block/name_pattern.hpp>
#include <blockopt/block/partition.hpp>

namespace blockopt {

/// What to do with the parameters outside of the layers.
struct layer_options {
  bool include_embedding = false;  ///< a block of the parameters whose name has a component with "embed", put first
  bool include_head = false;       ///< a block of all the rest (final norm, head), put last
  std::vector<std::string> always_active{};  ///< patterns (see name_matches) that are active in every visit
  std::size_t layer_blocks = 0;  ///< adjacent layers together, in so many blocks that differ by one at most; 0: apart
};

namespace detail {

/// "model.layers.3.mlp.up.weight" -> "model.layers.3."; empty when the name has no "layers.<something>.".
[[nodiscard]] inline std::string_view layer_prefix(std::string_view name) noexcept {
  // the last match, as the greedy ".*layers." of the published expression
  for (std::size_t at = name.rfind("layers."); at != std::string_view::npos && at + 7 < name.size();
       at = at == 0 ? std::string_view::npos : name.rfind("layers.", at - 1)) {
    const std::size_t dot = name.find('.', at + 7);
    if (dot != std::string_view::npos) return name.substr(0, dot + 1);
  }
  return {};
}

/// True when "embed" stands in a component of the name that is followed by a dot.
[[nodiscard]] inline bool names_embedding(std::string_view name) noexcept {
  const std::size_t at = name.find("embed");
  return at != std::string_view::npos && name.find('.', at) != std::string_view::npos;
}

}  // namespace detail

/// One block per layer, as BAdam infers them (block_optim.py, `infer_param_groups`): parameters whose names share the
/// prefix "...layers.<number>." are one block, in order of first appearance; embedding and head are frozen unless asked
/// for. Raises invalid_partition when no parameter is named so and neither end is asked for, and for more blocks than
/// layers.
template <class Parameter>
[[nodiscard]] partition<Parameter> by_layer(std::vector<Parameter> parameters, const layer_options& options = {}) {
  const std::vector<std::size_t> always = find_parameters(parameters, options.always_active);
  block embedding{"embedding", {}};
  block head{"head", {}};
  std::vector<block> layers;
  for (std::size_t p = 0; p < parameters.size(); ++p) {
    if (std::find(always.begin(), always.end(), p) != always.end()) continue;
    const std::string& name = parameters[p].name;
    if (const std::string_view prefix = detail::layer_prefix(name); !prefix.empty()) {
      auto found = std::find_if(layers.begin(), layers.end(), [&](const block& b) { return b.name == prefix; });
      if (found == layers.end()) found = layers.insert(found, block{std::string(prefix), {}});
      found->parameters.push_back(p);
    } else {
      (detail::names_embedding(name) ? embedding : head).parameters.push_back(p);
    }
  }
  if (const std::size_t n = options.layer_blocks, count = layers.size(); n > count) {
    raise<invalid_partition>({"by_layer was asked for ", n, " blocks of ", count, " layers"});
  } else if (n != 0) {
    std::vector<block> joined(n);
    for (std::size_t b = 0, l = 0; b < n; ++b) {
      joined[b].name = layers[l].name;
      if (const std::size_t last = (b + 1) * count / n - 1; last > l) joined[b].name += " to " + layers[last].name;
      for (; l < (b + 1) * count / n; ++l)
        joined[b].parameters.insert(joined[b].parameters.end(), layers[l].parameters.begin(),
                                    layers[l].parameters.end());
    }
    layers = std::move(joined);
  }
  std::vector<block> blocks;
  if (options.include_embedding && !embedding.parameters.empty()) blocks.push_back(std::move(embedding));
  for (block& layer : layers) blocks.push_back(std::move(layer));
  if (options.include_head && !head.parameters.empty()) blocks.push_back(std::move(head));
  if (blocks.empty()) {
    raise<invalid_partition>({"by_layer found no parameter named like 'layers.0.weight' among ", parameters.size(),
                              " parameters; use by_list or by_matrix"});
  }
  return {std::move(parameters), std::move(blocks), always};
}

}  // namespace blockopt
