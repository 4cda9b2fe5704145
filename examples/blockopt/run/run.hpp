// SPDX-License-Identifier: MIT
// Part of blockopt: the subcommand run.
#pragma once

#include <functional>

namespace CLI {
class App;
}

namespace blockopt::program {

[[nodiscard]] std::function<int()> add_run(CLI::App& app);

}  // namespace blockopt::program
