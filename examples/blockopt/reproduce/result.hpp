// SPDX-License-Identifier: MIT
// Part of blockopt: a published result beside what this library measures.
#pragma once

#include <filesystem>
#include <string>
#include <string_view>
#include <vector>

namespace blockopt::program {

/// How a measured number is compared with the expected one. What is not a number is never all right.
enum class comparison {
  relative,  ///< |measured - expected| <= tolerance |expected|
  absolute,  ///< |measured - expected| <= tolerance
  at_most,   ///< measured <= expected
  at_least,  ///< measured >= expected
  below,     ///< measured < expected: the order of two methods, or a bound
  reported   ///< nothing was published to compare it with: measured only
};

struct result_row {
  std::string what;
  double expected, measured;
  comparison how = comparison::relative;
  double tolerance = 0;

  [[nodiscard]] bool ok() const;
  [[nodiscard]] std::string tolerance_text() const;
};

enum class reproduction_verdict { reproduced, mismatched, skipped };

/// worst becomes value where that is larger, or not a number, which it stays.
inline void keep_worst(double& worst, double value) {
  if (worst == worst && !(value <= worst)) worst = value;
}

/// The rows of one result. Without rows it is skipped, and `reason` says why; with rows it says what went wrong.
struct reproduction {
  std::vector<result_row> rows;
  std::string reason;
  double seconds = 0;

  void relative(std::string what, double expected, double measured, double tolerance);
  void absolute(std::string what, double expected, double measured, double tolerance);
  void at_most(std::string what, double bound, double measured);
  void at_least(std::string what, double bound, double measured);
  void below(std::string what, double bound, double measured);
  void report(std::string what, double measured);

  [[nodiscard]] reproduction_verdict verdict() const;
};

[[nodiscard]] std::string_view name_of(reproduction_verdict v);

struct reproduce_settings {
  std::filesystem::path icml15;  ///< folder of the data of Nutini et al., ICML 2015; empty: not there
};

/// A result that was published: a figure, a table or a theorem's example.
struct published_result {
  std::string_view number;  ///< "f1"
  std::string_view name;    ///< for the command line
  std::string_view title;
  std::string_view source;
  std::string_view setup;                                           ///< what is run
  void (*run)(const reproduce_settings&, reproduction&) = nullptr;  ///< null: it cannot be reproduced
  std::string_view reason{};                                        ///< why not
};

}  // namespace blockopt::program
