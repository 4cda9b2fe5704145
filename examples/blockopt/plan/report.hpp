// SPDX-License-Identifier: MIT
// Part of blockopt: what plan says, as tables and as JSON.
#pragma once

#include <ostream>
#include <span>
#include <string>

#include <nlohmann/json_fwd.hpp>

#include "plan/options.hpp"

namespace blockopt::program {

struct plan_row {
  planned_method method;
  std::string partition;  ///< of a block method, as chosen; else empty
  planned_run plan{};
};

[[nodiscard]] nlohmann::ordered_json plan_json(const plan_options& o, std::span<const plan_row> rows);
void print_plan_report(std::ostream& out, const plan_options& o, std::span<const plan_row> rows);

}  // namespace blockopt::program
