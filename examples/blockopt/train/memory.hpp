// SPDX-License-Identifier: MIT
// Part of blockopt: what becomes of a block's state after its visit, chosen at run time.
#pragma once

#include <string>
#include <type_traits>

#include <blockopt/memory/decay_state.hpp>
#include <blockopt/memory/drop_state.hpp>
#include <blockopt/memory/keep_compressed.hpp>
#include <blockopt/memory/keep_state.hpp>
#include <blockopt/memory/memory_choice.hpp>
#include <blockopt/memory/offload_to_file.hpp>
#include <blockopt/memory/warm_state.hpp>

namespace blockopt::program {

using state_memory = memory_choice<keep_state, drop_state, decay_state, warm_state, offload_to_file>;

/// How state is stored; codes are kept for all blocks, at all times.
enum class stored_state { full, bfloat16, dynamic_8bit, fp8_lm };

struct memory_setting {
  state_memory strategy{keep_state{}};  ///< of full state
  stored_state format = stored_state::full;
};

/// Reads keep, drop, decay, warm, offload (to the system's folder for temporary files), offload[FOLDER], keep-bf16, keep-8bit
/// or keep-fp8. Raises usage_error.
[[nodiscard]] memory_setting parse_memory(const std::string& text);

/// The strategy of that type.
template <class Memory>
[[nodiscard]] Memory memory_of(const memory_setting& setting) {
  if constexpr (std::is_same_v<Memory, state_memory>) return setting.strategy;
  else return Memory{};
}

/// f.operator()<Strategy>() for the type of a setting.
template <class F>
decltype(auto) with_memory(const memory_setting& setting, const F& f) {
  switch (setting.format) {
    case stored_state::bfloat16:
      return f.template operator()<keep_bf16>();
    case stored_state::dynamic_8bit:
      return f.template operator()<keep_8bit>();
    case stored_state::fp8_lm:
      return f.template operator()<keep_fp8>();
    case stored_state::full:
      break;
  }
  return f.template operator()<state_memory>();
}

}  // namespace blockopt::program
