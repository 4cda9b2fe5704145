// SPDX-License-Identifier: MIT
// Part of blockopt: the registry of what composes. Add a line to a list here and the new rule, policy, memory strategy
// or problem is tested with every entry of all other lists, in every scalar.
#pragma once

#include <cstddef>
#include <cstdint>
#include <filesystem>
#include <memory>
#include <string_view>
#include <type_traits>
#include <vector>

#include <blockopt/memory/decay_state.hpp>
#include <blockopt/memory/drop_state.hpp>
#include <blockopt/memory/keep_compressed.hpp>
#include <blockopt/memory/keep_state.hpp>
#include <blockopt/memory/memory_choice.hpp>
#include <blockopt/memory/offload_to_file.hpp>
#include <blockopt/memory/offload_to_host.hpp>
#include <blockopt/memory/warm_state.hpp>
#include <blockopt/select/adagrad_select.hpp>
#include <blockopt/select/ascending.hpp>
#include <blockopt/select/block_list.hpp>
#include <blockopt/select/block_llm.hpp>
#include <blockopt/select/descending.hpp>
#include <blockopt/select/essentially_cyclic.hpp>
#include <blockopt/select/exp3_sampling.hpp>
#include <blockopt/select/fixed_block.hpp>
#include <blockopt/select/fixed_shuffle.hpp>
#include <blockopt/select/hift.hpp>
#include <blockopt/select/lipschitz_sampling.hpp>
#include <blockopt/select/misa.hpp>
#include <blockopt/select/random_reshuffle.hpp>
#include <blockopt/select/uniform_random.hpp>
#include <blockopt/select/uniform_subset.hpp>

#include "registry/erased.hpp"
#include "registry/rules.hpp"

namespace blockopt_tests {

/// A policy that no header of the library has: the block that waits longest.
struct longest_waiting {
  [[nodiscard]] std::size_t next(blockopt::random_stream&, const blockopt::selection_statistics& s) const {
    std::size_t best = 0;
    for (std::size_t b = 1; b < s.blocks; ++b) {
      if (s.visits[b] < s.visits[best]) best = b;
    }
    return best;
  }
};

/// Every selection policy; `visits_all` when each block gets its turn.
struct named_selection {
  std::string_view name;
  any_selection policy;
  bool visits_all = true;
};
inline std::vector<named_selection> all_selections() {
  using namespace blockopt;
  return {
      {"ascending", ascending{}},
      {"descending", descending{}},
      {"random_reshuffle", random_reshuffle{.seed = 3}},
      {"uniform_random", uniform_random{.seed = 4}},
      {"fixed_shuffle", fixed_shuffle{.seed = 6}},
      {"block_list", block_list{{3, 0, 1, 2, 0}}},
      {"fixed_block", fixed_block{1}, false},
      {"uniform_subset", uniform_subset{.size = 2, .seed = 5}},
      {"lipschitz_sampling", lipschitz_sampling{.constants = {1, 2, 3, 2}, .seed = 7}},
      {"hift", hift{.order = hift_order::random, .seed = 8}},
      {"misa", misa{.size = 2, .seed = 9}},
      {"block_llm", block_llm{.size = 2, .seed = 10}},
      {"adagrad_select", adagrad_select{.seed = 11}},
      {"exp3_sampling", exp3_sampling{.seed = 12}},
      {"essentially_cyclic", essentially_cyclic<uniform_random>{.seed = 13}},
      {"of one's own", longest_waiting{}},
  };
}

/// f(name, strategy) for every memory strategy.
template <class F>
void for_each_memory(const F& f) {
  f("keep_state", blockopt::keep_state{});
  f("drop_state", blockopt::drop_state{});
  f("warm_state", blockopt::warm_state{});
  f("keep_bf16", blockopt::keep_bf16{});
  f("keep_8bit", blockopt::keep_8bit{});
  f("keep_fp8", blockopt::keep_fp8{});
  f("decay_state", blockopt::decay_state{});
  f("offload_to_host", blockopt::offload_to_host{});
  f("offload_to_file", blockopt::offload_to_file{.folder = std::filesystem::temp_directory_path()});
}

/// One type for all of them that compose with a rule, so that the registry's product is compiled once for each rule.
template <class... Strategies>
using choice_of = blockopt::memory_choice<blockopt::keep_state, blockopt::drop_state, blockopt::warm_state,
                                          blockopt::offload_to_file, blockopt::offload_to_host, Strategies...>;
template <class Rule>
using any_memory = std::conditional_t<blockopt::decaying_rule<Rule>, choice_of<blockopt::decay_state>, choice_of<>>;

/// f(name, strategy) for those that compose with a rule, as any_memory.
template <class Rule, class F>
void for_each_memory_of(const F& f) {
  for_each_memory([&]<class Memory>(std::string_view name, const Memory& memory) {
    if constexpr (std::is_constructible_v<decltype(any_memory<Rule>::strategy), const Memory&>)
      f(name, any_memory<Rule>{memory});
  });
}

/// Every problem, in four blocks, by a function that makes it anew; the list is in problems.cpp, the only file that
/// needs their headers.
template <class T>
struct named_problem {
  std::string_view name;
  std::unique_ptr<any_problem<T>> (*make)();
};
template <class T>
std::vector<named_problem<T>> all_problems();

/// What does not compose, and the sentence that the user reads: at run time from the options, at compile time from the
/// types (tests/compile_fail has these).
struct forbidden_pair {
  std::string_view first, second, sentence;
};
inline constexpr forbidden_pair forbidden_pairs[] = {
    {"consume", "accumulate",
     "optimizer_options.consume applies each gradient at once; it cannot accumulate 2 of them"},
    {"consume", "clip_norm",
     "optimizer_options.consume applies gradients before their common norm is known; drop clip_norm"},
    {"feedback_kind::every_block", "block_optimizer",
     "this selection policy needs the gradient norms of all blocks at every visit, and block_optimizer only ever sees "
     "the "
     "gradient of the active block; use a policy whose feedback is none or visited_block"},
};

}  // namespace blockopt_tests
