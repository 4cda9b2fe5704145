// SPDX-License-Identifier: MIT
// Part of blockopt: what `list` and `info` tell of the library's rules, memory strategies and backends.
#pragma once

#include <vector>

#include "lab/catalogue.hpp"

namespace blockopt::program {

[[nodiscard]] std::vector<lab_note> rule_notes();
[[nodiscard]] std::vector<lab_note> memory_notes();
[[nodiscard]] std::vector<lab_note> backend_notes();

}  // namespace blockopt::program
