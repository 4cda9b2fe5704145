// SPDX-License-Identifier: MIT
// Part of blockopt: a number that is the whole of a text.
#pragma once

#include <charconv>
#include <string_view>
#include <system_error>

namespace blockopt::program {

/// False, and `value` is what it was, when the text is not a number of that type from its first to its last character.
template <class Number>
[[nodiscard]] bool read_number(std::string_view text, Number& value) {
  Number read{};
  const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), read);
  if (error != std::errc{} || end != text.data() + text.size()) return false;
  value = read;
  return true;
}

}  // namespace blockopt::program
