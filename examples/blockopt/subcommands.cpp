// SPDX-License-Identifier: MIT
// Part of blockopt: the list of the program's subcommands, one line each.

#include "subcommands.hpp"

#include "train/train.hpp"

namespace blockopt::program {

std::span<const subcommand> subcommands() {
  static constexpr subcommand all[] = {
      {"train", "Train a transformer on text, with full and with block methods, and compare them.", add_train},
  };
  return all;
}

}  // namespace blockopt::program
