// SPDX-License-Identifier: MIT
// Part of blockopt: the subcommand compare.
#pragma once

#include <functional>

namespace CLI {
class App;
}

namespace blockopt::program {

[[nodiscard]] std::function<int()> add_compare(CLI::App& app);

}  // namespace blockopt::program
