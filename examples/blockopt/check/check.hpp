// SPDX-License-Identifier: MIT
// Part of blockopt: the subcommand check.
#pragma once

#include <functional>

namespace CLI {
class App;
}

namespace blockopt::program {

[[nodiscard]] std::function<int()> add_check(CLI::App& app);

}  // namespace blockopt::program
