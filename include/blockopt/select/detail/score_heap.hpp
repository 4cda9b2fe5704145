// SPDX-License-Identifier: MIT
// Part of blockopt: the largest of many scores that change one by one.
#pragma once

#include <algorithm>
#include <bit>
#include <cstddef>
#include <cstdint>
#include <limits>
#include <span>
#include <vector>

namespace blockopt::detail {

/// Scores of items 0 to n - 1, the largest on top; of equals the item with the lower number, so that the top is what a
/// search from the first to the last finds. A NaN is below all numbers. n is below 2^32.
///
/// A heap whose items stay at the leaves, each node above them having the better of its two: a change goes from the leaf
/// to the top without a branch that depends on scores. Where items move, as in a binary heap, those branches are what it
/// costs, for nobody can guess them.
class score_heap {
 public:
  /// O(n).
  void assign(std::span<const double> scores) {
    count_ = scores.size();
    leaves_ = std::bit_ceil(count_);
    key_.assign(2 * leaves_, order(-std::numeric_limits<double>::infinity()));
    item_.resize(2 * leaves_);
    for (std::size_t i = 0; i < leaves_; ++i) item_[leaves_ + i] = static_cast<std::uint32_t>(i);
    for (std::size_t i = 0; i < count_; ++i) key_[leaves_ + i] = order(scores[i]);
    for (std::size_t at = leaves_; --at > 0;) {
      const std::size_t better = key_[2 * at + 1] > key_[2 * at] ? 2 * at + 1 : 2 * at;
      key_[at] = key_[better];
      item_[at] = item_[better];
    }
  }

  [[nodiscard]] std::size_t size() const noexcept { return count_; }
  [[nodiscard]] std::size_t bytes() const noexcept {
    return key_.size() * sizeof(key_[0]) + item_.size() * sizeof(item_[0]);
  }
  [[nodiscard]] std::size_t top() const noexcept { return item_[1]; }
  [[nodiscard]] double score(std::size_t item) const noexcept { return number(key_[leaves_ + item]); }

  /// O(log n).
  void change(std::size_t item, double score) noexcept {
    std::int64_t* const keys = key_.data();
    std::uint32_t* const items = item_.data();
    std::int64_t key = order(score);
    auto best = static_cast<std::uint32_t>(item);
    std::size_t at = leaves_ + item;
    keys[at] = key;
    for (unsigned level = 1; at > 1; at /= 2, ++level) {
      const std::int64_t other = keys[at ^ 1];
      const std::uint32_t its = items[at ^ 1];
      const bool stays = key >= other + static_cast<std::int64_t>(at % 2);  // the left one wins a tie
      const auto mask = -static_cast<std::uint32_t>(stays);                 // a choice by ?: compiles to a branch
      best = its ^ ((best ^ its) & mask);
      key = std::max(key, other);
      // What is best of sixteen seldom changes with one of them: worth a question, as the level below is not.
      if (level % 4 == 0 && keys[at / 2] == key && items[at / 2] == best) return;
      keys[at / 2] = key;
      items[at / 2] = best;
    }
  }

  template <class A>
  void archive(A& a) {
    std::vector<double> scores(size());
    for (std::size_t i = 0; i < size(); ++i) scores[i] = score(i);
    a("scores", scores);
    assign(scores);
  }

 private:
  /// Integers in the order of the numbers, -0 as 0.
  [[nodiscard]] static std::int64_t order(double score) noexcept {
    const double known = score == score ? score + 0.0 : -std::numeric_limits<double>::infinity();
    return flipped(std::bit_cast<std::int64_t>(known));
  }
  [[nodiscard]] static double number(std::int64_t key) noexcept { return std::bit_cast<double>(flipped(key)); }
  /// The bits of negative numbers grow with their size: turns all but the sign, and back.
  [[nodiscard]] static std::int64_t flipped(std::int64_t bits) noexcept {
    return bits ^ ((bits >> 63) & std::numeric_limits<std::int64_t>::max());
  }

  std::size_t count_ = 0, leaves_ = 0;
  std::vector<std::int64_t> key_{};
  std::vector<std::uint32_t> item_{};
};

}  // namespace blockopt::detail
