// SPDX-License-Identifier: MIT
// Part of blockopt: the list of the program's subcommands, one line each.

#include "subcommands.hpp"

#include "check/check.hpp"
#include "compare/compare.hpp"
#include "list/list.hpp"
#include "plan/plan.hpp"
#include "reproduce/reproduce.hpp"
#include "run/run.hpp"
#include "train/train.hpp"

namespace blockopt::program {

std::span<const subcommand> subcommands() {
  static constexpr subcommand all[] = {
      {"train", "Train a transformer on text, with full and with block methods, and compare them.", add_train},
      {"plan", "Say what training a transformer will need, in bytes, flops, seconds and money, before it is done.",
       add_plan},
      {"resume", "Go on with a run that was interrupted.", add_resume},
      {"list", "List problems, selections, updates, rules, memory strategies and backends.", add_list},
      {"info", "Tell what is behind a name of list: formula, cost, rate, source, parameters.", add_info},
      {"compare", "Compare the results of two runs.", add_compare},
      {"run", "Minimize problems with known constants by block coordinate descent, and record how it goes.", add_run},
      {"check", "Hold measured convergence against the theorems that are known, for many policies and problems.",
       add_check},
      {"reproduce", "Run published results, and compare what they should give with what they do.", add_reproduce},
  };
  return all;
}

}  // namespace blockopt::program
