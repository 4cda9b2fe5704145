// SPDX-License-Identifier: MIT
// Part of blockopt: the program's subcommands.
#pragma once

#include <functional>
#include <span>

namespace CLI {
class App;
}

namespace blockopt::program {

/// `add` puts the flags on the subcommand and returns its action, which gives the exit status.
struct subcommand {
  const char* name;
  const char* description;
  std::function<int()> (*add)(CLI::App&);
};

/// All of them, in the order of --help.
[[nodiscard]] std::span<const subcommand> subcommands();

}  // namespace blockopt::program
