// SPDX-License-Identifier: MIT
// Part of blockopt: the numbers of an optimizer, apart from it, as a checkpoint has them.
#pragma once

#include <cstddef>
#include <cstdint>
#include <string>
#include <vector>

#include <blockopt/block/partition.hpp>
#include <blockopt/run/optimizer_options.hpp>
#include <blockopt/select/random_stream.hpp>
#include <blockopt/update/update_rule.hpp>

namespace blockopt::detail {

/// Copies of everything that is neither an array nor made of the others. Loading fills one of these, so that the optimizer
/// changes only when all of it is right.
template <class Rule, class Selection>
struct checkpoint_state {
  std::vector<std::vector<std::uint64_t>> blocks{};  ///< what each holds, in numbers
  std::vector<std::string> block_names{};
  optimizer_options options{};
  std::vector<Rule> rules{};
  std::vector<std::size_t> rule_of{};
  Selection selection;
  std::uint64_t random = 0;
  std::vector<double> factors{};  ///< of the learning rate, in the steps to come

  bool entered = false, shown = false;
  std::vector<std::size_t> visited{};
  std::uint64_t visit_calls = 0, micro_batches = 0;
  std::vector<double> squared_norms{};
  double gradient_norm = 0;

  std::uint64_t steps = 0, skipped = 0, always_steps = 0, visit_updates = 0, visits = 0;
  std::vector<std::uint64_t> visits_of{}, steps_of{}, left_at{};
  std::vector<rule_running<Rule>> running{};
  std::vector<std::uint8_t> kept{};  ///< of each block that is in no visit: 1 resumed, 2 warm

  template <class A>
  void archive(A& a) {
    for (std::size_t b = 0; b < blocks.size(); ++b)
      a.same("block/" + std::to_string(b) + "/" + block_names[b], blocks[b]);
    a.same("clip_norm", options.clip_norm);
    a.same("clip_value", options.clip_value);
    a.same("accumulate", options.accumulate);
    a.same("non_finite_gradients", options.non_finite_gradients);
    a.same("write_back", options.write_back);
    a.same("master", options.master);
    a.same("consume", options.consume);
    a.same("borrow_gradients", options.borrow_gradients);
    a.same("reduced_gradients", options.reduced_gradients);
    a.same("seed", options.seed);
    a("switch_every", options.switch_every);
    std::uint64_t count = rules.size();
    a("rules", count);
    if (count != 0) rules.resize(count, rules.front());
    for (std::size_t i = 0; i < rules.size(); ++i) a("rule/" + std::to_string(i), rules[i]);
    a("rule_of", rule_of);
    a("selection", selection);
    a("random", random);
    a("entered", entered);
    a("shown", shown);
    a("visited", visited);
    a("visit_calls", visit_calls);
    a("micro_batches", micro_batches);
    a("squared_norms", squared_norms);
    a("gradient_norm", gradient_norm);
    a("steps", steps);
    a("skipped", skipped);
    a("always_steps", always_steps);
    a("visit_updates", visit_updates);
    a("visits", visits);
    a("visits_of", visits_of);
    a("steps_of", steps_of);
    a("left_at", left_at);
    if constexpr (accumulating_rule<Rule>) {
      std::uint64_t sums = running.size();
      a("running_sums", sums);
      running.resize(sums);
      for (std::size_t i = 0; i < running.size(); ++i) a("running/" + std::to_string(i), running[i]);
    }
    a("kept", kept);
    a("learning_rate_factors", factors);
  }
};

/// What a block holds: of each parameter its number, of each slice its number and which elements, index lists by a hash.
[[nodiscard]] inline std::vector<std::uint64_t> numbers_of(const block& b) {
  std::vector<std::uint64_t> all{b.parameters.size()};
  all.insert(all.end(), b.parameters.begin(), b.parameters.end());
  for (const slice& part : b.slices) {
    std::uint64_t hash = 0;
    for (const std::uint32_t i : part.indices) hash = random_stream::derive(hash, i);
    all.insert(all.end(), {part.parameter, part.scattered() ? hash : part.first, part.size(), part.scattered()});
  }
  return all;
}

}  // namespace blockopt::detail
