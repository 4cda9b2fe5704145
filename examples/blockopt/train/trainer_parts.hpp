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
  options.master = s.master;
  return options;
}

[[nodiscard]] inline gradient_use use_of(const trainer_settings& s) {
  return s.consume ? gradient_use::handed_out : gradient_use::stored;
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
  return {.values = p.values, .gradients = p.gradients, .master = p.master, .state = p.state, .workspace = p.workspace};
}

}  // namespace blockopt::program
