// SPDX-License-Identifier: MIT
// Part of blockopt: the subcommand plan, from flags to tables or JSON.

#include "plan/plan.hpp"

#include <cmath>
#include <iostream>
#include <memory>
#include <utility>

#include <CLI/CLI.hpp>
#include <nlohmann/json.hpp>

#include <blockopt/error.hpp>
#include <blockopt/version.hpp>

#include "common/failure.hpp"
#include "plan/options.hpp"
#include "plan/report.hpp"
#include "train/fewest_blocks.hpp"

namespace blockopt::program {

namespace {

plan_row make_row(const planned_method& m, const plan_options& o, const trainer_settings& base) {
  plan_row row{.method = m, .partition = m.by_block() ? o.partition : std::string()};
  trainer_settings s = base;
  if (m.by_block() && o.memory_limit) {
    s.by_block = true;
    s.rule = m.trains->rule;
    const block_fit fit = fewest_blocks(o.dtype, find_backend("eigen"), s, *o.memory_limit);
    s.blocks = fit.blocks;
    row.partition = layers_text(fit.blocks);
  }
  row.plan = plan_method(m, o.dtype, s);
  return row;
}

}  // namespace

std::function<int()> add_plan(CLI::App& app) {
  auto options = std::make_shared<plan_options>();
  options->add(app);
  return [options] {
    options->resolve();
    std::vector<plan_row> rows;
    try {
      for (const planned_method& m : options->methods) rows.push_back(make_row(m, *options, options->settings()));
    } catch (const error& e) {  // what the library refuses here came from the flags
      throw usage_error(e.what());
    }
    if (options->json) std::cout << plan_json(*options, rows).dump(2) << std::endl;
    else print_plan_report(std::cout, *options, rows);
    return 0;
  };
}

}  // namespace blockopt::program
