// SPDX-License-Identifier: MIT
// Part of blockopt: weights from which one draws, in a tree.
#pragma once

#include <algorithm>
#include <bit>
#include <cstddef>
#include <span>
#include <vector>

#include <blockopt/select/random_stream.hpp>

namespace blockopt::detail {

/// Weights of items 0 to n - 1, not negative, that change one at a time. Their sum is added up anew along one path with
/// each change, so rounding does not pile up. All but `assign` are O(log n).
class sampling_tree {
 public:
  void assign(std::span<const double> weights) {
    count_ = weights.size();
    leaves_ = std::bit_ceil(std::max<std::size_t>(count_, 1));
    sum_.assign(2 * leaves_, 0.0);
    std::ranges::copy(weights, sum_.begin() + static_cast<std::ptrdiff_t>(leaves_));
    for (std::size_t node = leaves_; node-- > 1;) sum_[node] = sum_[2 * node] + sum_[2 * node + 1];
  }

  [[nodiscard]] std::size_t size() const noexcept { return count_; }
  [[nodiscard]] double weight(std::size_t item) const noexcept { return sum_[leaves_ + item]; }
  [[nodiscard]] double sum() const noexcept { return sum_[1]; }

  void change(std::size_t item, double weight) noexcept {
    sum_[leaves_ + item] = weight;
    for (std::size_t node = (leaves_ + item) / 2; node > 0; node /= 2) sum_[node] = sum_[2 * node] + sum_[2 * node + 1];
  }
  /// An item with probability weight / sum; the sum has to be above 0.
  [[nodiscard]] std::size_t draw(random_stream& rng) const noexcept {
    double u = rng.uniform() * sum_[1];
    std::size_t node = 1;
    while (node < leaves_) {
      node *= 2;
      if (u < sum_[node] || sum_[node + 1] == 0) continue;
      u -= sum_[node];
      ++node;
    }
    return node - leaves_;
  }

  template <class A>
  void archive(A& a) {
    std::vector<double> weights(sum_.begin() + static_cast<std::ptrdiff_t>(leaves_),
                                sum_.begin() + static_cast<std::ptrdiff_t>(leaves_ + count_));
    a("weights", weights);
    assign(weights);
  }

 private:
  std::vector<double> sum_;  ///< node k has the children 2 k and 2 k + 1
  std::size_t count_ = 0, leaves_ = 0;
};

}  // namespace blockopt::detail
