// SPDX-License-Identifier: MIT
// Part of blockopt: the subcommand train.
#pragma once

#include <functional>

namespace CLI {
class App;
}

namespace blockopt::program {

[[nodiscard]] std::function<int()> add_train(CLI::App& app);

}  // namespace blockopt::program
