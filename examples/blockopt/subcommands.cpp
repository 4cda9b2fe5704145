// SPDX-License-Identifier: MIT
// Part of blockopt: the list of the program's subcommands, one line each.

#include "subcommands.hpp"

#include "plan/plan.hpp"
#include "train/train.hpp"

namespace blockopt::program {

std::span<const subcommand> subcommands() {
  static constexpr subcommand all[] = {
      {"train", "Train a transformer on text, with full and with block methods, and compare them.", add_train},
      {"plan", "Say what training a transformer will need, in bytes, flops, seconds and money, before it is done.",
       add_plan},
  };
  return all;
}

}  // namespace blockopt::program
