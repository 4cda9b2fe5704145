// SPDX-License-Identifier: MIT
// Part of blockopt: the subcommand run.
#pragma once

#include <functional>

namespace CLI {
class App;
}

namespace blockopt::program {

[[nodiscard]] std::function<int()> add_run(CLI::App& app);
/// resume DIR: goes on with what is in a folder of run.
[[nodiscard]] std::function<int()> add_resume(CLI::App& app);

}  // namespace blockopt::program
