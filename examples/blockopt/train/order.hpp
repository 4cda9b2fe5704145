// SPDX-License-Identifier: MIT
// Part of blockopt: the order of the blocks, chosen at run time.
#pragma once

#include <cstddef>
#include <cstdint>
#include <string>
#include <variant>
#include <vector>

#include <blockopt/select/ascending.hpp>
#include <blockopt/select/block_list.hpp>
#include <blockopt/select/descending.hpp>
#include <blockopt/select/fixed_block.hpp>
#include <blockopt/select/random_reshuffle.hpp>
#include <blockopt/select/selection_policy.hpp>
#include <blockopt/select/uniform_random.hpp>
#include <blockopt/select/uniform_subset.hpp>

namespace blockopt::program {

/// A selection policy that is one of several: asked once per visit, so the choice costs nothing.
struct block_order {
  std::variant<random_reshuffle, ascending, descending, uniform_random, fixed_block, block_list, uniform_subset> policy;
  std::uint64_t seed = 1;

  void start(std::size_t blocks) {
    std::visit(
        [&](auto& p) {
          if constexpr (requires { p.start(blocks); }) p.start(blocks);
        },
        policy);
  }
  [[nodiscard]] std::size_t next(random_stream& random, const selection_statistics& statistics) {
    return std::visit([&](auto& p) { return p.next(random, statistics); }, policy);
  }

  template <class A>
  void archive(A& a) {
    std::size_t kind = policy.index();
    a.same("policy", kind);
    a("seed", seed);
    std::visit([&](auto& p) { a("chosen", p); }, policy);
  }

  [[nodiscard]] std::size_t blocks_per_visit() const {
    return std::visit([](const auto& p) { return blockopt::blocks_per_visit(p); }, policy);
  }

  /// The blocks that it can ever choose among `blocks`.
  [[nodiscard]] std::vector<std::size_t> reachable(std::size_t blocks) const;
};

/// Reads reshuffle, ascending, descending, uniform, fixed[3], list[0,15,31] or subset[2]. Raises usage_error.
[[nodiscard]] block_order parse_order(const std::string& text);

}  // namespace blockopt::program
