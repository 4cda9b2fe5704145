// SPDX-License-Identifier: MIT
// Part of blockopt: blocks one behind the other in one piece of memory, or in one file.
#pragma once

#include <cstddef>
#include <span>
#include <vector>

namespace blockopt::detail {

/// Where each block begins, and how many bytes it has.
class block_places {
 public:
  block_places() = default;
  /// Every block begins at a multiple of `alignment`.
  explicit block_places(std::span<const std::size_t> sizes, std::size_t alignment = 1)
      : sizes_(sizes.begin(), sizes.end()) {
    for (const std::size_t bytes : sizes) {
      firsts_.push_back(end_);
      end_ += (bytes + alignment - 1) / alignment * alignment;
      bytes_ += bytes;
    }
  }

  [[nodiscard]] std::size_t first(std::size_t block) const noexcept { return firsts_[block]; }
  [[nodiscard]] std::size_t size(std::size_t block) const noexcept { return sizes_[block]; }
  [[nodiscard]] std::size_t blocks() const noexcept { return sizes_.size(); }
  [[nodiscard]] std::size_t end() const noexcept { return end_; }      ///< what all take together
  [[nodiscard]] std::size_t bytes() const noexcept { return bytes_; }  ///< the same without gaps

 private:
  std::vector<std::size_t> sizes_, firsts_;
  std::size_t end_ = 0, bytes_ = 0;
};

}  // namespace blockopt::detail
