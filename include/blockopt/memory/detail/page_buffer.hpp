// SPDX-License-Identifier: MIT
// Part of blockopt: bytes that begin at a page.
#pragma once

#include <cstddef>
#include <memory>
#include <vector>

namespace blockopt::detail {

/// What direct files and the memory that they read and write are multiples of.
inline constexpr std::size_t page_bytes = 4096;

[[nodiscard]] constexpr std::size_t round_to_page(std::size_t bytes) noexcept {
  return (bytes + page_bytes - 1) / page_bytes * page_bytes;
}

/// Bytes in the host's memory from the beginning of a page on. Not copied: whoever has one fills it anew.
class page_buffer {
 public:
  page_buffer() = default;
  explicit page_buffer(std::size_t bytes) : room_(bytes == 0 ? 0 : bytes + page_bytes), size_(bytes) {
    void* p = room_.data();
    std::size_t space = room_.size();
    if (bytes != 0) data_ = static_cast<std::byte*>(std::align(page_bytes, bytes, p, space));
  }
  page_buffer(const page_buffer&) = delete;
  page_buffer& operator=(const page_buffer&) = delete;
  page_buffer(page_buffer&&) noexcept = default;
  page_buffer& operator=(page_buffer&&) noexcept = default;
  ~page_buffer() = default;

  [[nodiscard]] std::byte* data() const noexcept { return data_; }
  [[nodiscard]] std::size_t size() const noexcept { return size_; }

 private:
  std::vector<std::byte> room_;
  std::byte* data_ = nullptr;
  std::size_t size_ = 0;
};

}  // namespace blockopt::detail
