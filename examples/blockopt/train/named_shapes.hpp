// SPDX-License-Identifier: MIT
// Part of blockopt: shapes of published models by name, for --shape.
#pragma once

#include <string>
#include <string_view>

#include <blockopt/problem/transformer/shape.hpp>

namespace blockopt::program {

/// The names, with commas.
[[nodiscard]] std::string shape_names();
/// The sizes of small, llama2-7b or llama3-8b, but for the context; null for another name.
[[nodiscard]] const transformer_shape* find_shape(std::string_view name);

/// That of the name, or of the config.json that `shape` names. Raises run_failure that begins with `flag`.
[[nodiscard]] transformer_shape read_shape(const std::string& flag, const std::string& shape);

}  // namespace blockopt::program
