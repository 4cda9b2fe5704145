// SPDX-License-Identifier: MIT
// Part of blockopt: selection of blocks whose couplings are a forest.
#pragma once

#include <algorithm>
#include <cmath>
#include <cstddef>
#include <cstdint>
#include <numeric>
#include <span>
#include <utility>
#include <vector>

#include <blockopt/error.hpp>
#include <blockopt/select/selection_policy.hpp>

namespace blockopt {

/// In which order forest_blocks tries the coordinates.
enum class forest_order {
  greedy,  ///< by decreasing |g_i|, equals by number
  random   ///< every order with the same probability
};

/// A block of as many coordinates as stay without a cycle among their couplings: each is tried in order, and taken unless
/// two of those taken before that it is coupled to are connected already (union-find). forest_step minimizes over such a
/// block in O(|b|). The greedy trees of Nutini, Laradji & Schmidt, JMLR 23(131), 2022, section 6: on a lattice about two
/// thirds of all coordinates at once. To be used with each_coordinate and a sparse problem. Costs a full gradient where
/// greedy, sorting, and a look at all couplings.
struct forest_blocks {
  static constexpr feedback_kind feedback = feedback_kind::every_block;

  forest_order order = forest_order::greedy;
  std::size_t most = 0;  ///< coordinates in a block at most; 0: no limit
  std::uint64_t seed = 1;

  /// Raises invalid_option where the problem does not say what is coupled.
  void start(std::size_t blocks, selection_oracle& oracle) {
    if (oracle.coordinates() != blocks)
      raise<invalid_option>("forest_blocks: it makes blocks itself; let each coordinate be a block");
    if (blocks > 0 && oracle.neighbours(0).empty())
      raise<invalid_option>("forest_blocks: this problem does not say which coordinates are coupled");
    ranks_.resize(blocks);
    std::iota(ranks_.begin(), ranks_.end(), std::size_t{0});
    roots_.resize(blocks);
  }

  void choose(random_stream& rng, const selection_statistics& s, std::vector<std::size_t>& coordinates) {
    std::iota(ranks_.begin(), ranks_.end(), std::size_t{0});
    if (order == forest_order::greedy) {
      const std::span<const double> g = s.oracle->gradient();
      std::stable_sort(ranks_.begin(), ranks_.end(),
                       [&](std::size_t a, std::size_t b) { return std::fabs(g[a]) > std::fabs(g[b]); });
    } else {
      for (std::size_t i = ranks_.size(); i > 1; --i)
        std::swap(ranks_[i - 1], ranks_[static_cast<std::size_t>(rng.below(i))]);
    }
    coordinates.clear();
    std::fill(roots_.begin(), roots_.end(), none);
    for (const std::size_t i : ranks_) {
      if (most > 0 && coordinates.size() == most) break;
      if (joins(i, s.oracle->neighbours(i))) coordinates.push_back(i);
    }
  }

  template <class A>
  void archive(A& a) {
    a.same("order", order);
    a.same("most", most);
    a("seed", seed);
  }

  static constexpr std::size_t none = static_cast<std::size_t>(-1);
  std::vector<std::size_t> ranks_{}, roots_{}, trees_{};  // scratch, not settings

 private:
  [[nodiscard]] std::size_t root(std::size_t i) noexcept {
    while (roots_[i] != i) i = roots_[i] = roots_[roots_[i]];
    return i;
  }
  /// Takes i unless that closes a cycle.
  bool joins(std::size_t i, std::span<const std::size_t> neighbours) {
    trees_.clear();
    for (const std::size_t j : neighbours) {
      if (j == i || roots_[j] == none) continue;
      const std::size_t tree = root(j);
      if (std::ranges::find(trees_, tree) != trees_.end()) return false;
      trees_.push_back(tree);
    }
    roots_[i] = i;
    for (const std::size_t tree : trees_) roots_[tree] = i;
    return true;
  }
};

}  // namespace blockopt
