// SPDX-License-Identifier: MIT
// Part of blockopt: unpacks a deflate stream (RFC 1951).
#pragma once

#include <algorithm>
#include <array>
#include <cstddef>
#include <cstdint>
#include <span>
#include <string>
#include <string_view>

#include <blockopt/error.hpp>
#include <blockopt/file/detail/prefix_code.hpp>

namespace blockopt::detail {

/// Reads one stream, and knows where it ended. Anything that the format does not allow raises file_error.
class inflater {
 public:
  /// `name`: of the file, for messages.
  inflater(std::string_view packed, std::string_view name) : packed_(packed), name_(name) {}

  /// Appends what is unpacked. `to` must not come to more than `most_bytes`.
  void read(std::string& to, std::uint64_t most_bytes) {
    begin_ = size_ = to.size();
    most_ = most_bytes;
    for (bool last = false; !last;) {
      last = take(1) != 0;
      switch (take(2)) {
        case 0:
          stored(to);
          break;
        case 1:
          fixed();
          packed_block(to);
          break;
        case 2:
          dynamic();
          packed_block(to);
          break;
        default:
          fail("a block of no known type");
      }
    }
    to.resize(size_);
    at_ -= count_ / 8;  // whole bytes that were fetched and not used
  }

  /// Bytes of the stream, after read().
  [[nodiscard]] std::size_t used() const { return at_; }

 private:
  [[noreturn]] void fail(std::string_view what) const {
    raise<file_error>({"'", name_, "': packed data is damaged: ", what, ", before byte ", at_, " of the packed data"});
  }

  /// At least 32 bits where there are so many; behind the end zeros, which must not be used.
  void fetch() {
    for (; count_ < 32 && at_ < packed_.size(); count_ += 8) {
      bits_ |= std::uint64_t{static_cast<unsigned char>(packed_[at_++])} << count_;
    }
  }
  void drop(unsigned n) {
    if (n > count_) fail("it ends too early");
    bits_ >>= n;
    count_ -= n;
  }
  [[nodiscard]] unsigned take(unsigned n) {
    fetch();
    const auto value = static_cast<unsigned>(bits_ & ((std::uint64_t{1} << n) - 1));
    drop(n);
    return value;
  }
  [[nodiscard]] unsigned take(const prefix_code& code) {
    fetch();
    const prefix_code::found f = code.find(bits_);
    if (f.length == 0) fail(count_ < prefix_code::longest ? "it ends too early" : "bits that are no word of its code");
    drop(f.length);
    return f.symbol;
  }

  /// Room for so many bytes more, and for as many as this stream has given: not for as many as were there before it.
  void grow(std::string& to, std::size_t more) {
    if (most_ < size_ || more > most_ - size_) {
      raise<file_error>(
          {"'", name_, "' unpacks to more than ", most_, " bytes, the limit (read_limits::unpacked_bytes)"});
    }
    if (size_ + more > to.size()) to.resize(size_ + std::max(more, size_ - begin_ + 4096));
  }

  void stored(std::string& to) {
    drop(count_ % 8);
    const unsigned length = take(16), inverse = take(16);
    if ((length ^ inverse) != 0xffff) fail("the length of a stored block contradicts itself");
    at_ -= count_ / 8;
    bits_ = 0;
    count_ = 0;
    if (packed_.size() - at_ < length) fail("it ends too early");
    grow(to, length);
    std::copy_n(packed_.data() + at_, length, to.data() + size_);
    at_ += length;
    size_ += length;
  }

  void fixed() {
    std::array<std::uint8_t, 288> lengths{};
    for (std::size_t s = 0; s < lengths.size(); ++s) {
      lengths[s] = static_cast<std::uint8_t>(s < 144 ? 8 : s < 256 ? 9 : s < 280 ? 7 : 8);
    }
    static_cast<void>(symbols_.build(lengths));
    std::fill_n(lengths.begin(), 32, std::uint8_t{5});
    static_cast<void>(distances_.build(std::span(lengths).first(32)));
  }

  void dynamic() {
    const unsigned symbols = take(5) + 257, distances = take(5) + 1, given = take(4) + 4;
    if (symbols > 286 || distances > 30) fail("a code of too many symbols");
    constexpr std::uint8_t order[] = {16, 17, 18, 0, 8, 7, 9, 6, 10, 5, 11, 4, 12, 3, 13, 2, 14, 1, 15};
    std::array<std::uint8_t, 320> lengths{};
    for (unsigned k = 0; k < given; ++k) lengths[order[k]] = static_cast<std::uint8_t>(take(3));
    const auto used = static_cast<std::size_t>(19 - std::count(lengths.begin(), lengths.begin() + 19, 0));
    if (!symbols_.build(std::span(lengths).first(19)) || used < 2) fail("the code of the lengths is no prefix code");
    lengths.fill(0);
    const unsigned all = symbols + distances;
    for (unsigned k = 0; k < all;) {
      const unsigned symbol = take(symbols_);
      if (symbol < 16) {
        lengths[k++] = static_cast<std::uint8_t>(symbol);
        continue;
      }
      if (symbol == 16 && k == 0) fail("a first length repeats one before it");
      const std::uint8_t repeated = symbol == 16 ? lengths[k - 1] : std::uint8_t{0};
      const unsigned times = symbol == 16 ? 3 + take(2) : symbol == 17 ? 3 + take(3) : 11 + take(7);
      if (times > all - k) fail("more lengths than symbols");
      std::fill_n(lengths.begin() + k, times, repeated);
      k += times;
    }
    if (lengths[256] == 0) fail("a block without a word for its end");
    if (!symbols_.build(std::span(lengths).first(symbols)) ||
        !distances_.build(std::span(lengths).subspan(symbols, distances))) {
      fail("no prefix code");
    }
  }

  void packed_block(std::string& to) {
    for (;;) {
      unsigned symbol = take(symbols_);
      if (symbol < 256) {
        if (size_ == to.size() || size_ >= most_) grow(to, 1);
        to[size_++] = static_cast<char>(static_cast<unsigned char>(symbol));
        continue;
      }
      if (symbol == 256) return;
      symbol -= 257;
      if (symbol > 28) fail("a length that is reserved");
      // RFC 1951, 3.2.5: lengths in fours of 0, 0, 1, 1, 2, ... further bits, distances in pairs; 258 has its own.
      unsigned length = 258;
      if (symbol < 28) {
        const unsigned more = symbol < 8 ? 0 : symbol / 4 - 1;
        length = symbol < 8 ? 3 + symbol : 3 + ((4 + symbol % 4) << more) + take(more);
      }
      const unsigned pair = take(distances_);
      if (pair > 29) fail("a distance that is reserved");
      const unsigned more = pair < 4 ? 0 : pair / 2 - 1;
      const std::size_t distance = pair < 4 ? 1 + pair : 1 + ((2 + pair % 2) << more) + take(more);
      if (distance > size_ - begin_) fail("a distance beyond the begin");
      grow(to, length);
      char* const at = to.data() + size_;
      const char* const from = at - distance;
      if (distance >= length) std::copy_n(from, length, at);
      else
        for (unsigned k = 0; k < length; ++k) at[k] = from[k];  // a repetition, which reads what it wrote
      size_ += length;
    }
  }

  std::string_view packed_, name_;
  std::size_t at_ = 0;
  std::uint64_t bits_ = 0;  ///< fetched and not used, the next one lowest
  unsigned count_ = 0;      ///< of them
  std::size_t begin_ = 0, size_ = 0;
  std::uint64_t most_ = 0;
  prefix_code symbols_, distances_;
};

}  // namespace blockopt::detail
