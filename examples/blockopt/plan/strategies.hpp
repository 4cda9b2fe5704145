// SPDX-License-Identifier: MIT
// Part of blockopt: what each memory strategy would take, whatever --memory says.
#pragma once

#include <string_view>
#include <vector>

#include <blockopt/memory/memory_plan.hpp>

#include "train/trainer.hpp"

namespace blockopt::program {

struct planned_strategy {
  std::string_view name;
  memory_plan plan;
};

/// Of AdamW inside the blocks of `s`, with every memory strategy that train knows.
[[nodiscard]] std::vector<planned_strategy> plan_strategies(const std::string& dtype, const trainer_settings& s);

}  // namespace blockopt::program
