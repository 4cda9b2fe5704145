// SPDX-License-Identifier: MIT
// Part of blockopt: the random numbers that synthetic problems are made from.
#pragma once

#include <cstdint>

#include <blockopt/select/random_stream.hpp>

namespace blockopt::detail {

/// A random_stream with normal numbers: the same bits everywhere, so that a seed names one problem. Data, teacher and
/// start of a problem are streams of one seed.
struct random_source : random_stream {
  constexpr random_source(std::uint64_t seed, std::uint64_t stream) noexcept
      : random_stream{random_stream::derive(seed, stream)} {}

  /// Mean 0, variance 1, within [-6, 6): the sum of twelve uniforms, which needs no logarithm of a libm.
  [[nodiscard]] constexpr double normal() noexcept {
    double sum = -6.0;
    for (int i = 0; i < 12; ++i) sum += uniform();
    return sum;
  }
};

}  // namespace blockopt::detail
