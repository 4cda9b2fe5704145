// SPDX-License-Identifier: MIT
// Part of blockopt: a piece of a backend's memory, owned.
#pragma once

#include <cstddef>
#include <utility>

namespace blockopt {

/// All memory is handed out in multiples of this, so that rows of state never share a cache line or a 16-byte pack.
inline constexpr std::size_t memory_granule = 64;

/// The least multiple of the granule that holds `bytes`.
[[nodiscard]] constexpr std::size_t round_to_granule(std::size_t bytes) noexcept {
  return (bytes + memory_granule - 1) / memory_granule * memory_granule;
}

/// Owns `bytes` bytes of the backend's space. A copy has equal bytes at another address.
template <class Backend>
class arena {
 public:
  arena() noexcept = default;
  arena(const Backend& backend, std::size_t bytes) : backend_(backend), bytes_(bytes) {
    if (bytes_ != 0) data_ = static_cast<std::byte*>(backend_.allocate(bytes_));
  }
  arena(const arena& other) : arena(other.backend_, other.bytes_) {
    if (bytes_ != 0) backend_.copy(data_, other.data_, bytes_);
  }
  arena(arena&& other) noexcept
      : backend_(other.backend_), data_(std::exchange(other.data_, nullptr)), bytes_(std::exchange(other.bytes_, 0)) {}
  arena& operator=(arena other) noexcept {
    std::swap(backend_, other.backend_);
    std::swap(data_, other.data_);
    std::swap(bytes_, other.bytes_);
    return *this;
  }
  ~arena() {
    if (data_ != nullptr) backend_.deallocate(data_, bytes_);
  }

  [[nodiscard]] std::byte* data() const noexcept { return data_; }
  [[nodiscard]] std::size_t size() const noexcept { return bytes_; }

 private:
  Backend backend_{};
  std::byte* data_ = nullptr;
  std::size_t bytes_ = 0;
};

}  // namespace blockopt
