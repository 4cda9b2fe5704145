// SPDX-License-Identifier: MIT
// Part of blockopt: the methods that train compares, and their defaults.
#pragma once

#include <span>
#include <string_view>

namespace blockopt::program {

enum class rule_kind { adamw, sgd };

struct method {
  std::string_view name;
  std::string_view description;
  rule_kind rule;
  bool by_block;          ///< block by block, else all parameters in every step
  double learning_rate;   ///< the default
  bool consumes = false;  ///< each gradient as soon as it is produced
};

[[nodiscard]] std::span<const method> methods();
/// Null when there is none of that name.
[[nodiscard]] const method* find_method(std::string_view name);

}  // namespace blockopt::program
