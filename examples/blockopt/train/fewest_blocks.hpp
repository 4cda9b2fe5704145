// SPDX-License-Identifier: MIT
// Part of blockopt: the fewest blocks with which a method fits into a device's memory, for plan and train.
#pragma once

#include <string>

#include "train/planned_run.hpp"

namespace blockopt::program {

struct block_fit {
  block_choice blocks;
  planned_run plan{};
  bool fits = false;  ///< false: it does not even with one block for each layer, which this then is
};

/// The least n for which `s`, in n blocks of adjacent whole layers, takes no more than `memory` bytes in all. `s.blocks` is
/// layers or layers+ends, whose ends are blocks of their own. Raises usage_error for other partitions.
[[nodiscard]] block_fit fewest_blocks(const std::string& dtype, const named_backend& backend, trainer_settings s,
                                      double memory);

}  // namespace blockopt::program
