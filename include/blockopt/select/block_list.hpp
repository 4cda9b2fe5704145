// SPDX-License-Identifier: MIT
// Part of blockopt: selection of the blocks of a list of the user's.
#pragma once

#include <cstddef>
#include <vector>

#include <blockopt/error.hpp>
#include <blockopt/select/selection_policy.hpp>

namespace blockopt {

/// The blocks of `blocks`, in that order, again and again. A block may stand in it several times, or not at all.
struct block_list {
  std::vector<std::size_t> blocks{};

  void start(std::size_t count) const {
    if (blocks.empty()) raise<invalid_option>("block_list.blocks is empty");
    for (const std::size_t block : blocks) {
      if (block >= count) {
        raise<invalid_option>(
            {"block_list.blocks names block ", block, "; the partition has ", count, " blocks, numbered from 0"});
      }
    }
  }

  template <class A>
  void archive(A& a) {
    a.same("blocks", blocks);
  }

  [[nodiscard]] std::size_t next(random_stream&, const selection_statistics& s) const noexcept {
    return blocks[static_cast<std::size_t>(s.visit % blocks.size())];
  }
};

}  // namespace blockopt
