// SPDX-License-Identifier: MIT
// Part of blockopt: numbers as people read them.
#pragma once

#include <cstddef>
#include <cstdint>
#include <string>
#include <string_view>

namespace blockopt::program {

/// 1234567 -> "1,234,567".
[[nodiscard]] std::string with_commas(std::uint64_t n);
/// A fixed number of decimals; "-" for NaN.
[[nodiscard]] std::string fixed(double value, int decimals);
/// So many significant digits, trailing zeros left out; "-" for NaN.
[[nodiscard]] std::string significant(double value, int digits);
/// The shortest decimal that reads back as the same double; empty for NaN. For files.
[[nodiscard]] std::string exact(double value);
/// 16 hexadecimal digits.
[[nodiscard]] std::string hex_digits(std::uint64_t n);
/// Seconds as "1:05" or "1:00:05".
[[nodiscard]] std::string duration(double seconds);
/// Bytes in the unit that `unit_for` names ("kB", "MB", "GB": powers of 1000).
[[nodiscard]] std::string in_unit(double bytes, std::string_view unit);
/// The unit in which the largest of some sizes reads well.
[[nodiscard]] std::string_view unit_for(double largest_bytes);
/// How many bytes one unit is.
[[nodiscard]] double bytes_of(std::string_view unit);
/// `text` padded with spaces on the left or the right to `width` columns.
[[nodiscard]] std::string right(std::string_view text, std::size_t width);
[[nodiscard]] std::string left(std::string_view text, std::size_t width);

}  // namespace blockopt::program
