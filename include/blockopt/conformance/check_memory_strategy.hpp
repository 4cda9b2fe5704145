// SPDX-License-Identifier: MIT
// Part of blockopt: the conformance check of memory strategies.
#pragma once

#include <array>
#include <cstddef>
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include <blockopt/backend/plain/plain_backend.hpp>
#include <blockopt/conformance/detail/memory_checks.hpp>
#include <blockopt/conformance/report.hpp>
#include <blockopt/memory/memory_strategy.hpp>

namespace blockopt {

/// What the author of a memory strategy says about it.
struct memory_strategy_traits {
  std::string_view name{};  ///< for the report
  bool exact = true;        ///< what it resumes has the bytes that were left; false for compressed state
};

/// Checks what every memory strategy must do, on host memory, over several sets of blocks and long random orders of
/// visits. Named checks:
///
///   bytes     "plan is what it says it allocated", "plan is what is measured", "nothing is allocated after construction",
///             "all is given back"
///   places    "memory is its own", "memory is aligned" (to memory_granule), "parts do not overlap", "blocks of one visit
///             are apart"
///   contents  "first visit is fresh", "kept state comes back" (where enter() says resumed, or warm), "locate changes nothing",
///             "copies continue alike", "copies are independent"
template <class Strategy>
  requires memory_strategy<Strategy, plain_backend>
[[nodiscard]] conformance_report check_memory_strategy(const Strategy& strategy,
                                                       const memory_strategy_traits& traits = {}) {
  conformance_report report(traits.name.empty() ? std::string("memory strategy") : std::string(traits.name));
  const std::vector<std::vector<block_bytes>> sets{
      {},
      {{64, 0, 128}},
      {{128, 64, 256, 128}, {64, 64, 0}, {0, 0, 128, 128}, {192, 0, 64}, {64, 128, 640, 320}},
      {{64, 64, 128}, {64, 64, 128}, {64, 64, 128}, {64, 64, 128}, {64, 64, 128}, {64, 64, 128}, {64, 64, 128}},
      {{0, 0, 0}, {0, 256, 0}},
  };
  for (const std::vector<block_bytes>& blocks : sets) {
    detail::memory_checks<Strategy> checks{strategy, blocks, traits.exact, report};
    report.guard([&] { checks.run(); });
  }
  return report;
}

}  // namespace blockopt
