// SPDX-License-Identifier: MIT
// Part of blockopt's benchmarks: two result files of bench_rules, row by row.
#include "compare.hpp"

#include <algorithm>
#include <cmath>
#include <cstddef>
#include <fstream>
#include <iomanip>
#include <iterator>
#include <map>
#include <ostream>
#include <stdexcept>

#include <nlohmann/json.hpp>

#include "measure.hpp"

namespace bench {
namespace {

/// What a file says about one row, one number per repetition.
struct samples {
  std::vector<double> nanoseconds, deviations;

  [[nodiscard]] double median() const { return median_of(nanoseconds); }

  /// The standard deviation of the time, in parts: for a normal distribution 1.4826 times the median deviation.
  [[nodiscard]] double spread() const {
    const double half = nanoseconds.size() >= 3 ? relative_deviation(nanoseconds) : median_of(deviations);
    return std::max(1.4826 * half, 0.005);
  }
};

struct results {
  std::vector<std::string> order;
  std::map<std::string, samples> rows;
};

results read(const std::string& text, const std::string& name) {
  const auto refuse = [&](const std::string& why) { throw std::runtime_error(name + ": " + why); };
  const auto json = nlohmann::json::parse(text, nullptr, false);
  if (json.is_discarded()) refuse("not JSON, or cut off");
  if (!json.is_object() || !json.contains("benchmarks") || !json["benchmarks"].is_array())
    refuse("no list \"benchmarks\", so not a result of Google Benchmark");
  const auto word = [&](const nlohmann::json& entry, const char* key, const std::string& otherwise) {
    const auto found = entry.find(key);
    if (found == entry.end()) return otherwise;
    if (!found->is_string()) refuse(key + (" of " + entry["name"].get<std::string>()) + " is not a word");
    return found->get<std::string>();
  };
  results found;
  for (const auto& entry : json["benchmarks"]) {
    if (!entry.is_object() || !entry.contains("name") || !entry["name"].is_string())
      refuse("an entry of \"benchmarks\" has no name");
    std::string row = word(entry, "run_name", entry["name"].get<std::string>());
    row = row.substr(0, row.find("/iterations:"));  // what Google Benchmark adds to every name
    if (word(entry, "run_type", "iteration") != "iteration" || entry.contains("error_message")) continue;
    const auto time = entry.find("ns_per_element");
    if (time == entry.end()) continue;  // a row of another table
    if (!time->is_number() || !(time->get<double>() > 0))
      refuse("ns_per_element of " + row + " is not a positive number");
    if (!found.rows.contains(row)) found.order.push_back(row);
    samples& s = found.rows[row];
    s.nanoseconds.push_back(time->get<double>());
    const auto deviation = entry.find("relative_deviation");
    s.deviations.push_back(deviation != entry.end() && deviation->is_number() ? deviation->get<double>() : 0);
  }
  if (found.rows.empty()) refuse("no row with ns_per_element, so not a result of bench_rules");
  return found;
}

std::string contents(const std::string& path) {
  std::ifstream file(path, std::ios::binary);
  if (!file) throw std::runtime_error(path + ": cannot be opened");
  return {std::istreambuf_iterator<char>(file), {}};
}

}  // namespace

bool compared_row::beyond_noise() const { return std::abs(std::log(ratio())) > noise; }

comparison_of_files compare_results(const std::string& first, const std::string& second, const std::string& first_name,
                                    const std::string& second_name) {
  const results a = read(first, first_name), b = read(second, second_name);
  comparison_of_files result;
  for (const std::string& name : a.order) {
    const auto other = b.rows.find(name);
    if (other == b.rows.end()) {
      result.first_only.push_back(name);
      continue;
    }
    const samples &x = a.rows.at(name), &y = other->second;
    result.rows.push_back({name, x.median(), y.median(), 2 * std::hypot(x.spread(), y.spread())});
  }
  for (const std::string& name : b.order)
    if (!a.rows.contains(name)) result.second_only.push_back(name);
  return result;
}

int compare_files(const std::vector<std::string>& arguments, std::ostream& out, std::ostream& err) {
  if (arguments.size() != 2) {
    err << "usage: bench_compare FIRST.json SECOND.json (both by bench_rules --benchmark_out=FILE)\n";
    return 2;
  }
  try {
    const comparison_of_files found =
        compare_results(contents(arguments[0]), contents(arguments[1]), arguments[0], arguments[1]);
    out << "ns per element; ratio = second / first; noise = two standard deviations of the ratio\n"
        << std::left << std::setw(48) << "row" << std::right << std::setw(10) << "first" << std::setw(10) << "second"
        << std::setw(8) << "ratio" << std::setw(9) << "noise" << '\n'
        << std::fixed;
    std::size_t slower = 0, faster = 0;
    for (const compared_row& row : found.rows) {
      out << std::left << std::setw(48) << row.name << std::right << std::setprecision(4) << std::setw(10) << row.first
          << std::setw(10) << row.second << std::setprecision(3) << std::setw(8) << row.ratio() << std::setprecision(1)
          << std::setw(7) << 100 * row.noise << " %";
      if (row.beyond_noise()) {
        out << (row.ratio() > 1 ? "  slower" : "  faster");
        ++(row.ratio() > 1 ? slower : faster);
      }
      out << '\n';
    }
    for (const std::string& name : found.first_only) out << name << ": in " << arguments[0] << " only\n";
    for (const std::string& name : found.second_only) out << name << ": in " << arguments[1] << " only\n";
    out << found.rows.size() << " rows in both: " << slower << " slower and " << faster << " faster beyond the noise\n";
    if (!found.rows.empty()) return 0;
    err << arguments[0] << " and " << arguments[1] << " have no row in common\n";
  } catch (const std::exception& error) {
    err << error.what() << '\n';
  }
  return 1;
}

}  // namespace bench
