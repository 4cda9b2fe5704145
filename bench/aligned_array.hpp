// SPDX-License-Identifier: MIT
// Part of blockopt's benchmarks: memory as allocators of tensors give it.
#pragma once

#include <cstddef>
#include <memory>
#include <new>

namespace bench {

/// Elements that start at a multiple of 64 bytes.
template <class T>
class aligned_array {
 public:
  explicit aligned_array(std::size_t n)
      : data_(static_cast<T*>(::operator new (n * sizeof(T), std::align_val_t{64}))), size_(n) {}
  [[nodiscard]] T* data() const { return data_.get(); }
  [[nodiscard]] std::size_t size() const { return size_; }

 private:
  struct deleter {
    void operator()(T* p) const { ::operator delete (p, std::align_val_t{64}); }
  };
  std::unique_ptr<T, deleter> data_;
  std::size_t size_;
};

}  // namespace bench
