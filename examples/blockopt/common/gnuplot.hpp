// SPDX-License-Identifier: MIT
// Part of blockopt: plots, drawn by gnuplot where it is found.
#pragma once

#include <filesystem>
#include <optional>
#include <string>

namespace blockopt::program {

/// gnuplot's path, looked up in PATH.
[[nodiscard]] std::optional<std::filesystem::path> find_gnuplot();

/// Runs a script in its folder. Returns false, and what gnuplot said in `message`, when it fails.
[[nodiscard]] bool run_gnuplot(const std::filesystem::path& gnuplot, const std::filesystem::path& script,
                               std::string& message);

}  // namespace blockopt::program
