// SPDX-License-Identifier: MIT
// Part of blockopt: blocks of numbered coordinates.
#pragma once

#include <algorithm>
#include <cstddef>
#include <numeric>
#include <span>
#include <utility>
#include <vector>

#include <blockopt/error.hpp>

namespace blockopt {

/// A block that is one coordinate. It is a range of one, so that updates read like those of larger blocks and cost what a
/// loop of one's own would.
struct single_coordinate {
  std::size_t index = 0;

  [[nodiscard]] static constexpr std::size_t size() noexcept { return 1; }
  [[nodiscard]] constexpr std::size_t operator[](std::size_t) const noexcept { return index; }
  [[nodiscard]] constexpr const std::size_t* begin() const noexcept { return &index; }
  [[nodiscard]] constexpr const std::size_t* end() const noexcept { return &index + 1; }
  [[nodiscard]] constexpr operator std::span<const std::size_t>() const noexcept { return {&index, 1}; }
};

/// Each coordinate is a block.
struct each_coordinate {
  std::size_t count = 0;

  [[nodiscard]] constexpr std::size_t size() const noexcept { return count; }
  [[nodiscard]] constexpr single_coordinate operator[](std::size_t b) const noexcept { return {b}; }
};

/// Lists of coordinates; no coordinate is in two, some may be in none and stay as they are.
class coordinate_blocks {
 public:
  coordinate_blocks() = default;

  /// Raises invalid_partition for no block, an empty block, a coordinate twice, or one that is not below `coordinates`.
  coordinate_blocks(std::size_t coordinates, const std::vector<std::vector<std::size_t>>& lists) {
    if (lists.empty()) raise<invalid_partition>("coordinate_blocks: no block");
    std::vector<char> taken(coordinates);
    for (const auto& list : lists) {
      if (list.empty()) raise<invalid_partition>({"coordinate_blocks: block ", first_.size() - 1, " is empty"});
      for (const std::size_t i : list) {
        if (i >= coordinates)
          raise<invalid_partition>(
              {"coordinate_blocks: block ", first_.size() - 1, " has coordinate ", i, "; there are ", coordinates});
        if (std::exchange(taken[i], char{1}) != 0)
          raise<invalid_partition>({"coordinate_blocks: coordinate ", i, " is in two blocks, or twice in one"});
        members_.push_back(i);
      }
      first_.push_back(members_.size());
    }
  }

  /// Blocks of `size` coordinates in their order; the last may be shorter. Raises invalid_partition for size 0 and for no
  /// coordinate.
  [[nodiscard]] static coordinate_blocks contiguous(std::size_t coordinates, std::size_t size) {
    if (size == 0 || coordinates == 0)
      raise<invalid_partition>({"coordinate_blocks: ", coordinates, " coordinates in blocks of ", size});
    coordinate_blocks result;
    result.members_.resize(coordinates);
    std::iota(result.members_.begin(), result.members_.end(), std::size_t{0});
    for (std::size_t end = 0; end < coordinates;) result.first_.push_back(end += std::min(size, coordinates - end));
    return result;
  }

  [[nodiscard]] std::size_t size() const noexcept { return first_.size() - 1; }
  [[nodiscard]] std::span<const std::size_t> operator[](std::size_t b) const noexcept {
    return {members_.data() + first_[b], first_[b + 1] - first_[b]};
  }

 private:
  std::vector<std::size_t> first_{0}, members_;
};

}  // namespace blockopt
