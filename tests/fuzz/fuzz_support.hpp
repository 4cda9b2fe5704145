// SPDX-License-Identifier: MIT
// Part of blockopt's tests: what the fuzzers of the file readers have in common.
#pragma once

#include <cstddef>
#include <cstdint>
#include <cstdio>
#include <cstdlib>
#include <optional>
#include <string>
#include <string_view>

#include <blockopt/error.hpp>
#include <blockopt/file/read_limits.hpp>

namespace fuzz {

/// Small, so that memory and time go to what is read and not to what is claimed.
inline constexpr blockopt::read_limits limits{.columns = 1 << 12, .unpacked_bytes = 1 << 14};

/// A property that does not hold ends the program, and libFuzzer keeps the input.
inline void require(bool holds, const char* what) {
  if (holds) return;
  std::fprintf(stderr, "does not hold: %s\n", what);
  std::abort();
}

/// What f returns; nothing when it raises file_error, which must be one line that begins with the name "f".
template <class F>
[[nodiscard]] auto accepted(const F& f) -> std::optional<decltype(f())> {
  try {
    return f();
  } catch (const blockopt::file_error& e) {
    const std::string_view message = e.what();
    require(message.starts_with("blockopt: 'f'"), "an error names the file");
    require(message.size() < 400 && message.find('\n') == message.npos, "an error is one line");
    return std::nullopt;
  }
}

/// With another end of each line, where that cannot change what is said.
[[nodiscard]] inline std::optional<std::string> as_dos(std::string_view text) {
  if (text.find('\r') != text.npos) return std::nullopt;
  std::string result;
  for (const char c : text) result += c == '\n' ? std::string("\r\n") : std::string(1, c);
  return result;
}

}  // namespace fuzz
