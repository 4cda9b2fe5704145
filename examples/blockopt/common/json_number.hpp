// SPDX-License-Identifier: MIT
// Part of blockopt: numbers in JSON, which has none that are not finite.
#pragma once

#include <cmath>

#include <nlohmann/json.hpp>

namespace blockopt::program {

/// null for NaN and infinities.
[[nodiscard]] inline nlohmann::ordered_json or_null(double value) {
  return std::isfinite(value) ? nlohmann::ordered_json(value) : nlohmann::ordered_json(nullptr);
}

}  // namespace blockopt::program
