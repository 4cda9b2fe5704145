// SPDX-License-Identifier: MIT
// Part of blockopt: arrays in the memory of a border_backend.
#pragma once

#include <cstddef>
#include <utility>
#include <vector>

#include <blockopt/view/tensor_view.hpp>

#include "support/border_backend.hpp"

namespace blockopt_tests {

/// `size` elements, `shift` elements past an aligned address.
template <class T>
class device_array {
 public:
  device_array(border_backend backend, std::size_t size, std::size_t shift = 0)
      : backend_(backend), size_(size), shift_(shift), bytes_((size + shift + 1) * sizeof(T)) {
    raw_ = static_cast<T*>(backend_.allocate(bytes_));
    backend_.zero(raw_, bytes_);
  }
  device_array(device_array&& other) noexcept
      : backend_(other.backend_),
        raw_(std::exchange(other.raw_, nullptr)),
        size_(other.size_),
        shift_(other.shift_),
        bytes_(other.bytes_) {}
  device_array& operator=(device_array&&) = delete;
  ~device_array() {
    if (raw_ != nullptr) backend_.deallocate(raw_, bytes_);
  }

  [[nodiscard]] T* data() const noexcept { return raw_ + shift_; }
  [[nodiscard]] std::size_t size() const noexcept { return size_; }
  [[nodiscard]] blockopt::tensor_view<T, blockopt::device_space> view() const { return {data(), size_}; }

  void set(const std::vector<T>& elements) const {
    backend_.copy(data(), elements.data(), size_ * sizeof(T));
    backend_.wait();
  }
  [[nodiscard]] std::vector<T> get() const {
    std::vector<T> elements(size_);
    backend_.copy(elements.data(), data(), size_ * sizeof(T));
    backend_.wait();
    return elements;
  }

 private:
  border_backend backend_;
  T* raw_ = nullptr;
  std::size_t size_, shift_, bytes_;
};

}  // namespace blockopt_tests
