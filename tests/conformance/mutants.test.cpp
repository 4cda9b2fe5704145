// SPDX-License-Identifier: MIT
// Part of blockopt: the conformance kit finds every planted mutant, by the check that is meant for it.
#include "conformance/mutants.hpp"

#include <algorithm>
#include <cstddef>
#include <iostream>

#include <doctest/doctest.h>

using namespace blockopt_tests;

TEST_CASE("every planted mutant is found by the check that is meant for it") {
  struct kind {
    const char* checker;
    void (*mutants)(mutant_list&);
    std::size_t least;
  };
  const kind kinds[] = {
      {"check_update_rule", try_rule_mutants, 20},       {"check_selection_policy", try_policy_mutants, 9},
      {"check_memory_strategy", try_memory_mutants, 11}, {"check_view", try_view_mutants, 11},
      {"check_block_gradient", try_gradient_mutants, 8}, {"check_parity", try_backend_mutants, 12}};
  std::size_t planted = 0;
  std::size_t found = 0;
  for (const kind& k : kinds) {
    mutant_list list;
    k.mutants(list);
    CHECK(list.results().size() >= k.least);  // a list that lost an entry shows here
    const auto mine =
        std::count_if(list.results().begin(), list.results().end(), [](const mutant_result& m) { return m.found; });
    std::cout << k.checker << ": " << mine << " of " << list.results().size() << " mutants found\n";
    planted += list.results().size();
    found += static_cast<std::size_t>(mine);
    for (const mutant_result& m : list.results()) {
      INFO(k.checker << ": " << m.name << " should fail \"" << m.expected << "\"\n" << m.report);
      CHECK(m.found);
    }
  }
  std::cout << "conformance kit: " << found << " of " << planted << " mutants found\n";
}
