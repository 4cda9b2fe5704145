// SPDX-License-Identifier: MIT
// Part of blockopt: a published result beside what this library measures.

#include "reproduce/result.hpp"

#include <algorithm>
#include <cmath>
#include <cstdio>
#include <limits>
#include <utility>

namespace blockopt::program {

bool result_row::ok() const {
  switch (how) {
    case comparison::relative:
      return std::fabs(measured - expected) <= tolerance * std::fabs(expected);
    case comparison::absolute:
      return std::fabs(measured - expected) <= tolerance;
    case comparison::at_most:
      return measured <= expected;
    case comparison::at_least:
      return measured >= expected;
    case comparison::below:
      return measured < expected;
    case comparison::reported:
      return std::isfinite(measured);
  }
  return false;
}

std::string result_row::tolerance_text() const {
  char text[48];
  switch (how) {
    case comparison::relative:
      std::snprintf(text, sizeof text, "%.3g relative", tolerance);
      return text;
    case comparison::absolute:
      if (tolerance == 0) return "exact";
      std::snprintf(text, sizeof text, "%.3g absolute", tolerance);
      return text;
    case comparison::at_most:
      return "at most";
    case comparison::at_least:
      return "at least";
    case comparison::below:
      return "below";
    case comparison::reported:
      return "-";
  }
  return {};
}

void reproduction::relative(std::string what, double expected, double measured, double tolerance) {
  rows.push_back({std::move(what), expected, measured, comparison::relative, tolerance});
}
void reproduction::absolute(std::string what, double expected, double measured, double tolerance) {
  rows.push_back({std::move(what), expected, measured, comparison::absolute, tolerance});
}
void reproduction::at_most(std::string what, double bound, double measured) {
  rows.push_back({std::move(what), bound, measured, comparison::at_most});
}
void reproduction::at_least(std::string what, double bound, double measured) {
  rows.push_back({std::move(what), bound, measured, comparison::at_least});
}
void reproduction::below(std::string what, double bound, double measured) {
  rows.push_back({std::move(what), bound, measured, comparison::below});
}
void reproduction::report(std::string what, double measured) {
  rows.push_back({std::move(what), std::numeric_limits<double>::quiet_NaN(), measured, comparison::reported});
}

reproduction_verdict reproduction::verdict() const {
  if (rows.empty()) return reproduction_verdict::skipped;
  const bool fine = reason.empty() && std::ranges::all_of(rows, &result_row::ok);
  return fine ? reproduction_verdict::reproduced : reproduction_verdict::mismatched;
}

std::string_view name_of(reproduction_verdict v) {
  constexpr std::string_view names[] = {"reproduced", "mismatched", "skipped"};
  return names[static_cast<std::size_t>(v)];
}

}  // namespace blockopt::program
