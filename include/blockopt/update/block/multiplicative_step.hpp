// SPDX-License-Identifier: MIT
// Part of blockopt: the multiplicative update of nonnegative factorizations.
#pragma once

#include <cstddef>
#include <span>
#include <vector>

#include <blockopt/update/block_update.hpp>

namespace blockopt {

/// The problem's multiplicative(block, d), an update of all entries of a block at once that scales each by a number which is
/// not negative: Lee & Seung, NIPS 2000. The objective does not rise; zeros stay.
struct multiplicative_step {
  template <coordinate_problem P>
    requires requires(const P& c, std::span<const std::size_t> block, std::span<double> d) {
      c.multiplicative(block, d);
    }
  block_step step(P& problem, std::span<const std::size_t> block, std::size_t) {
    step_.resize(block.size());
    problem.multiplicative(block, step_);
    for (std::size_t k = 0; k < block.size(); ++k) problem.move(block[k], step_[k]);
    return {};
  }

 private:
  std::vector<double> step_;
};

}  // namespace blockopt
