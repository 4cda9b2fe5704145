// SPDX-License-Identifier: MIT
// Part of blockopt: selection of a block at random, with replacement.
#pragma once

#include <cstddef>
#include <cstdint>

#include <blockopt/select/selection_policy.hpp>

namespace blockopt {

/// Each visit draws its block uniformly and independently (Nesterov, SIAM J. Optim. 22(2), 2012, RCDM(0)).
struct uniform_random {
  std::uint64_t seed = 1;

  template <class A>
  void archive(A& a) {
    a("seed", seed);
  }

  [[nodiscard]] std::size_t next(random_stream& rng, const selection_statistics& s) const noexcept {
    return static_cast<std::size_t>(rng.below(s.blocks));
  }
};

}  // namespace blockopt
