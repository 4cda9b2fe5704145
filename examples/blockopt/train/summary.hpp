// SPDX-License-Identifier: MIT
// Part of blockopt: summary.json of train.
#pragma once

#include <span>
#include <string>

#include <nlohmann/json_fwd.hpp>

#include "train/record.hpp"

namespace blockopt::program {

/// `status`: running, complete, interrupted or failed; `reason` why, when it failed.
[[nodiscard]] nlohmann::ordered_json make_summary(const nlohmann::ordered_json& configuration,
                                                  std::span<const method_record> records, const std::string& status,
                                                  const std::string& reason = {});

/// The plan of one method, as in the summary, for the table that is printed before the start.
[[nodiscard]] nlohmann::ordered_json bytes_json(const kinds_of_bytes& bytes, std::size_t total);

}  // namespace blockopt::program
