// SPDX-License-Identifier: MIT
// Part of blockopt: the prefix codes of deflate (RFC 1951).
#pragma once

#include <array>
#include <cstddef>
#include <cstdint>
#include <span>

namespace blockopt::detail {

/// A prefix code given by the lengths of its words (RFC 1951, 3.2.2): words of one length are consecutive numbers in
/// the order of their symbols, and sort before all longer words.
class prefix_code {
 public:
  static constexpr unsigned longest = 15, table_bits = 10;

  /// Whether the words leave nothing over and do not collide. A single word of length 1, or none, leaves something over
  /// and is a code all the same.
  [[nodiscard]] bool build(std::span<const std::uint8_t> lengths) {
    counts_.fill(0);
    table_.fill(0);
    for (const std::uint8_t n : lengths) ++counts_[n];
    counts_[0] = 0;
    std::array<std::uint32_t, longest + 2> word{}, place{};  // of the first of each length, and where its symbol stands
    std::uint32_t used = 0;                                  // of 2^15 parts; above that words collide
    unsigned words = 0;
    for (unsigned n = 1; n <= longest; ++n) {
      used += std::uint32_t{counts_[n]} << (longest - n);
      words += counts_[n];
      word[n + 1] = (word[n] + counts_[n]) << 1;
      place[n + 1] = place[n] + counts_[n];
    }
    for (std::size_t symbol = 0; symbol < lengths.size(); ++symbol) {
      const unsigned n = lengths[symbol];
      if (n == 0) continue;
      symbols_[place[n]++] = static_cast<std::uint16_t>(symbol);
      const std::uint32_t w = word[n]++;
      if (n > table_bits) continue;
      std::uint32_t reversed = 0;  // a word comes with its highest bit first, all else with the lowest
      for (unsigned b = 0; b < n; ++b) reversed |= ((w >> b) & 1) << (n - 1 - b);
      for (std::uint32_t at = reversed; at < table_.size(); at += 1U << n) {
        table_[at] = static_cast<std::uint16_t>(symbol << 4 | n);
      }
    }
    return used == 1U << longest || words == 0 || (words == 1 && counts_[1] == 1);
  }

  struct found {
    unsigned symbol, length;  ///< length 0: no word begins these bits
  };
  /// The word that begins `bits`, of which the lowest is the first.
  [[nodiscard]] found find(std::uint64_t bits) const {
    const std::uint16_t entry = table_[bits & (table_.size() - 1)];
    if (entry != 0) return {static_cast<unsigned>(entry >> 4), static_cast<unsigned>(entry & 15)};
    std::uint32_t word = 0, first = 0, place = 0;
    for (unsigned n = 1; n <= longest; ++n, bits >>= 1) {
      word |= static_cast<std::uint32_t>(bits & 1);
      if (word - first < counts_[n]) return {symbols_[place + (word - first)], n};
      place += counts_[n];
      first = (first + counts_[n]) << 1;
      word <<= 1;
    }
    return {0, 0};
  }

 private:
  std::array<std::uint16_t, 1U << table_bits> table_{};  ///< symbol << 4 | length by the next bits; 0: look further
  std::array<std::uint16_t, longest + 1> counts_{};      ///< words of each length
  std::array<std::uint16_t, 288> symbols_{};             ///< by length, then by themselves
};

}  // namespace blockopt::detail
