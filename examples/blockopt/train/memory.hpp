// SPDX-License-Identifier: MIT
// Part of blockopt: what becomes of a block's state after its visit, chosen at run time.
#pragma once

#include <string>

#include <blockopt/memory/decay_state.hpp>
#include <blockopt/memory/drop_state.hpp>
#include <blockopt/memory/keep_state.hpp>
#include <blockopt/memory/memory_choice.hpp>
#include <blockopt/memory/offload_to_file.hpp>
#include <blockopt/memory/warm_state.hpp>

namespace blockopt::program {

using state_memory = memory_choice<keep_state, drop_state, decay_state, warm_state, offload_to_file>;

/// Reads keep, drop, decay, warm, offload (to the system's folder for temporary files) or offload[FOLDER]. Raises
/// usage_error.
[[nodiscard]] state_memory parse_memory(const std::string& text);

}  // namespace blockopt::program
