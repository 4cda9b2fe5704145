// SPDX-License-Identifier: MIT
// Part of blockopt: bytes by kind before a run.
#pragma once

#include <algorithm>
#include <cmath>
#include <cstddef>
#include <functional>
#include <numeric>
#include <span>
#include <vector>

#include <blockopt/backend/backend.hpp>
#include <blockopt/backend/norm.hpp>
#include <blockopt/backend/plain/plain_backend.hpp>
#include <blockopt/block/block_layout.hpp>
#include <blockopt/block/partition.hpp>
#include <blockopt/error.hpp>
#include <blockopt/memory/format/state_format.hpp>
#include <blockopt/memory/memory_plan.hpp>
#include <blockopt/memory/write_back.hpp>
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
  row_sizes rows;
  std::size_t together = 1;  ///< blocks of one visit
  table_request largest;     ///< visit, by each measure
  std::size_t norms = 0;     ///< bytes that norms are measured in
  std::size_t table = 0;     ///< bytes of the backend's table of jobs
  std::size_t values = 0;    ///< bytes of all parameters
  std::size_t elements = 0;  ///< of the blocks and the always-active parameters

  template <class Parameter>
  optimizer_layout(const partition<Parameter>& parts, std::span<const slot> slots, const row_sizes& sizes,
                   const optimizer_options& options, std::size_t blocks_at_once = 1)
      : rows(sizes), together(blocks_at_once) {
    using T = typename Parameter::value_type;
    const bool compensates = options.write_back == rounding::compensated;
    if (compensates && !is_reduced_precision<T>) {
      raise<invalid_option>({"optimizer_options.write_back is compensated, and the values are ", scalar_traits<T>::name,
                             ": it is for values of 16 bits"});
    }
    if (together == 0 || together > parts.blocks().size()) {
      raise<invalid_option>({"the selection policy wants ", together, " blocks active at once; the partition has ",
                             parts.blocks().size()});
    }
    const layout_options wanted{.master = options.master,
                                .compensation = compensates,
                                .own_gradients = !options.consume && !options.borrow_gradients,
                                .own_all = options.accumulate > 1 && !options.reduced_gradients,
                                .borrows = options.borrow_gradients,
                                .reduced = options.reduced_gradients};
    const auto chunks = [](const block_layout& layout) {
      std::size_t sum = 0;
      for (const block_layout::entry& e : layout.entries) sum += chunk_count(e.size);
      return sum;
    };
    always = block_layout(parts.parameters(), parts.always_active(), {}, slots, rows, wanted);
    std::vector<std::size_t> jobs_of, chunks_of, indices_of;
    for (const block& b : parts.blocks()) {
      blocks.emplace_back(parts.parameters(), b.parameters, b.slices, slots, rows, wanted);
      jobs_of.push_back(blocks.back().entries.size());
      chunks_of.push_back(chunks(blocks.back()));
      indices_of.push_back(0);
      for (const slice& part : b.slices) indices_of.back() += part.indices.size();
    }
    largest = {always.entries.size() + sum_of_largest(jobs_of, together),
               chunks(always) + sum_of_largest(chunks_of, together), sum_of_largest(indices_of, together)};
    const auto count = [&](const block_layout& layout) {
      for (const block_layout::entry& e : layout.entries) elements += e.size;
    };
    count(always);
    for (const block_layout& b : blocks) count(b);
    for (const auto& p : parts.parameters()) values += p.values.size() * sizeof(T);
  }

  /// Sizes the workspace as a backend wants it. `feedback`: the norms of the visit's blocks are wanted.
  template <class Backend, class Job>
  void add_workspace(const optimizer_options& options, bool feedback) {
    using T = typename Job::value_type;
    using G = typename Job::gradient_type;
    const bool checks = options.non_finite_gradients != non_finite::unchecked;
    if (feedback || std::isfinite(options.clip_norm) || (checks && deferring_backend<Backend>))
      norms = norm_workspace::bytes(feedback ? together : 0, largest.chunks, norm_sums<T, G>);
    if constexpr (tabulating_backend<Backend, Job>) table = Backend::template table_bytes<Job>(largest);
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
    sum.elements = elements;
    sum.gradients += always.bytes.gradients;
    sum.master += always.bytes.master;
    sum.state += always.bytes.state;
    sum.workspace += norms + table;
    return sum;
  }
};

[[nodiscard]] inline bool measures_norm(const optimizer_options& options, bool feedback) {
  return feedback || std::isfinite(options.clip_norm);
}

}  // namespace detail

/// The bytes that a block_optimizer of these parts will allocate, by kind, and those of the parameters: exactly what a
/// counting resource measures. Allocates nothing of it. The bytes depend on the rule by its slots only, on the memory
/// strategy by its format too, on the selection
/// policy by the number of blocks that it makes active at once and by whether it needs norms, and on the backend by its
/// workspace: `plan<thrust_backend>(...)`.
template <class Backend = plain_backend, class Parameter, update_rule Rule, class Memory>
[[nodiscard]] memory_plan plan(const partition<Parameter>& parts, const Rule&, const Memory& memory,
                               const optimizer_options& options = {}, bool selection_needs_norms = false,
                               std::size_t blocks_per_visit = 1) {
  options.check();
  using T = typename Parameter::value_type;
  detail::optimizer_layout layout(parts, Rule::slots, row_sizes::of<state_format_t<Memory>, compute_type_t<T>>(),
                                  options, blocks_per_visit);
  using job = parameter_job<typename Parameter::value_type, typename Parameter::gradient_type, slot_count<Rule>>;
  layout.template add_workspace<Backend, job>(options, selection_needs_norms);
  return layout.plan(memory);
}

}  // namespace blockopt
