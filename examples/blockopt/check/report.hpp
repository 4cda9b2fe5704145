// SPDX-License-Identifier: MIT
// Part of blockopt: what check says, as a table and as JSON.
#pragma once

#include <cstddef>
#include <ostream>
#include <span>

#include <nlohmann/json_fwd.hpp>

#include "check/pair.hpp"

namespace blockopt::program {

[[nodiscard]] std::size_t count_of(std::span<const pair_result> results, verdict outcome);

[[nodiscard]] nlohmann::ordered_json check_json(const check_options& o, std::span<const pair_result> results);
/// The last line is "N passed, N failed, N without theorem".
void print_check_report(std::ostream& out, std::span<const pair_result> results);

}  // namespace blockopt::program
