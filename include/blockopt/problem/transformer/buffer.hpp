// SPDX-License-Identifier: MIT
// Part of blockopt: memory for the transformer's values and activations, aligned and from a memory resource.
#pragma once

#include <cstddef>
#include <cstring>
#include <memory_resource>
#include <type_traits>
#include <utility>

namespace blockopt::detail {

/// `size` elements from a memory resource, aligned to a cache line, not initialized. A copy uses the same resource.
template <class T>
  requires std::is_trivially_copyable_v<T>
class resource_buffer {
 public:
  static constexpr std::size_t alignment = 64;

  explicit resource_buffer(std::pmr::memory_resource* resource, std::size_t size = 0)
      : resource_(resource), size_(size) {
    if (size_ > 0) data_ = static_cast<T*>(resource_->allocate(size_ * sizeof(T), alignment));
  }
  resource_buffer(const resource_buffer& other) : resource_buffer(other.resource_, other.size_) {
    if (size_ > 0) std::memcpy(data_, other.data_, size_ * sizeof(T));
  }
  resource_buffer(resource_buffer&& other) noexcept
      : resource_(other.resource_), data_(std::exchange(other.data_, nullptr)), size_(std::exchange(other.size_, 0)) {}
  resource_buffer& operator=(resource_buffer other) noexcept {
    std::swap(resource_, other.resource_);
    std::swap(data_, other.data_);
    std::swap(size_, other.size_);
    return *this;
  }
  ~resource_buffer() { release(); }

  /// Gives the memory back, then takes `size` elements: old and new never live together. Contents are lost.
  void renew(std::size_t size) {
    release();
    data_ = size == 0 ? nullptr : static_cast<T*>(resource_->allocate(size * sizeof(T), alignment));
    size_ = size;
  }

  [[nodiscard]] T* data() noexcept { return data_; }
  [[nodiscard]] const T* data() const noexcept { return data_; }
  [[nodiscard]] std::size_t size() const noexcept { return size_; }
  [[nodiscard]] std::pmr::memory_resource* resource() const noexcept { return resource_; }

 private:
  void release() noexcept {
    if (data_ != nullptr) resource_->deallocate(data_, size_ * sizeof(T), alignment);
    data_ = nullptr;
    size_ = 0;
  }

  std::pmr::memory_resource* resource_;
  T* data_ = nullptr;
  std::size_t size_ = 0;
};

}  // namespace blockopt::detail
