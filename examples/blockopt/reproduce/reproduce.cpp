// SPDX-License-Identifier: MIT
// Part of blockopt: the subcommand reproduce: published results with expected and measured numbers.

#include "reproduce/reproduce.hpp"

#include <algorithm>
#include <array>
#include <chrono>
#include <exception>
#include <iostream>
#include <memory>
#include <string>
#include <vector>

#include <CLI/CLI.hpp>
#include <nlohmann/json.hpp>

#include <blockopt/version.hpp>

#include "common/failure.hpp"
#include "common/format.hpp"
#include "common/interrupt.hpp"
#include "common/json_number.hpp"
#include "common/table.hpp"
#include "reproduce/results.hpp"

#ifndef BLOCKOPT_ICML15_DIR
#define BLOCKOPT_ICML15_DIR ""
#endif

namespace blockopt::program {

namespace {

using json = nlohmann::ordered_json;

struct reproduce_options {
  std::string name;
  std::string icml15 = BLOCKOPT_ICML15_DIR;
  bool json = false;
};

std::string digits(double value) { return significant(value, 12); }

std::string_view name_of(comparison how) {
  constexpr std::array<std::string_view, 6> names{"relative", "absolute", "at_most", "at_least", "below", "reported"};
  return names.at(static_cast<std::size_t>(how));
}

json result_json(const published_result& p) {
  return {{"number", p.number}, {"name", p.name}, {"title", p.title}, {"source", p.source}, {"setup", p.setup}};
}

json result_json(const published_result& p, const reproduction& r) {
  json j = result_json(p);
  j["verdict"] = name_of(r.verdict());
  j["reason"] = r.reason.empty() ? json(nullptr) : json(r.reason);
  j["seconds"] = r.seconds;
  j["rows"] = json::array();
  for (const result_row& row : r.rows) {
    j["rows"].push_back({{"what", row.what},
                         {"expected", or_null(row.expected)},
                         {"measured", or_null(row.measured)},
                         {"comparison", name_of(row.how)},
                         {"tolerance", row.tolerance},
                         {"ok", row.ok()}});
  }
  return j;
}

void print_head(std::ostream& out, const published_result& p) {
  out << p.number << ' ' << p.name << ": " << p.title << '\n';
  out << "  " << p.source << '\n' << "  " << p.setup << std::endl;
}

void print_result(std::ostream& out, const reproduction& r) {
  if (!r.rows.empty()) {
    table t;
    t.add({"what", "expected", "measured", "tolerance", "ok"});
    for (const result_row& row : r.rows)
      t.add({row.what, digits(row.expected), digits(row.measured), row.tolerance_text(), row.ok() ? "yes" : "NO"});
    t.print(out);
  }
  out << "  " << name_of(r.verdict());
  if (!r.reason.empty()) out << ": " << r.reason;
  out << " (" << fixed(r.seconds, 1) << " s)\n" << std::endl;
}

reproduction measure(const published_result& p, const reproduce_settings& settings) {
  reproduction r;
  if (p.run == nullptr) {
    r.reason = p.reason;
    return r;
  }
  const auto start = std::chrono::steady_clock::now();
  try {
    p.run(settings, r);
  } catch (const std::exception& e) {
    r.report("failed", std::numeric_limits<double>::quiet_NaN());
    r.reason = e.what();
  }
  r.seconds = std::chrono::duration<double>(std::chrono::steady_clock::now() - start).count();
  return r;
}

void print_list(const reproduce_options& o, std::ostream& out) {
  json j = json::array();
  std::size_t width = 0;
  for (const published_result& p : published_results()) width = std::max(width, p.name.size());
  for (const published_result& p : published_results()) {
    json one = result_json(p);
    one["reason"] = p.run == nullptr ? json(p.reason) : json(nullptr);
    j.push_back(std::move(one));
    if (o.json) continue;
    out << "  " << left(p.number, 5) << left(p.name, width + 2) << p.title << '\n'
        << std::string(width + 9, ' ') << p.source << '\n';
    if (p.run == nullptr) out << std::string(width + 9, ' ') << "not reproducible: " << p.reason << '\n';
  }
  if (o.json) out << j.dump(2) << '\n';
  else out << "blockopt reproduce NAME runs one, blockopt reproduce all runs them all\n";
}

}  // namespace

int reproduce(std::span<const published_result* const> results, const reproduce_settings& settings, bool as_json,
              std::ostream& out) {
  const interrupt_guard guard;
  std::array<std::size_t, 3> count{};
  json all = json::array();
  bool interrupted = false;
  for (const published_result* const p : results) {
    if (interrupt_guard::interrupted()) {
      interrupted = true;
      break;
    }
    if (!as_json) print_head(out, *p);
    const reproduction r = measure(*p, settings);
    ++count[static_cast<std::size_t>(r.verdict())];
    if (as_json) all.push_back(result_json(*p, r));
    else print_result(out, r);
  }
  if (as_json) {
    const json j{{"program", "blockopt " BLOCKOPT_VERSION_STRING},
                 {"subcommand", "reproduce"},
                 {"results", all},
                 {"reproduced", count[0]},
                 {"mismatched", count[1]},
                 {"skipped", count[2]},
                 {"interrupted", interrupted}};
    out << j.dump(2) << std::endl;
  } else {
    out << count[0] << " reproduced, " << count[1] << " mismatched, " << count[2] << " skipped" << std::endl;
  }
  if (interrupted) return 130;
  return count[1] == 0 ? 0 : 1;
}

std::function<int()> add_reproduce(CLI::App& app) {
  auto options = std::make_shared<reproduce_options>();
  app.add_option("name", options->name, "A result by its name or number, or all; without it they are listed");
  app.add_option("--icml15", options->icml15,
                 "Folder with exp1.svm.gz and icml15_exp1_traces.csv, for f1; default: that of the build")
      ->default_str(options->icml15);
  app.add_flag("--json", options->json, "Print JSON");
  return [options] {
    if (options->name.empty()) {
      print_list(*options, std::cout);
      return 0;
    }
    std::vector<const published_result*> chosen;
    if (options->name == "all") {
      for (const published_result& p : published_results()) chosen.push_back(&p);
    } else if (const published_result* const one = find_result(options->name)) {
      chosen.push_back(one);
    } else {
      throw usage_error("reproduce: there is no result '" + options->name + "'; see blockopt reproduce");
    }
    return reproduce(chosen, {.icml15 = options->icml15}, options->json, std::cout);
  };
}

}  // namespace blockopt::program
