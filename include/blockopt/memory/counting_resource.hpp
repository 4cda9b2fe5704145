// SPDX-License-Identifier: MIT
// Part of blockopt: a memory resource that counts, so that plans can be held against measurements.
#pragma once

#include <algorithm>
#include <cstddef>
#include <memory_resource>

namespace blockopt {

/// Passes requests on to `upstream` and counts them. Not synchronized: one per thread of control.
class counting_resource final : public std::pmr::memory_resource {
 public:
  explicit counting_resource(std::pmr::memory_resource* upstream = std::pmr::new_delete_resource()) noexcept
      : upstream_(upstream) {}

  [[nodiscard]] std::size_t bytes() const noexcept { return bytes_; }              ///< allocated and not yet freed
  [[nodiscard]] std::size_t peak_bytes() const noexcept { return peak_; }          ///< the most that ever was
  [[nodiscard]] std::size_t allocations() const noexcept { return allocations_; }  ///< calls of allocate so far

 private:
  void* do_allocate(std::size_t bytes, std::size_t alignment) override {
    void* p = upstream_->allocate(bytes, alignment);
    bytes_ += bytes;
    peak_ = std::max(peak_, bytes_);
    ++allocations_;
    return p;
  }
  void do_deallocate(void* p, std::size_t bytes, std::size_t alignment) override {
    upstream_->deallocate(p, bytes, alignment);
    bytes_ -= bytes;
  }
  [[nodiscard]] bool do_is_equal(const std::pmr::memory_resource& other) const noexcept override {
    return this == &other;
  }

  std::pmr::memory_resource* upstream_;
  std::size_t bytes_ = 0;
  std::size_t peak_ = 0;
  std::size_t allocations_ = 0;
};

}  // namespace blockopt
