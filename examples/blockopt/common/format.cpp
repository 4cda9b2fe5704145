// SPDX-License-Identifier: MIT
// Part of blockopt: numbers as people read them.

#include "common/format.hpp"

#include <charconv>
#include <cmath>
#include <cstdio>

namespace blockopt::program {

std::string with_commas(std::uint64_t n) {
  std::string digits = std::to_string(n);
  for (std::size_t at = digits.size(); at > 3;) {
    at -= 3;
    digits.insert(at, 1, ',');
  }
  return digits;
}

std::string fixed(double value, int decimals) {
  if (std::isnan(value)) return "-";
  char buffer[64];
  std::snprintf(buffer, sizeof buffer, "%.*f", decimals, value);
  return buffer;
}

std::string significant(double value, int digits) {
  if (std::isnan(value)) return "-";
  char buffer[64];
  std::snprintf(buffer, sizeof buffer, "%.*g", digits, value);
  return buffer;
}

std::string exact(double value) {
  if (std::isnan(value)) return {};
  char buffer[32];
  const auto end = std::to_chars(buffer, buffer + sizeof buffer, value).ptr;
  return {buffer, end};
}

std::string hex_digits(std::uint64_t n) {
  std::string digits(16, '0');
  for (std::size_t i = 16; i-- > 0; n >>= 4) digits[i] = "0123456789abcdef"[n & 15];
  return digits;
}

std::string duration(double seconds) {
  const auto s = static_cast<std::uint64_t>(seconds < 0 ? 0 : seconds + 0.5);
  char buffer[32];
  if (s >= 3600) {
    std::snprintf(buffer, sizeof buffer, "%llu:%02u:%02u", static_cast<unsigned long long>(s / 3600),
                  static_cast<unsigned>(s / 60 % 60), static_cast<unsigned>(s % 60));
  } else {
    std::snprintf(buffer, sizeof buffer, "%u:%02u", static_cast<unsigned>(s / 60), static_cast<unsigned>(s % 60));
  }
  return buffer;
}

std::string_view unit_for(double largest_bytes) {
  if (largest_bytes >= 5e9) return "GB";
  return largest_bytes >= 5e6 ? "MB" : "kB";
}

double bytes_of(std::string_view unit) { return unit == "GB" ? 1e9 : unit == "MB" ? 1e6 : 1e3; }

std::string in_unit(double bytes, std::string_view unit) { return fixed(bytes / bytes_of(unit), 2); }

std::string right(std::string_view text, std::size_t width) {
  return std::string(text.size() < width ? width - text.size() : 0, ' ') + std::string(text);
}

std::string left(std::string_view text, std::size_t width) {
  return std::string(text) + std::string(text.size() < width ? width - text.size() : 0, ' ');
}

}  // namespace blockopt::program
