// SPDX-License-Identifier: MIT
// Part of blockopt: the conformance kit on every selection policy of the registry.
#include <algorithm>
#include <cstddef>
#include <limits>
#include <vector>

#include <doctest/doctest.h>

#include <blockopt/conformance/check_selection_policy.hpp>

#include "registry/registry.hpp"

namespace {

/// The block with the largest gradient when it was last seen.
struct largest_seen {
  static constexpr auto feedback = blockopt::feedback_kind::visited_block;
  std::vector<double> norms{};
  void start(std::size_t blocks) { norms.assign(blocks, std::numeric_limits<double>::infinity()); }
  [[nodiscard]] std::size_t next(blockopt::random_stream&, const blockopt::selection_statistics&) const {
    return static_cast<std::size_t>(std::max_element(norms.begin(), norms.end()) - norms.begin());
  }
  void observe(std::size_t block, const blockopt::visit_feedback& f) {
    norms[block] = f.mean_squared_gradient >= 0 ? f.mean_squared_gradient : 0;
  }
};

}  // namespace

TEST_CASE("every selection policy of the registry conforms") {
  for (const auto& [name, policy, visits_all] : blockopt_tests::all_selections()) {
    blockopt::selection_policy_traits traits{.name = name, .covers_within = visits_all ? std::size_t{1} : 0};
    if (name == "uniform_random" || name == "uniform_subset") traits.covers_within = 30;
    if (name == "fixed_block") traits.block_counts = {2, 7};  // it is set to block 1
    if (name == "block_list") {                               // it names each of four blocks within five visits
      traits.block_counts = {4};
      traits.covers_within = 2;
    }
    const auto report = blockopt::check_selection_policy(policy, traits);
    INFO(report);
    CHECK(report);
  }
}

TEST_CASE("a policy that learns from feedback conforms") {
  const auto report = blockopt::check_selection_policy(largest_seen{});
  INFO(report);
  CHECK(report);
  CHECK(report.find("any feedback is survived") != nullptr);
}
