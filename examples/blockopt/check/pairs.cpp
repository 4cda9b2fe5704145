// SPDX-License-Identifier: MIT
// Part of blockopt: the pairs of policies and problems that are checked.

#include "check/pairs.hpp"

#include <utility>

namespace blockopt::program {

std::vector<theory_pair> all_pairs() {
  std::vector<theory_pair> pairs;
  add_random_pairs(pairs);
  add_importance_pairs(pairs);
  add_greedy_pairs(pairs);
  add_cyclic_pairs(pairs);
  add_accelerated_pairs(pairs);
  add_model_pairs(pairs);
  add_composite_pairs(pairs);
  return pairs;
}

std::vector<pair_result> run_pairs(const check_options& options) {
  std::vector<pair_result> all;
  for (const theory_pair& pair : all_pairs()) {
    const auto has = [&](const std::string& text) { return text.find(options.only) != std::string::npos; };
    if (!has(pair.policy) && !has(pair.update) && !has(pair.problem)) continue;
    for (pair_result& r : pair.run(options)) all.push_back(std::move(r));
  }
  return all;
}

}  // namespace blockopt::program
