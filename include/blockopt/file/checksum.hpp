// SPDX-License-Identifier: MIT
// Part of blockopt: a checksum that is faster than any disk.
#pragma once

#include <algorithm>
#include <array>
#include <bit>
#include <cstddef>
#include <cstdint>
#include <cstring>

namespace blockopt {

/// 64 bits of a sequence of bytes, however it is cut into pieces: `checksum sum; sum.add(p, n); sum.value()`. Eight lanes of
/// multiply and rotate over stripes of 64 bytes, mixed at the end with the length: every changed bit changes the value, up
/// to chance. Against errors of disks and programs, not against an adversary. The same on every machine.
class checksum {
 public:
  void add(const void* data, std::size_t bytes) noexcept {
    const auto* from = static_cast<const unsigned char*>(data);
    length_ += bytes;
    if (filled_ != 0) {
      const std::size_t part = std::min(stripe - filled_, bytes);
      if (part != 0) std::memcpy(rest_.data() + filled_, from, part);
      filled_ += part;
      from += part;
      bytes -= part;
      if (filled_ < stripe) return;
      take(rest_.data());
      filled_ = 0;
    }
    for (; bytes >= stripe; from += stripe, bytes -= stripe) take(from);
    if (bytes != 0) std::memcpy(rest_.data(), from, bytes);
    filled_ = bytes;
  }

  [[nodiscard]] std::uint64_t value() const noexcept {
    checksum last = *this;
    if (filled_ != 0) {
      std::fill(last.rest_.begin() + static_cast<std::ptrdiff_t>(filled_), last.rest_.end(),
                static_cast<unsigned char>(0));
      last.take(last.rest_.data());
    }
    std::uint64_t sum = length_;
    for (const std::uint64_t lane : last.lanes_) sum = mixed(sum ^ lane);
    return sum;
  }

  [[nodiscard]] static std::uint64_t of(const void* data, std::size_t bytes) noexcept {
    checksum sum;
    sum.add(data, bytes);
    return sum.value();
  }

 private:
  static constexpr std::size_t stripe = 64;

  void take(const unsigned char* from) noexcept {
    for (std::size_t k = 0; k < lanes_.size(); ++k) {
      std::uint64_t word = 0;
      std::memcpy(&word, from + 8 * k, sizeof word);
      if constexpr (std::endian::native == std::endian::big) word = swapped(word);
      lanes_[k] = std::rotl((lanes_[k] ^ word) * 0x9fb21c651e98df25ULL, 29);
    }
  }
  static constexpr std::uint64_t swapped(std::uint64_t w) noexcept {
    std::uint64_t r = 0;
    for (int k = 0; k < 8; ++k) r = (r << 8) | ((w >> (8 * k)) & 0xff);
    return r;
  }
  /// The finalizer of splitmix64 (Steele, Lea & Flood, OOPSLA 2014): a bijection.
  static constexpr std::uint64_t mixed(std::uint64_t z) noexcept {
    z = (z ^ (z >> 30)) * 0xbf58476d1ce4e5b9ULL;
    z = (z ^ (z >> 27)) * 0x94d049bb133111ebULL;
    return z ^ (z >> 31);
  }

  std::array<std::uint64_t, 8> lanes_{0x243f6a8885a308d3ULL, 0x13198a2e03707344ULL, 0xa4093822299f31d0ULL,
                                      0x082efa98ec4e6c89ULL, 0x452821e638d01377ULL, 0xbe5466cf34e90c6cULL,
                                      0xc0ac29b7c97c50ddULL, 0x3f84d5b5b5470917ULL};  // digits of pi
  std::array<unsigned char, stripe> rest_{};
  std::size_t filled_ = 0;
  std::uint64_t length_ = 0;
};

}  // namespace blockopt
