// SPDX-License-Identifier: MIT
// Part of blockopt: what `list` lists and `info` tells of problems, selections and updates.
#pragma once

#include <string>
#include <string_view>
#include <vector>

namespace blockopt::program {

/// A catalogue entry. Empty fields are not printed.
struct lab_note {
  std::string_view name{};
  std::string_view summary{};     ///< one line
  std::string_view formula{};     ///< of the objective, the rule or the step
  std::string_view cost{};        ///< of a selection or a step
  std::string_view guarantee{};   ///< rate or bound
  std::string_view source{};      ///< paper, theorem
  std::string_view parameters{};  ///< "key=default (meaning); ..."
};

}  // namespace blockopt::program
