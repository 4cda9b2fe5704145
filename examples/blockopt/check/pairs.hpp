// SPDX-License-Identifier: MIT
// Part of blockopt: the pairs of policies and problems that are checked.
#pragma once

#include <vector>

#include "check/pair.hpp"

namespace blockopt::program {

// Each file pairs_*.cpp adds its own, one line each.
void add_random_pairs(std::vector<theory_pair>& pairs);
void add_importance_pairs(std::vector<theory_pair>& pairs);
void add_greedy_pairs(std::vector<theory_pair>& pairs);
void add_cyclic_pairs(std::vector<theory_pair>& pairs);
void add_model_pairs(std::vector<theory_pair>& pairs);
void add_composite_pairs(std::vector<theory_pair>& pairs);
void add_accelerated_pairs(std::vector<theory_pair>& pairs);

[[nodiscard]] std::vector<theory_pair> all_pairs();

/// All of `options.only`, in their order; the same options give the same numbers.
[[nodiscard]] std::vector<pair_result> run_pairs(const check_options& options);

}  // namespace blockopt::program
