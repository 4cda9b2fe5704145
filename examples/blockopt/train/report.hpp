// SPDX-License-Identifier: MIT
// Part of blockopt: what train prints before and after a run.
#pragma once

#include <ostream>
#include <span>
#include <string>

#include <nlohmann/json_fwd.hpp>

#include "train/record.hpp"

namespace blockopt::program {

/// Bytes by kind for each method, from records that hold plans only; with BAdam's published formula where it applies.
void print_plan(std::ostream& out, std::span<const method_record> plans, const std::string& dtype, bool drops_state);

/// One line: which blocks have other values than before, and which have not.
void print_checksums(std::ostream& out, const method_record& record);

/// The one table at the end, from summary.json.
void print_results(std::ostream& out, const nlohmann::ordered_json& summary);

}  // namespace blockopt::program
