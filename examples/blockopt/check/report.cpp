// SPDX-License-Identifier: MIT
// Part of blockopt: what check says, as a table and as JSON.

#include "check/report.hpp"

#include <algorithm>
#include <string>
#include <utility>
#include <vector>

#include <nlohmann/json.hpp>

#include <blockopt/version.hpp>

#include "common/format.hpp"
#include "common/json_number.hpp"
#include "common/table.hpp"

namespace blockopt::program {

namespace {

using json = nlohmann::ordered_json;

std::string short_number(double x) { return significant(x, 4); }

const char* word_of(verdict v) {
  return v == verdict::pass ? "PASS" : v == verdict::fail ? "FAIL" : "no theorem known";
}

}  // namespace

std::size_t count_of(std::span<const pair_result> results, verdict outcome) {
  return static_cast<std::size_t>(
      std::ranges::count_if(results, [&](const pair_result& r) { return r.check.outcome == outcome; }));
}

json check_json(const check_options& o, std::span<const pair_result> results) {
  json j;
  j["program"] = "blockopt " BLOCKOPT_VERSION_STRING;
  j["subcommand"] = "check";
  j["configuration"] = {{"seed", o.seed}, {"repeat", o.repeats}, {"only", o.only}};
  j["results"] = json::array();
  for (const pair_result& r : results) {
    const bool known = r.check.outcome != verdict::no_theorem;
    j["results"].push_back({{"policy", r.policy},
                            {"update", r.update},
                            {"problem", r.problem},
                            {"theorem", known ? json(r.theorem) : json(nullptr)},
                            {"source", known ? json(r.source) : json(nullptr)},
                            {"constants", r.constants},
                            {"verdict", word_of(r.check.outcome)},
                            {"k", r.check.k},
                            {"measured", or_null(r.check.measured)},
                            {"standard_error", or_null(r.check.standard_error)},
                            {"bound", or_null(r.check.bound)},
                            {"tightness", or_null(r.check.tightness)}});
  }
  j["passed"] = count_of(results, verdict::pass);
  j["failed"] = count_of(results, verdict::fail);
  j["without_theorem"] = count_of(results, verdict::no_theorem);
  return j;
}

void print_check_report(std::ostream& out, std::span<const pair_result> results) {
  table lines;
  lines.add(
      {"policy", "update", "problem", "theorem", "k", "measured", "standard\nerror", "bound", "tightness", "verdict"});
  std::vector<std::pair<std::string, std::string>> constants;
  for (const pair_result& r : results) {
    const bool drawn = r.check.standard_error > 0;
    lines.add({r.policy, r.update, r.problem, r.theorem.empty() ? "-" : r.theorem, short_number(r.check.k),
               short_number(r.check.measured), drawn ? short_number(r.check.standard_error) : "-",
               short_number(r.check.bound), short_number(r.check.tightness), word_of(r.check.outcome)});
    const std::pair<std::string, std::string> line{r.problem, r.constants};
    if (std::ranges::find(constants, line) == constants.end()) constants.push_back(line);
  }
  lines.print(out);
  out << "\nconstants:\n";
  for (const auto& [problem, text] : constants) out << "  " << problem << ": " << text << '\n';
  out << "\nmeasured: f - f* (mean over the runs of policies that draw), where the bound is tightest or first fails; "
         "for\n"
         "\"distance\" ||x - x*||^2, for \"decrease\" what was promised over what was gained. PASS: not above the "
         "bound by more\n"
         "than 3 standard errors, and of an equality not off by more than 4. tightness: log(measured rate)/log(rate of "
         "the\n"
         "bound), 1 where the bound is met. k counts steps, for cyclic orders with a rate per cycle cycles.\n\n"
      << count_of(results, verdict::pass) << " passed, " << count_of(results, verdict::fail) << " failed, "
      << count_of(results, verdict::no_theorem) << " without theorem" << std::endl;
}

}  // namespace blockopt::program
