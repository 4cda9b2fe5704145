// SPDX-License-Identifier: MIT
// Part of blockopt: the registry of selection policies.
#pragma once

#include <cstdint>
#include <span>

#include "lab/catalogue.hpp"
#include "lab/choice.hpp"
#include "lab/selection.hpp"

namespace blockopt::program {

enum class random_numbers { counter, numpy_legacy };

struct selection_entry {
  lab_note note;
  selection_choice (*make)(choice_reader&);
};

[[nodiscard]] std::span<const selection_entry> selection_entries();

/// Raises usage_error for an unknown policy or parameter. `stream` seeds it.
[[nodiscard]] selection_choice make_selection(const choice& c, random_numbers numbers, std::uint64_t stream);

}  // namespace blockopt::program
