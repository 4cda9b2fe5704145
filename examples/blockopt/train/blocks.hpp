// SPDX-License-Identifier: MIT
// Part of blockopt: what the blocks are made of, chosen at run time.
#pragma once

#include <cstddef>
#include <cstdint>
#include <string>
#include <utility>
#include <vector>

#include <blockopt/block/by_bytes.hpp>
#include <blockopt/block/by_layer.hpp>
#include <blockopt/block/by_list.hpp>
#include <blockopt/block/by_matrix.hpp>
#include <blockopt/block/by_ratio.hpp>

namespace blockopt::program {

enum class block_kind { one, layers, layers_and_ends, matrices, bytes, ratio };

/// A way to partition the parameters of a model.
struct block_choice {
  block_kind kind = block_kind::layers_and_ends;
  std::size_t blocks = 0;  ///< of bytes[n]; of layers[n], where 0 is one for each layer
  double ratio = 1;        ///< of ratio[r]
  slice_shape shape = slice_shape::adjacent;

  /// `seed`: of a scattered ratio. Raises invalid_partition for more blocks than there are elements.
  template <class Parameter>
  [[nodiscard]] partition<Parameter> of(std::vector<Parameter> parameters, std::uint64_t seed) const {
    switch (kind) {
      case block_kind::one:
        return as_one_block(std::move(parameters));
      case block_kind::matrices:
        return by_matrix(std::move(parameters));
      case block_kind::bytes:
        return by_bytes(std::move(parameters), blocks);
      case block_kind::ratio:
        return by_ratio(std::move(parameters), ratio, {.shape = shape, .seed = seed});
      case block_kind::layers:
      case block_kind::layers_and_ends:
        break;
    }
    const bool ends = kind == block_kind::layers_and_ends;
    return by_layer(std::move(parameters), {.include_embedding = ends, .include_head = ends, .layer_blocks = blocks});
  }
};

/// Reads layers, layers[4], layers+ends, layers+ends[4], matrices, bytes[8], ratio[0.1] or ratio[0.1;scattered]. Raises usage_error.
[[nodiscard]] block_choice parse_blocks(const std::string& text);
/// What parse_blocks reads as `choice`, for the two kinds of layers.
[[nodiscard]] std::string layers_text(const block_choice& choice);

}  // namespace blockopt::program
