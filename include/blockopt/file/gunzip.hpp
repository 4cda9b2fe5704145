// SPDX-License-Identifier: MIT
// Part of blockopt: unpacks what gzip has packed (RFC 1952).
#pragma once

#include <array>
#include <cstddef>
#include <cstdint>
#include <string>
#include <string_view>

#include <blockopt/error.hpp>
#include <blockopt/file/detail/inflate.hpp>
#include <blockopt/file/read_limits.hpp>

namespace blockopt {

namespace detail {

/// CRC-32 as gzip has it (RFC 1952, 8).
[[nodiscard]] inline std::uint32_t crc32(std::string_view bytes) {
  static constexpr auto table = [] {
    std::array<std::uint32_t, 256> t{};
    for (std::uint32_t n = 0; n < 256; ++n) {
      t[n] = n;
      for (int bit = 0; bit < 8; ++bit) t[n] = (t[n] & 1) != 0 ? 0xedb88320U ^ (t[n] >> 1) : t[n] >> 1;
    }
    return t;
  }();
  std::uint32_t sum = 0xffffffffU;
  for (const char c : bytes) sum = table[(sum ^ static_cast<unsigned char>(c)) & 0xff] ^ (sum >> 8);
  return ~sum;
}

}  // namespace detail

/// Whether the bytes begin as a file of gzip does.
[[nodiscard]] inline bool is_gzip(std::string_view bytes) { return bytes.starts_with("\x1f\x8b"); }

/// All members of a file of gzip, one after the other, with their sums checked. Raises file_error that names the file
/// for anything that is not the format to the last byte, and when more than `limits.unpacked_bytes` would come.
[[nodiscard]] inline std::string gunzip(std::string_view bytes, const std::string& name,
                                        const read_limits& limits = {}) {
  std::size_t at = 0;
  const auto fail = [&](std::string_view what) {
    raise<file_error>({"'", name, "', packed by gzip: ", what, ", at byte ", at});
  };
  const auto number = [&](unsigned count) {
    if (bytes.size() - at < count) fail("it ends too early");
    std::uint32_t value = 0;
    for (unsigned k = 0; k < count; ++k) value |= std::uint32_t{static_cast<unsigned char>(bytes[at + k])} << (8 * k);
    at += count;
    return value;
  };
  std::string text;
  do {
    const std::size_t begin = at;
    if (!is_gzip(bytes.substr(at))) fail(at == 0 ? "it does not begin with 1f 8b" : "something follows its end");
    at += 2;
    if (number(1) != 8) fail("packed by a method other than deflate");
    const std::uint32_t flags = number(1);
    if ((flags & 0xe0) != 0) fail("flags that are reserved");
    static_cast<void>(number(4));  // when
    static_cast<void>(number(2));  // how, and where
    if ((flags & 4) != 0) {
      const std::uint32_t extra = number(2);
      if (bytes.size() - at < extra) fail("it ends too early");
      at += extra;
    }
    for (const std::uint32_t flag : {8U, 16U}) {  // the name, a comment: each up to a zero
      while ((flags & flag) != 0 && number(1) != 0) continue;
    }
    if ((flags & 2) != 0) {
      const std::uint32_t sum = detail::crc32(bytes.substr(begin, at - begin)) & 0xffff;
      if (number(2) != sum) fail("its header is damaged");
    }
    const std::size_t size = text.size();
    detail::inflater stream(bytes.substr(at), name);
    stream.read(text, limits.unpacked_bytes);
    at += stream.used();
    const std::uint32_t sum = number(4), length = number(4);
    const std::string_view member = std::string_view(text).substr(size);
    if (length != static_cast<std::uint32_t>(member.size() & 0xffffffffU)) fail("it unpacks to another length");
    if (sum != detail::crc32(member)) fail("it unpacks to other data: the sums differ");
  } while (at != bytes.size());
  return text;
}

}  // namespace blockopt
