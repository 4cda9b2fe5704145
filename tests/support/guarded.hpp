// SPDX-License-Identifier: MIT
// Part of blockopt: arrays of tests, with sentinels before and after, and numbers to fill them with.
#pragma once

#include <algorithm>
#include <cstddef>
#include <cstdint>
#include <cstring>
#include <new>
#include <span>
#include <vector>

#include <blockopt/select/random_stream.hpp>
#include <blockopt/view/scalar.hpp>

namespace blockopt_tests {

/// `size` elements, `offset` elements beyond a 64-byte boundary, with at least 64 bytes of sentinels on both sides.
template <class T>
class guarded {
 public:
  explicit guarded(std::size_t size, std::size_t offset = 0)
      : size_(size), first_(margin + offset * sizeof(T)), bytes_(first_ + size * sizeof(T) + margin) {
    raw_ = static_cast<unsigned char*>(::operator new (bytes_, std::align_val_t{margin}));
    std::memset(raw_, sentinel, bytes_);
  }
  guarded(const guarded& other) : size_(other.size_), first_(other.first_), bytes_(other.bytes_) {
    raw_ = static_cast<unsigned char*>(::operator new (bytes_, std::align_val_t{margin}));
    std::memcpy(raw_, other.raw_, bytes_);
  }
  guarded& operator=(const guarded&) = delete;
  ~guarded() { ::operator delete (raw_, std::align_val_t{margin}); }

  [[nodiscard]] T* data() const noexcept { return reinterpret_cast<T*>(raw_ + first_); }
  [[nodiscard]] std::size_t size() const noexcept { return size_; }
  [[nodiscard]] T& operator[](std::size_t i) const noexcept { return data()[i]; }
  [[nodiscard]] std::span<T> span() const noexcept { return {data(), size_}; }

  /// No sentinel was overwritten.
  [[nodiscard]] bool intact() const noexcept {
    const auto is_sentinel = [](unsigned char c) { return c == sentinel; };
    return std::all_of(raw_, raw_ + first_, is_sentinel) &&
           std::all_of(raw_ + first_ + size_ * sizeof(T), raw_ + bytes_, is_sentinel);
  }
  /// All bytes, sentinels included.
  [[nodiscard]] std::vector<unsigned char> image() const { return {raw_, raw_ + bytes_}; }

 private:
  static constexpr std::size_t margin = 64;
  static constexpr unsigned char sentinel = 0xa5;

  std::size_t size_, first_, bytes_;
  unsigned char* raw_;
};

/// Numbers in [-scale, scale), a function of the keys alone.
[[nodiscard]] inline double noise(std::uint64_t seed, std::uint64_t a, std::uint64_t b, std::uint64_t c,
                                  double scale = 1.0) {
  blockopt::random_stream s{seed * 0x9e3779b97f4a7c15ULL + a * 1000003ULL + b * 10007ULL + c};
  static_cast<void>(s.bits());
  return scale * (2 * s.uniform() - 1);
}

/// A double as it is stored in a T, by way of the type that T is computed in.
template <class T>
[[nodiscard]] T stored(double value) noexcept {
  return static_cast<T>(static_cast<blockopt::compute_type_t<T>>(value));
}

/// Equal bit by bit, so that NaN equals itself and 0 differs from -0.
template <class A, class B>
[[nodiscard]] bool same_bits(const A& a, const B& b) noexcept {
  return std::size(a) == std::size(b) &&
         (std::size(a) == 0 || std::memcmp(std::data(a), std::data(b), std::size(a) * sizeof(*std::data(a))) == 0);
}

}  // namespace blockopt_tests
