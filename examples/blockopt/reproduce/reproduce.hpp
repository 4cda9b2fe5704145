// SPDX-License-Identifier: MIT
// Part of blockopt: the subcommand reproduce.
#pragma once

#include <functional>
#include <ostream>
#include <span>

#include "reproduce/result.hpp"

namespace CLI {
class App;
}

namespace blockopt::program {

[[nodiscard]] std::function<int()> add_reproduce(CLI::App& app);

/// Runs these results and tells of each, as text or as one JSON object. Status 1 where one is mismatched or cannot be
/// run, 130 after Ctrl-C, which is heard between two of them; else 0.
[[nodiscard]] int reproduce(std::span<const published_result* const> results, const reproduce_settings& settings,
                            bool json, std::ostream& out);

}  // namespace blockopt::program
