// SPDX-License-Identifier: MIT
// Part of blockopt: a memory resource that remembers what it gave away, for conformance checks.
#pragma once

#include <cstddef>
#include <cstring>
#include <iterator>
#include <map>
#include <memory_resource>

namespace blockopt::detail {

/// Fills what it gives with a pattern, and knows all of it that was not given back.
class watched_memory final : public std::pmr::memory_resource {
 public:
  watched_memory() = default;
  watched_memory(const watched_memory&) = delete;
  watched_memory& operator=(const watched_memory&) = delete;
  ~watched_memory() override {  // what was forgotten was reported; it is not lost too
    for (const auto& [first, piece] : pieces_) upstream_->deallocate(first, piece.size, piece.alignment);
  }

  [[nodiscard]] std::size_t bytes() const noexcept { return bytes_; }
  [[nodiscard]] std::size_t requests() const noexcept { return requests_; }
  [[nodiscard]] bool misused() const noexcept { return misused_; }  ///< something else was given back

  /// Whether all of [first, first + size) was given away and not given back.
  [[nodiscard]] bool owns(const std::byte* first, std::size_t size) const {
    const auto after = pieces_.upper_bound(const_cast<std::byte*>(first));
    if (after == pieces_.begin()) return false;
    const auto& [start, piece] = *std::prev(after);
    return first + size <= start + piece.size;
  }

 private:
  struct given {
    std::size_t size, alignment;
  };

  void* do_allocate(std::size_t size, std::size_t alignment) override {
    auto* const p = static_cast<std::byte*>(upstream_->allocate(size, alignment));
    std::memset(p, 0xcd, size);
    pieces_.emplace(p, given{size, alignment});
    bytes_ += size;
    ++requests_;
    return p;
  }
  void do_deallocate(void* p, std::size_t size, std::size_t alignment) override {
    const auto found = pieces_.find(static_cast<std::byte*>(p));
    if (found == pieces_.end() || found->second.size != size) {
      misused_ = true;
      return;
    }
    pieces_.erase(found);
    bytes_ -= size;
    upstream_->deallocate(p, size, alignment);
  }
  [[nodiscard]] bool do_is_equal(const std::pmr::memory_resource& other) const noexcept override {
    return this == &other;
  }

  std::pmr::memory_resource* upstream_ = std::pmr::new_delete_resource();
  std::map<std::byte*, given> pieces_;
  std::size_t bytes_ = 0;
  std::size_t requests_ = 0;
  bool misused_ = false;
};

}  // namespace blockopt::detail
