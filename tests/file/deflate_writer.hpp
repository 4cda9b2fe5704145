// SPDX-License-Identifier: MIT
// Part of blockopt's tests: deflate streams and files of gzip made bit by bit, right ones and wrong ones.
#pragma once

#include <cstddef>
#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

namespace file_test {

class deflate_writer {
 public:
  /// Numbers: lowest bit first.
  deflate_writer& bits(std::uint32_t value, unsigned count) {
    for (unsigned b = 0; b < count; ++b) bit((value >> b) & 1);
    return *this;
  }
  /// Words of a prefix code: highest bit first.
  deflate_writer& word(std::uint32_t value, unsigned length) {
    for (unsigned b = length; b-- > 0;) bit((value >> b) & 1);
    return *this;
  }
  deflate_writer& block(bool last, unsigned type) { return bits(last, 1).bits(type, 2); }

  deflate_writer& stored(bool last, std::string_view text) {
    block(last, 0);
    used_ = 8;
    const auto size = static_cast<std::uint32_t>(text.size());
    bits(size, 16).bits(~size & 0xffff, 16);
    bytes_ += text;
    return *this;
  }
  /// A symbol of the fixed code (RFC 1951, 3.2.6).
  deflate_writer& fixed(unsigned symbol) {
    if (symbol < 144) return word(0x30 + symbol, 8);
    if (symbol < 256) return word(0x190 + symbol - 144, 9);
    return symbol < 280 ? word(symbol - 256, 7) : word(0xc0 + symbol - 280, 8);
  }
  deflate_writer& fixed(std::string_view text) {
    for (const char c : text) fixed(static_cast<unsigned>(static_cast<unsigned char>(c)));
    return *this;
  }
  /// The head of a block with codes of its own: lengths of the words of the 19 lengths in the order of the format, each
  /// 3 bits, at least 4 of them.
  deflate_writer& dynamic(bool last, unsigned symbols, unsigned distances, const std::vector<unsigned>& lengths) {
    block(last, 2).bits(symbols - 257, 5).bits(distances - 1, 5).bits(static_cast<unsigned>(lengths.size()) - 4, 4);
    for (const unsigned n : lengths) bits(n, 3);
    return *this;
  }

  /// The head of a block whose words have these lengths, 0 for no word: each length up to 15 is written in 4 bits.
  deflate_writer& codes(bool last, const std::vector<unsigned>& symbols, const std::vector<unsigned>& distances) {
    std::vector<unsigned> lengths(19, 4);
    lengths[0] = lengths[1] = lengths[2] = 0;  // no repetitions
    dynamic(last, static_cast<unsigned>(symbols.size()), static_cast<unsigned>(distances.size()), lengths);
    for (const unsigned n : symbols) word(n, 4);
    for (const unsigned n : distances) word(n, 4);
    return *this;
  }
  /// The word of a symbol in the code with these lengths: words are counted up, by length and then by symbol.
  deflate_writer& coded(const std::vector<unsigned>& lengths, unsigned symbol) {
    std::uint32_t next = 0;
    for (unsigned n = 1; n <= 15; ++n, next <<= 1) {
      for (unsigned s = 0; s < lengths.size(); ++s) {
        if (lengths[s] != n) continue;
        if (s == symbol) return word(next, n);
        ++next;
      }
    }
    return *this;
  }

  [[nodiscard]] const std::string& bytes() const { return bytes_; }

 private:
  void bit(std::uint32_t b) {
    if (used_ == 8) {
      bytes_ += '\0';
      used_ = 0;
    }
    bytes_.back() = static_cast<char>(static_cast<unsigned char>(bytes_.back()) | b << used_++);
  }

  std::string bytes_;
  unsigned used_ = 8;  ///< bits of the last byte
};

/// CRC-32, a bit at a time.
[[nodiscard]] inline std::uint32_t slow_crc32(std::string_view text) {
  std::uint32_t sum = ~std::uint32_t{0};
  for (const char c : text) {
    sum ^= static_cast<unsigned char>(c);
    for (int b = 0; b < 8; ++b) sum = (sum >> 1) ^ (0xedb88320U & (0U - (sum & 1)));
  }
  return ~sum;
}

[[nodiscard]] inline std::string little_endian(std::uint32_t value, unsigned bytes) {
  std::string text;
  for (unsigned k = 0; k < bytes; ++k) text += static_cast<char>(static_cast<unsigned char>(value >> (8 * k)));
  return text;
}

/// One member: `flags` and what they announce, the stream, and the sums of what it unpacks to.
[[nodiscard]] inline std::string gzip_member(std::string_view stream, std::string_view unpacked, unsigned flags = 0,
                                             std::string_view announced = {}) {
  std::string member = "\x1f\x8b\x08";
  member += static_cast<char>(static_cast<unsigned char>(flags));
  member += little_endian(0x5f3759df, 4) + little_endian(0x0300, 2);
  member += announced;
  if ((flags & 2) != 0) member += little_endian(slow_crc32(member), 2);
  member += stream;
  return member + little_endian(slow_crc32(unpacked), 4) +
         little_endian(static_cast<std::uint32_t>(unpacked.size()), 4);
}

/// Not packed at all, in blocks of at most 65535 bytes.
[[nodiscard]] inline std::string gzip_stored(std::string_view text) {
  deflate_writer w;
  for (std::size_t at = 0; text.size() - at > 65535; at += 65535) w.stored(false, text.substr(at, 65535));
  return gzip_member(w.stored(true, text.substr((text.empty() ? 0 : (text.size() - 1) / 65535) * 65535)).bytes(), text);
}

}  // namespace file_test
