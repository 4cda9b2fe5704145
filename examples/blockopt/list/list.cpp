// SPDX-License-Identifier: MIT
// Part of blockopt: the subcommands list and info: names, formulas, costs, rates and sources of all registries.

#include "list/list.hpp"

#include <algorithm>
#include <iostream>
#include <memory>
#include <string>
#include <vector>

#include <CLI/CLI.hpp>
#include <nlohmann/json.hpp>

#include "common/failure.hpp"
#include "common/format.hpp"
#include "lab/catalogue.hpp"
#include "lab/problems.hpp"
#include "lab/selections.hpp"
#include "lab/updates.hpp"
#include "list/library_notes.hpp"

namespace blockopt::program {

namespace {

struct part {
  std::string name;
  std::vector<lab_note> notes;
};

std::vector<part> parts() {
  std::vector<part> all(3);
  all[0].name = "problems";
  for (const problem_entry& e : problem_entries()) all[0].notes.push_back(e.note);
  all[1].name = "selections";
  for (const selection_entry& e : selection_entries()) all[1].notes.push_back(e.note);
  all[2].name = "updates";
  for_each_update([&](const lab_note& note, const auto&) { all[2].notes.push_back(note); });
  all.push_back({"rules", rule_notes()});
  all.push_back({"memory", memory_notes()});
  all.push_back({"backends", backend_notes()});
  return all;
}

nlohmann::ordered_json note_json(const std::string& kind, const lab_note& n) {
  nlohmann::ordered_json j{{"kind", kind}, {"name", n.name}, {"summary", n.summary}};
  const auto add = [&](const char* key, std::string_view text) {
    if (!text.empty()) j[key] = text;
  };
  add("formula", n.formula);
  add("cost", n.cost);
  add("guarantee", n.guarantee);
  add("source", n.source);
  add("parameters", n.parameters);
  return j;
}

void print_note(const std::string& kind, const lab_note& n) {
  std::cout << n.name << " (" << kind << "): " << n.summary << '\n';
  const auto line = [](const char* label, std::string_view text) {
    if (!text.empty()) std::cout << "  " << left(label, 12) << text << '\n';
  };
  line("formula", n.formula);
  line("cost", n.cost);
  line("guarantee", n.guarantee);
  line("parameters", n.parameters);
  line("source", n.source);
}

struct list_options {
  std::string kind;
  bool json = false;
};

}  // namespace

std::function<int()> add_list(CLI::App& app) {
  auto options = std::make_shared<list_options>();
  app.add_option("kind", options->kind, "problems, selections, updates, rules, memory or backends")->default_str("all");
  app.add_flag("--json", options->json, "Print JSON");
  return [options] {
    auto all = parts();
    if (!options->kind.empty()) {
      std::erase_if(all, [&](const part& p) { return p.name != options->kind; });
      if (all.empty())
        throw usage_error("list: there are no '" + options->kind +
                          "'; it takes problems, selections, updates, rules, memory or backends");
    }
    nlohmann::ordered_json j = nlohmann::ordered_json::array();
    for (const part& p : all) {
      std::size_t width = 0;
      for (const lab_note& n : p.notes) width = std::max(width, n.name.size());
      if (!options->json) std::cout << p.name << ":\n";
      for (const lab_note& n : p.notes) {
        if (options->json) j.push_back(note_json(p.name, n));
        else std::cout << "  " << left(n.name, width + 2) << n.summary << '\n';
      }
    }
    if (options->json) std::cout << j.dump(2) << '\n';
    else std::cout << "blockopt info NAME tells more\n";
    return 0;
  };
}

std::function<int()> add_info(CLI::App& app) {
  auto options = std::make_shared<list_options>();
  app.add_option("name", options->kind, "A name of blockopt list")->required();
  app.add_flag("--json", options->json, "Print JSON");
  return [options] {
    nlohmann::ordered_json found = nlohmann::ordered_json::array();
    for (const part& p : parts()) {
      for (const lab_note& n : p.notes) {
        if (n.name != options->kind) continue;
        found.push_back(note_json(p.name, n));
        if (!options->json) print_note(p.name, n);
      }
    }
    if (found.empty()) throw usage_error("info: there is no '" + options->kind + "'; see blockopt list");
    if (options->json) std::cout << found.dump(2) << '\n';
    return 0;
  };
}

}  // namespace blockopt::program
