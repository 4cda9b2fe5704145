// SPDX-License-Identifier: MIT
// Part of blockopt: the subcommand check, from flags to a table or JSON.

#include "check/check.hpp"

#include <iostream>
#include <memory>

#include <CLI/CLI.hpp>
#include <nlohmann/json.hpp>

#include "check/pairs.hpp"
#include "check/report.hpp"
#include "common/failure.hpp"

namespace blockopt::program {

std::function<int()> add_check(CLI::App& app) {
  struct flags {
    check_options options;
    bool json = false;
  };
  auto f = std::make_shared<flags>();
  app.add_option("--only", f->options.only, "Only pairs whose policy, update or problem contains this text");
  app.add_option("--seed", f->options.seed, "Seed of the policies' draws")->capture_default_str();
  app.add_option("--repeat", f->options.repeats, "Runs whose mean is compared, of policies that draw")
      ->capture_default_str()
      ->check(CLI::Range(std::size_t{2}, std::size_t{1'000'000}));
  app.add_flag("--json", f->json, "Print JSON");
  return [f] {
    const std::vector<pair_result> results = run_pairs(f->options);
    if (results.empty()) throw usage_error("--only: no policy, update or problem contains '" + f->options.only + "'");
    if (f->json) std::cout << check_json(f->options, results).dump(2) << std::endl;
    else print_check_report(std::cout, results);
    return count_of(results, verdict::fail) == 0 ? 0 : 1;
  };
}

}  // namespace blockopt::program
