// SPDX-License-Identifier: MIT
// Part of blockopt: a binary heap whose entries can be found and changed.
#pragma once

#include <cstddef>
#include <cstdint>
#include <limits>
#include <span>
#include <utility>
#include <vector>

namespace blockopt::detail {

/// Scores of items 0 to n - 1, the largest on top; of equals the item with the lower number, so that the top is what a
/// search from the first to the last finds, whatever happened before. A NaN is below all numbers. n is below 2^32.
class indexed_heap {
 public:
  /// Heapifies in O(n).
  void assign(std::span<const double> scores) {
    entries_.resize(scores.size());
    place_.resize(scores.size());
    for (std::size_t i = 0; i < scores.size(); ++i) put(i, {number(scores[i]), static_cast<std::uint32_t>(i)});
    for (std::size_t at = scores.size() / 2; at-- > 0;) down(at, entries_[at]);
  }

  [[nodiscard]] std::size_t size() const noexcept { return entries_.size(); }
  [[nodiscard]] std::size_t top() const noexcept { return entries_[0].item; }
  [[nodiscard]] double score(std::size_t item) const noexcept { return entries_[place_[item]].score; }

  /// O(log n); no more than the levels that the item moves by.
  void change(std::size_t item, double score) noexcept {
    const std::size_t at = place_[item];
    const entry e{number(score), static_cast<std::uint32_t>(item)};
    if (above(e, entries_[at])) up(at, e);
    else down(at, e);
  }

  /// The scores. The order within the heap may change by it, the top does not.
  template <class A>
  void archive(A& a) {
    std::vector<double> scores(size());
    for (std::size_t i = 0; i < size(); ++i) scores[i] = score(i);
    a("scores", scores);
    assign(scores);
  }

 private:
  struct entry {
    double score;
    std::uint32_t item;
  };

  [[nodiscard]] static double number(double score) noexcept {
    return score == score ? score : -std::numeric_limits<double>::infinity();
  }
  [[nodiscard]] static bool above(const entry& a, const entry& b) noexcept {
    return a.score > b.score || (a.score == b.score && a.item < b.item);
  }
  void put(std::size_t at, const entry& e) noexcept {
    entries_[at] = e;
    place_[e.item] = static_cast<std::uint32_t>(at);
  }
  void up(std::size_t at, const entry e) noexcept {
    for (; at > 0 && above(e, entries_[(at - 1) / 2]); at = (at - 1) / 2) put(at, entries_[(at - 1) / 2]);
    put(at, e);
  }
  void down(std::size_t at, const entry e) noexcept {
    for (std::size_t child = 2 * at + 1; child < entries_.size(); child = 2 * at + 1) {
      if (child + 1 < entries_.size() && above(entries_[child + 1], entries_[child])) ++child;
      if (!above(entries_[child], e)) break;
      put(at, entries_[child]);
      at = child;
    }
    put(at, e);
  }

  std::vector<entry> entries_;
  std::vector<std::uint32_t> place_;
};

}  // namespace blockopt::detail
