// SPDX-License-Identifier: MIT
// Part of blockopt: the conformance kit on every selection policy of the registry.
#include <algorithm>
#include <cstddef>
#include <limits>
#include <vector>

#include <doctest/doctest.h>

#include <blockopt/conformance/check_selection_policy.hpp>
#include <blockopt/select/adagrad_select.hpp>
#include <blockopt/select/ascending.hpp>
#include <blockopt/select/bandit_max.hpp>
#include <blockopt/select/block_llm.hpp>
#include <blockopt/select/duality_gap_sampling.hpp>
#include <blockopt/select/essentially_cyclic.hpp>
#include <blockopt/select/exp3_sampling.hpp>
#include <blockopt/select/gauss_southwell.hpp>
#include <blockopt/select/gauss_southwell_diagonal.hpp>
#include <blockopt/select/gauss_southwell_lipschitz.hpp>
#include <blockopt/select/gauss_southwell_quadratic.hpp>
#include <blockopt/select/gauss_southwell_step.hpp>
#include <blockopt/select/greedy_heap.hpp>
#include <blockopt/select/lipschitz_sampling.hpp>
#include <blockopt/select/misa.hpp>
#include <blockopt/select/safe_adaptive_sampling.hpp>
#include <blockopt/select/shrinking.hpp>
#include <blockopt/select/steepest_approximate.hpp>
#include <blockopt/select/thrifty.hpp>
#include <blockopt/select/uniform_random.hpp>
#include <blockopt/select/working_set.hpp>

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
    if (name == "lipschitz_sampling") continue;  // its constants are those of one number of blocks; see below
    blockopt::selection_policy_traits traits{.name = name, .covers_within = visits_all ? std::size_t{1} : 0};
    if (name == "uniform_random" || name == "uniform_subset") traits.covers_within = 30;
    if (name == "misa" || name == "block_llm" || name == "adagrad_select" || name == "exp3_sampling")
      traits.covers_within = 60;
    if (name == "essentially_cyclic") traits.covers_within = 2;
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

TEST_CASE("policies that learn from visited blocks conform") {
  using namespace blockopt;
  const auto check = [](const auto& policy, const char* name) {
    const auto report = check_selection_policy(policy, {.name = name, .covers_within = 60});
    INFO(report);
    CHECK(report);
    CHECK(report.find("any feedback is survived") != nullptr);
  };
  check(exp3_sampling{}, "exp3_sampling");
  check(misa{}, "misa");
  check(misa{.size = 2}, "misa of two");
  check(block_llm{}, "block_llm");
  check(adagrad_select{.decay = 0.9}, "adagrad_select");
  check(adagrad_select{.size = 2, .epsilon = 0.5, .decay = 1}, "adagrad_select of two");
  check(essentially_cyclic<exp3_sampling>{}, "essentially_cyclic exp3_sampling");
  check(shrinking{}, "shrinking");
}

TEST_CASE("policies that ask an oracle conform") {
  using namespace blockopt;
  const auto check = [](const auto& policy, const char* name, std::size_t covers_within) {
    const auto report = check_selection_policy(policy, {.name = name, .covers_within = covers_within});
    INFO(report);
    CHECK(report);
    CHECK(report.find("any answer is survived") != nullptr);
  };
  // on the kit's quadratic greedy rules come to all blocks
  check(gauss_southwell{}, "gauss_southwell", 60);
  check(gauss_southwell{.norm = block_norm::one}, "gauss_southwell of sums", 60);
  check(gauss_southwell_lipschitz{}, "gauss_southwell_lipschitz", 60);
  check(gauss_southwell_lipschitz{.norm = block_norm::one}, "gauss_southwell_lipschitz of sums", 60);
  check(gauss_southwell_step{}, "gauss_southwell_step", 60);
  check(gauss_southwell_diagonal{}, "gauss_southwell_diagonal", 60);
  check(gauss_southwell_quadratic{}, "gauss_southwell_quadratic", 60);
  check(greedy_heap{}, "greedy_heap", 60);
  check(greedy_heap{.measure = block_measure::decrease}, "greedy_heap of decreases", 60);
  check(lipschitz_sampling{}, "lipschitz_sampling", 60);
  check(bandit_max{}, "bandit_max", 60);
  check(bandit_max{.every = 3, .epsilon = 0.1}, "bandit_max every 3", 60);
  check(duality_gap_sampling{}, "duality_gap_sampling", 60);
  check(safe_adaptive_sampling{}, "safe_adaptive_sampling", 60);
  check(safe_adaptive_sampling{.every = 4, .refresh = 9}, "safe_adaptive_sampling with refresh", 60);
  check(steepest_approximate{}, "steepest_approximate", 60);
  check(thrifty{}, "thrifty", 1);
  check(working_set{}, "working_set", 1);
  check(working_set{.start_size = 2}, "working_set of two", 60);
  check(essentially_cyclic<gauss_southwell>{}, "essentially_cyclic gauss_southwell", 2);
  check(essentially_cyclic<greedy_heap>{}, "essentially_cyclic greedy_heap", 2);
}

TEST_CASE("a policy that learns from feedback conforms") {
  const auto report = blockopt::check_selection_policy(largest_seen{});
  INFO(report);
  CHECK(report);
  CHECK(report.find("any feedback is survived") != nullptr);
}
