// SPDX-License-Identifier: MIT
// Part of blockopt: the registry of problems: linear models.

#include "lab/problems.hpp"

namespace blockopt::program {

std::span<const problem_entry> linear_entries() { return {}; }

}  // namespace blockopt::program
