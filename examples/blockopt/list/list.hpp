// SPDX-License-Identifier: MIT
// Part of blockopt: the subcommands list and info.
#pragma once

#include <functional>

namespace CLI {
class App;
}

namespace blockopt::program {

[[nodiscard]] std::function<int()> add_list(CLI::App& app);
[[nodiscard]] std::function<int()> add_info(CLI::App& app);

}  // namespace blockopt::program
