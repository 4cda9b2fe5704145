// SPDX-License-Identifier: MIT
// Part of blockopt: draws from a fixed distribution in constant time.
#pragma once

#include <algorithm>
#include <cstddef>
#include <span>
#include <vector>

#include <blockopt/select/random_stream.hpp>

namespace blockopt::detail {

/// The alias method: Walker, ACM Trans. Math. Softw. 3(3), 1977, built in O(n) as Vose describes (IEEE Trans. Softw. Eng.
/// 17(9), 1991). A draw takes two numbers of the stream.
class alias_table {
 public:
  alias_table() = default;
  /// `weights`: not negative, finite, and not all zero; what has weight 0 is never drawn.
  explicit alias_table(std::span<const double> weights) : keep_(weights.size()), other_(weights.size()) {
    double largest = 0;
    for (const double w : weights) largest = std::max(largest, w);
    double sum = 0;  // of weights that cannot overflow
    for (const double w : weights) sum += w / largest;
    const double mean = sum / static_cast<double>(weights.size());
    std::vector<std::size_t> under, over;
    std::size_t heaviest = 0;
    for (std::size_t i = 0; i < weights.size(); ++i) {
      keep_[i] = weights[i] / largest / mean;
      other_[i] = i;
      (keep_[i] < 1 ? under : over).push_back(i);
      if (weights[i] > weights[heaviest]) heaviest = i;
    }
    while (!under.empty() && !over.empty()) {
      const std::size_t low = under.back(), high = over.back();
      under.pop_back();
      other_[low] = high;
      keep_[high] -= 1 - keep_[low];
      if (keep_[high] < 1) {
        over.pop_back();
        under.push_back(high);
      }
    }
    // What is left has 1 but for rounding; a weight of 0 must not profit from that.
    for (const std::size_t i : under) {
      if (weights[i] > 0) keep_[i] = 1;
      else other_[i] = heaviest;
    }
  }

  [[nodiscard]] std::size_t draw(random_stream& rng) const noexcept {
    const auto i = static_cast<std::size_t>(rng.below(keep_.size()));
    return rng.uniform() < keep_[i] ? i : other_[i];
  }
  [[nodiscard]] std::size_t size() const noexcept { return keep_.size(); }

 private:
  std::vector<double> keep_;        ///< the chance of i, where i was hit
  std::vector<std::size_t> other_;  ///< drawn instead
};

}  // namespace blockopt::detail
