// SPDX-License-Identifier: MIT
// Part of blockopt's benchmarks: two result files of bench_rules, row by row.
#pragma once

#include <iosfwd>
#include <string>
#include <vector>

namespace bench {

/// A row that both files have. Times are nanoseconds per element, medians over the repetitions of each file.
struct compared_row {
  std::string name;
  double first = 0, second = 0;
  double noise = 0;  ///< what the ratio may be off by, in parts: two standard deviations of both times, pooled

  [[nodiscard]] double ratio() const { return second / first; }
  /// Whether the ratio is further from 1 than noise explains.
  [[nodiscard]] bool beyond_noise() const;
};

struct comparison_of_files {
  std::vector<compared_row> rows;  ///< in the order of the first file
  std::vector<std::string> first_only, second_only;
};

/// Compares two texts in Google Benchmark's JSON format. The deviation of a time is that between the repetitions where a
/// file has three or more of the row, else that between the rounds of one measurement (which says nothing about what
/// changes from run to run: use repetitions for small differences); at least 0.5 %. Rows that failed count as missing.
/// Throws std::runtime_error with a sentence that names `first_name` or `second_name` when a text is not such a file.
[[nodiscard]] comparison_of_files compare_results(const std::string& first, const std::string& second,
                                                  const std::string& first_name, const std::string& second_name);

/// The program bench_compare: FIRST.json SECOND.json. Returns 0 when rows were compared, whatever the times; 1 when a
/// file cannot be read or the files have no row in common; 2 for wrong arguments.
int compare_files(const std::vector<std::string>& arguments, std::ostream& out, std::ostream& err);

}  // namespace bench
