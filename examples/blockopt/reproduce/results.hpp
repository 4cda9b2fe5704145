// SPDX-License-Identifier: MIT
// Part of blockopt: the registry of published results.
#pragma once

#include <span>
#include <string_view>

#include "reproduce/result.hpp"

namespace blockopt::program {

[[nodiscard]] std::span<const published_result> published_results();

/// By name or number; null where there is none.
[[nodiscard]] const published_result* find_result(std::string_view name);

// One for each file beside this one.
[[nodiscard]] published_result f01();
[[nodiscard]] published_result f04();
[[nodiscard]] published_result f05();
[[nodiscard]] published_result f06();
[[nodiscard]] published_result f07();
[[nodiscard]] published_result f08();
[[nodiscard]] published_result f09();
[[nodiscard]] published_result f10();
[[nodiscard]] published_result f11();
[[nodiscard]] published_result f12();
[[nodiscard]] published_result f13();
[[nodiscard]] published_result f14();
[[nodiscard]] published_result f15();
[[nodiscard]] published_result f16();

}  // namespace blockopt::program
