// SPDX-License-Identifier: MIT
// Part of blockopt: the subcommand compare: two folders of run, run by run.

#include "compare/compare.hpp"

#include <filesystem>
#include <iostream>
#include <map>
#include <memory>
#include <string>
#include <vector>

#include <CLI/CLI.hpp>
#include <nlohmann/json.hpp>

#include "common/failure.hpp"
#include "common/format.hpp"
#include "common/output_folder.hpp"
#include "common/table.hpp"

namespace blockopt::program {

namespace {

using json = nlohmann::ordered_json;

struct compare_options {
  std::string a, b;
  bool json = false;
};

std::map<std::string, json> runs_of(const std::string& folder) {
  const json summary = read_summary(folder);
  if (summary.is_null()) throw run_failure("'" + folder + "' has no summary.json of a run");
  if (summary.value("program", "") != "blockopt run")
    throw run_failure("'" + folder + "/summary.json' is not of blockopt run");
  std::map<std::string, json> result;
  for (const json& r : summary.at("runs")) {
    std::string name = r.at("problem").get<std::string>() + " " + r.at("selection").get<std::string>() + " " +
                       r.at("update").get<std::string>() + " " + r.at("memory").get<std::string>() + " " +
                       std::to_string(r.at("repeat").get<std::size_t>());
    result.emplace(std::move(name), r);
  }
  return result;
}

std::string ratio(const json& a, const json& b) {
  if (a.is_null() || b.is_null() || !(a.get<double>() > 0)) return "-";
  return fixed(b.get<double>() / a.get<double>(), 3);
}

std::string short_number(const json& value) { return value.is_null() ? "-" : significant(value.get<double>(), 9); }

}  // namespace

std::function<int()> add_compare(CLI::App& app) {
  auto options = std::make_shared<compare_options>();
  app.add_option("A", options->a, "Folder of a run")->required();
  app.add_option("B", options->b, "Folder of another")->required();
  app.add_flag("--json", options->json, "Print JSON");
  return [options] {
    const auto a = runs_of(options->a), b = runs_of(options->b);
    table t;
    t.add({"run", "status A", "status B", "objective A", "objective B", "updates\nB / A", "gradients\nB / A",
           "seconds\nB / A"});
    json found = json::array();
    std::vector<std::string> only_a, only_b;
    for (const auto& [name, ra] : a) {
      const auto match = b.find(name);
      if (match == b.end()) {
        only_a.push_back(name);
        continue;
      }
      const json& rb = match->second;
      t.add({name, ra.at("status"), rb.at("status"), short_number(ra.at("objective")), short_number(rb.at("objective")),
             ratio(ra.at("updates"), rb.at("updates")),
             ratio(ra.at("gradient_evaluations"), rb.at("gradient_evaluations")),
             ratio(ra.at("seconds"), rb.at("seconds"))});
      found.push_back({{"run", name},
                       {"same_configuration", ra.at("hash") == rb.at("hash")},
                       {"same_objective", ra.at("objective") == rb.at("objective")},
                       {"a", ra},
                       {"b", rb}});
    }
    for (const auto& [name, rb] : b) {
      if (!a.contains(name)) only_b.push_back(name);
    }
    if (options->json) {
      std::cout << json{{"runs", found}, {"only_a", only_a}, {"only_b", only_b}}.dump(2) << '\n';
      return 0;
    }
    std::cout << "A: " << options->a << "\nB: " << options->b << '\n';
    if (!found.empty()) t.print(std::cout);
    for (const auto& name : only_a) std::cout << "  only in A: " << name << '\n';
    for (const auto& name : only_b) std::cout << "  only in B: " << name << '\n';
    if (found.empty()) std::cout << "no run is in both\n";
    return 0;
  };
}

}  // namespace blockopt::program
