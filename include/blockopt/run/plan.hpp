// SPDX-License-Identifier: MIT
// Part of blockopt: bytes by kind before a run.
#pragma once

#include <algorithm>
#include <cmath>
#include <cstddef>
#include <functional>
#include <numeric>
#include <vector>

#include <blockopt/backend/backend.hpp>
#include <blockopt/block/block_layout.hpp>
#include <blockopt/block/partition.hpp>
#include <blockopt/error.hpp>
#include <blockopt/memory/memory_plan.hpp>
#include <blockopt/run/optimizer_options.hpp>
#include <blockopt/update/update_rule.hpp>

namespace blockopt {

namespace detail {

/// The sum of the `count` largest numbers, or of all.
[[nodiscard]] inline std::size_t sum_of_largest(std::vector<std::size_t> numbers, std::size_t count) {
  std::sort(numbers.begin(), numbers.end(), std::greater<>());
  numbers.resize(std::min(count, numbers.size()));
  return std::accumulate(numbers.begin(), numbers.end(), std::size_t{0});
}

/// The layouts of all blocks and of the always-active parameters, and the size of the workspace.
struct optimizer_layout {
  std::vector<block_layout> blocks;
  block_layout always;
  std::size_t together = 1;   ///< blocks of one visit
  std::size_t workspace = 0;  ///< bytes
  std::size_t values = 0;     ///< bytes of all parameters

  template <class Parameter>
  optimizer_layout(const partition<Parameter>& parts, std::size_t slots, const optimizer_options& options,
                   bool measures_norm, std::size_t blocks_at_once = 1)
      : together(blocks_at_once) {
    if (together == 0 || together > parts.blocks().size()) {
      raise<invalid_option>({"the selection policy wants ", together, " blocks active at once; the partition has ",
                             parts.blocks().size()});
    }
    const layout_options wanted{.master = options.master,
                                .own_gradients = !options.consume && !options.borrow_gradients,
                                .own_all = options.accumulate > 1,
                                .borrows = options.borrow_gradients};
    const auto chunks = [](const block_layout& layout) {
      std::size_t sum = 0;
      for (const block_layout::entry& e : layout.entries) sum += chunk_count(e.size);
      return sum;
    };
    always = block_layout(parts.parameters(), parts.always_active(), {}, slots, wanted);
    std::vector<std::size_t> chunks_of;
    for (const block& b : parts.blocks()) {
      blocks.emplace_back(parts.parameters(), b.parameters, b.slices, slots, wanted);
      chunks_of.push_back(chunks(blocks.back()));
    }
    if (measures_norm) {
      const std::size_t most = chunks(always) + sum_of_largest(chunks_of, together);
      workspace = round_to_granule(most * sizeof(double));
    }
    for (const auto& p : parts.parameters()) values += p.values.size() * sizeof(typename Parameter::value_type);
  }

  [[nodiscard]] std::vector<block_bytes> bytes() const {
    std::vector<block_bytes> result;
    for (const block_layout& b : blocks) result.push_back(b.bytes);
    return result;
  }

  template <class Memory>
  [[nodiscard]] memory_plan plan(const Memory& memory) const {
    memory_plan sum = memory.plan(bytes(), together);
    sum.values = values;
    sum.gradients += always.bytes.gradients;
    sum.master += always.bytes.master;
    sum.state += always.bytes.state;
    sum.workspace += workspace;
    return sum;
  }
};

[[nodiscard]] inline bool measures_norm(const optimizer_options& options, bool feedback) {
  return feedback || std::isfinite(options.clip_norm);
}

}  // namespace detail

/// The bytes that a block_optimizer of these parts will allocate, by kind, and those of the parameters: exactly what a
/// counting resource measures. Allocates nothing of it. The bytes depend on the rule by its slots only, and on the
/// selection policy by the number of blocks that it makes active at once and by whether it needs norms.
template <class Parameter, update_rule Rule, class Memory>
[[nodiscard]] memory_plan plan(const partition<Parameter>& parts, const Rule&, const Memory& memory,
                               const optimizer_options& options = {}, bool selection_needs_norms = false,
                               std::size_t blocks_per_visit = 1) {
  options.check();
  return detail::optimizer_layout(parts, slot_count<Rule>, options,
                                  detail::measures_norm(options, selection_needs_norms), blocks_per_visit)
      .plan(memory);
}

}  // namespace blockopt
