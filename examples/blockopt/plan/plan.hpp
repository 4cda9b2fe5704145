// SPDX-License-Identifier: MIT
// Part of blockopt: the subcommand plan.
#pragma once

#include <functional>

namespace CLI {
class App;
}

namespace blockopt::program {

[[nodiscard]] std::function<int()> add_plan(CLI::App& app);

}  // namespace blockopt::program
