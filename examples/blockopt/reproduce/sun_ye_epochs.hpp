// SPDX-License-Identifier: MIT
// Part of blockopt: how many epochs methods need on the worst case for cyclic order.
#pragma once

#include <cstddef>
#include <cstdint>
#include <string>

#include <blockopt/block/coordinate_blocks.hpp>
#include <blockopt/problem/sun_ye.hpp>
#include <blockopt/run/descent.hpp>

namespace blockopt::program {

/// Epochs until f is 1e-8 of what it was, mean over 30 random starts. An epoch is n / `block_size` updates.
template <class Policy, class Update>
[[nodiscard]] double sun_ye_epochs(std::size_t n, double d, Policy policy, const Update& update,
                                   std::size_t block_size = 1) {
  constexpr std::uint64_t starts = 30, most = 1'000'000;
  double sum = 0;
  for (std::uint64_t seed = 1; seed <= starts; ++seed) {
    sun_ye problem({.variables = n, .d = d, .seed = seed});
    const double target = 1e-8 * problem.value();
    if constexpr (requires { policy.seed; }) policy.seed = seed;
    const auto count = [&](auto blocks) {
      descent run(problem, blocks, policy, update);
      std::uint64_t epochs = 0;
      for (; problem.value() > target && epochs < most; ++epochs) run.advance(blocks.size());
      return static_cast<double>(epochs);
    };
    sum += block_size == 1 ? count(each_coordinate{n}) : count(coordinate_blocks::contiguous(n, block_size));
  }
  return sum / static_cast<double>(starts);
}

[[nodiscard]] inline std::string sun_ye_name(std::size_t n, double d) {
  std::string text = std::to_string(d);
  text.erase(text.find_last_not_of('0') + 1);
  return "n = " + std::to_string(n) + ", d = " + text + ": ";
}

}  // namespace blockopt::program
