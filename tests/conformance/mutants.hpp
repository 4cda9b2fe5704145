// SPDX-License-Identifier: MIT
// Part of blockopt: planted mutants, each with the name of the check that must find it.
#pragma once

#include <cstddef>
#include <ostream>
#include <sstream>
#include <string>
#include <string_view>
#include <vector>

#include <blockopt/conformance/report.hpp>

namespace blockopt_tests {

/// What became of one mutant.
struct mutant_result {
  std::string name, expected;
  bool found = false;
  std::string report;
};

class mutant_list {
 public:
  void add(std::string_view name, std::string_view expected, const blockopt::conformance_report& report) {
    std::ostringstream text;
    text << report;
    results_.push_back({std::string(name), std::string(expected), !report && report.failed(expected), text.str()});
  }
  [[nodiscard]] const std::vector<mutant_result>& results() const noexcept { return results_; }

 private:
  std::vector<mutant_result> results_;
};

void try_rule_mutants(mutant_list& list);
void try_policy_mutants(mutant_list& list);
void try_memory_mutants(mutant_list& list);
void try_view_mutants(mutant_list& list);
void try_gradient_mutants(mutant_list& list);
void try_backend_mutants(mutant_list& list);

}  // namespace blockopt_tests
