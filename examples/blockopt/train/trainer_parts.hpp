// SPDX-License-Identifier: MIT
// Part of blockopt: what a trainer is made of, which a plan is made of too.
#pragma once

#include <algorithm>
#include <cstddef>
#include <cstdint>
#include <utility>
#include <vector>

#include <blockopt/block/partition.hpp>
#include <blockopt/memory/memory_plan.hpp>
#include <blockopt/problem/transformer/gradient_sink.hpp>
#include <blockopt/problem/transformer/prefix_cache.hpp>
#include <blockopt/run/optimizer_options.hpp>
#include <blockopt/select/random_stream.hpp>

#include "train/trainer.hpp"

namespace blockopt::program {

template <class Parameter>
[[nodiscard]] partition<Parameter> partition_of(const trainer_settings& s, std::vector<Parameter> parameters) {
  return s.blocks.of(std::move(parameters), random_stream::derive(s.policy_seed, 2));
}

/// BAdam's published choice of K: n / (B D), but at least 50 and at most 100 steps.
[[nodiscard]] inline std::uint64_t visit_length(const trainer_settings& s, std::size_t blocks) {
  if (!s.by_block) return 0;
  if (s.switch_every != 0) return s.switch_every;
  const std::size_t per_step = s.batch * static_cast<std::size_t>(s.accumulate);
  return std::clamp<std::uint64_t>(s.training_sequences / (per_step * blocks), 50, 100);
}

[[nodiscard]] inline optimizer_options options_of(const trainer_settings& s, std::size_t blocks) {
  optimizer_options options;
  options.switch_every = visit_length(s, blocks);
  options.clip_norm = s.clip_norm;
  options.accumulate = s.accumulate;
  options.write_back = s.write_back;
  options.seed = random_stream::derive(s.policy_seed, 1);
  options.schedule = s.schedule;
  options.consume = s.consume;
  options.reduced_gradients = s.reduced_gradients;
  options.master = s.master;
  return options;
}

[[nodiscard]] inline bool corrects(const trainer_settings& s) { return s.correction != correction_kind::none; }

[[nodiscard]] inline gradient_use use_of(const trainer_settings& s) {
  return s.consume || s.reduced_gradients || corrects(s) ? gradient_use::handed_out : gradient_use::stored;
}

/// Whether the batches of a visit are drawn together, to be used again.
[[nodiscard]] inline bool draws_by_visit(const trainer_settings& s) {
  return s.by_block && (s.reuse > 1 || s.same_for_round || s.prefix_bytes > 0);
}
[[nodiscard]] inline visit_batches batches_of(const trainer_settings& s, std::size_t blocks) {
  return {draws_by_visit(s) ? visit_length(s, blocks) * s.accumulate : 1, s.reuse, s.same_for_round ? blocks : 0,
          random_stream::derive(s.policy_seed, 3)};
}

/// Numbers of one batch's residual stream, and the streams that the prefix cache keeps.
[[nodiscard]] inline std::size_t stream_elements(const trainer_settings& s) {
  return s.batch * s.shape.context * s.shape.width;
}
template <class C>
[[nodiscard]] std::size_t cached_streams(const trainer_settings& s, std::size_t blocks) {
  if (!s.by_block || s.prefix_bytes == 0) return 0;
  return prefix_cache<C>::streams_in(s.prefix_bytes, stream_elements(s), batches_of(s, blocks).size());
}
/// Bytes of memory that it takes; those of a file are none.
template <class C>
[[nodiscard]] std::size_t cache_bytes(const trainer_settings& s, std::size_t blocks) {
  return s.prefix_folder.empty() ? prefix_cache<C>::bytes_of(cached_streams<C>(s, blocks), stream_elements(s)) : 0;
}

/// The parameters that a correction moves while those flagged in `active` are: of the blocks, above the lowest active
/// stage. All that the pass makes gradients of: these and the active ones.
template <class Parameter>
void add_corrected(const trainer_settings& s, const partition<Parameter>& parts, std::vector<unsigned char>& flags) {
  if (!corrects(s)) return;
  std::size_t lowest = s.shape.stages();
  for (std::size_t p = 0; p < flags.size(); ++p) {
    if (flags[p] != 0) lowest = std::min(lowest, s.shape.stage_of(p));
  }
  for (const block& b : parts.blocks()) {
    for (const std::size_t p : b.parameters) {
      if (s.correct_all || s.shape.stage_of(p) > lowest) flags[p] = 1;
    }
  }
}

[[nodiscard]] inline block_order order_of(const trainer_settings& s) {
  block_order order = s.by_block ? s.order : block_order{ascending{}};
  order.seed = s.policy_seed;
  return order;
}

/// One flag per parameter for each visit that there may be, 1 where it is active. Subsets of blocks are many: what holds
/// for all blocks at once suffices for them.
template <class Parameter>
[[nodiscard]] std::vector<std::vector<unsigned char>> visit_flags(const partition<Parameter>& parts,
                                                                  const block_order& order) {
  std::vector<std::vector<unsigned char>> all;
  const auto& blocks = parts.blocks();
  std::vector<unsigned char> flags(parts.parameters().size());
  for (const std::size_t b : order.reachable(blocks.size())) {
    if (order.blocks_per_visit() == 1) std::ranges::fill(flags, static_cast<unsigned char>(0));
    for (const std::size_t p : blocks[b].parameters) flags[p] = 1;
    for (const slice& part : blocks[b].slices) flags[part.parameter] = 1;
    if (order.blocks_per_visit() == 1 || b + 1 == blocks.size()) all.push_back(flags);
  }
  return all;
}

/// Of all values, with what lies between them: parameters begin on cache lines.
template <class Parameter>
[[nodiscard]] std::size_t value_bytes(const std::vector<Parameter>& all) {
  return static_cast<std::size_t>(all.back().values.data() + all.back().values.size() - all.front().values.data()) *
         sizeof(typename Parameter::value_type);
}

[[nodiscard]] inline kinds_of_bytes kinds_of(const memory_plan& p) {
  return {.values = p.values,
          .gradients = p.gradients,
          .master = p.master,
          .state = p.state,
          .workspace = p.workspace,
          .offloaded = p.offloaded};
}

}  // namespace blockopt::program
