// SPDX-License-Identifier: MIT
// Part of blockopt: selection of one block for ever.
#pragma once

#include <cstddef>

#include <blockopt/error.hpp>
#include <blockopt/select/selection_policy.hpp>

namespace blockopt {

/// Always the same block: each visit is followed by another of it.
struct fixed_block {
  std::size_t block = 0;

  void start(std::size_t blocks) const {
    if (block >= blocks) {
      raise<invalid_option>(
          {"fixed_block.block is ", block, "; the partition has ", blocks, " blocks, numbered from 0"});
    }
  }

  template <class A>
  void archive(A& a) {
    a.same("block", block);
  }

  [[nodiscard]] std::size_t next(random_stream&, const selection_statistics&) const noexcept { return block; }
};

}  // namespace blockopt
