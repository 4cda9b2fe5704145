// SPDX-License-Identifier: MIT
// Part of blockopt: token ids in memory that someone else owns.
#pragma once

#include <cstddef>
#include <cstdint>
#include <span>
#include <vector>

namespace blockopt::program {

/// Unsigned numbers of 1, 2 or 4 bytes each, little-endian.
class token_span {
 public:
  /// A rest of fewer bytes than a token has is left out.
  constexpr token_span(std::span<const std::uint8_t> bytes, std::size_t token_bytes = 1) noexcept
      : data_(bytes.data()), size_(bytes.size() / token_bytes), token_bytes_(token_bytes) {}
  token_span(const std::vector<std::uint8_t>& bytes) noexcept : token_span(std::span(bytes)) {}

  [[nodiscard]] constexpr std::size_t size() const noexcept { return size_; }
  [[nodiscard]] constexpr const std::uint8_t* data() const noexcept { return data_; }
  [[nodiscard]] constexpr std::uint32_t operator[](std::size_t i) const noexcept {
    std::uint32_t token = 0;
    for (std::size_t b = token_bytes_; b-- > 0;) token = token << 8 | data_[i * token_bytes_ + b];
    return token;
  }
  /// The tokens [begin, end).
  [[nodiscard]] constexpr token_span part(std::size_t begin, std::size_t end) const noexcept {
    return {{data_ + begin * token_bytes_, (end - begin) * token_bytes_}, token_bytes_};
  }

 private:
  const std::uint8_t* data_;
  std::size_t size_, token_bytes_;
};

}  // namespace blockopt::program
