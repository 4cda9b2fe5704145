// SPDX-License-Identifier: MIT
// Part of blockopt: numbers in a text, and the place of what is wrong with it.
#pragma once

#include <algorithm>
#include <charconv>
#include <cmath>
#include <cstddef>
#include <cstdint>
#include <initializer_list>
#include <string>
#include <string_view>
#include <system_error>
#include <utility>

#include <blockopt/error.hpp>

namespace blockopt::detail {

/// Walks through a text that lies in memory. Lines are counted only when there is an error to tell.
class text_numbers {
 public:
  /// `name`: of the file, for messages. The text must outlive this.
  text_numbers(std::string_view text, std::string name)
      : begin_(text.data()), end_(text.data() + text.size()), at_(begin_), name_(std::move(name)) {}

  [[nodiscard]] bool at_end() const { return at_ == end_; }
  /// At the end of a line or of the text. A line ends with a line feed, perhaps after a carriage return.
  [[nodiscard]] bool at_line_end() const {
    return at_ == end_ || *at_ == '\n' || (*at_ == '\r' && (at_ + 1 == end_ || at_[1] == '\n'));
  }
  [[nodiscard]] bool at(char c) const { return at_ != end_ && *at_ == c; }
  /// At what ends a token.
  [[nodiscard]] bool at_border() const { return at(' ') || at('\t') || at_line_end(); }
  [[nodiscard]] std::size_t bytes_left() const { return static_cast<std::size_t>(end_ - at_); }

  [[nodiscard]] bool skip_if(char c) {
    if (!at(c)) return false;
    ++at_;
    return true;
  }
  void skip_blanks() {
    while (at(' ') || at('\t')) ++at_;
  }
  void skip_line() {
    at_ = std::find(at_, end_, '\n');
    if (at_ != end_) ++at_;
  }

  /// From here to what ends it.
  [[nodiscard]] std::string_view token() {
    const char* const from = at_;
    while (!at_border()) ++at_;
    const std::string_view t(from, static_cast<std::size_t>(at_ - from));
    at_ = from;
    return t;
  }
  [[nodiscard]] std::string_view take_token() {
    const std::string_view t = token();
    at_ += t.size();
    return t;
  }
  /// The whole of a token that begins at a place that was passed.
  [[nodiscard]] std::string_view token_from(const char* begin) {
    const std::string_view rest = token();
    return {begin, static_cast<std::size_t>(rest.data() + rest.size() - begin)};
  }

  /// A finite decimal number, in any notation, perhaps with a plus sign: the nearest double. A border must follow it,
  /// or the character `or_before`.
  [[nodiscard]] double real(std::string_view what, char or_before = ' ') {
    const char* const from = at_;
    if (end_ - at_ > 1 && *at_ == '+' && at_[1] != '-' && at_[1] != '+') ++at_;
    double value = 0;
    const auto [after, error] = std::from_chars(at_, end_, value);
    at_ = after;
    const bool whole = error != std::errc::invalid_argument && (at_border() || at(or_before));
    if (whole && error == std::errc{} && std::isfinite(value)) return value;
    at_ = from;
    if (!whole) fail({what, " is not a number: ", shown(token())});
    fail({what,
          error == std::errc{} ? " is not finite: " : " is outside the range of double precision: ", shown(token())});
  }

  /// So large that a digit more is no overflow.
  static constexpr std::uint64_t most_natural = 1'000'000'000'000'000'000;

  /// An integer of digits alone, at most `most`, which is most_natural or less. What follows it is not looked at.
  [[nodiscard]] std::uint64_t natural(std::string_view what, std::uint64_t most) {
    const char* const from = at_;
    std::uint64_t value = 0;
    for (; at_ != end_ && *at_ >= '0' && *at_ <= '9'; ++at_) {
      value = 10 * value + static_cast<std::uint64_t>(*at_ - '0');
      if (value <= most) continue;
      at_ = from;
      fail({what, " is above ", most, ": ", shown(token())});
    }
    if (at_ == from) fail({what, " is not an integer from 0 on: ", shown(token())});
    return value;
  }

  /// Raises file_error: the name, line and column from 1, a column for each byte, and the words.
  [[noreturn]] BLOCKOPT_COLD void fail(std::initializer_list<word> words) const { fail_at(at_, words); }
  /// The same for a place that was passed, which place() gave.
  [[nodiscard]] const char* place() const { return at_; }
  [[noreturn]] BLOCKOPT_COLD void fail_at(const char* place, std::initializer_list<word> words) const {
    const auto line = 1 + std::count(begin_, place, '\n');
    const char* first = place;
    while (first != begin_ && first[-1] != '\n') --first;
    raise<file_error>({"'", name_, "', line ", line, ", column ", 1 + (place - first), ": ", joined(words)});
  }

  /// In quotes, without what would break the line or hide in it.
  [[nodiscard]] BLOCKOPT_COLD static std::string shown(std::string_view token) {
    constexpr std::size_t most = 40;
    std::string text = "'";
    for (const char c : token.substr(0, most)) {
      if (c >= ' ' && c < 127) {
        text += c;
        continue;
      }
      constexpr char hex[] = "0123456789abcdef";
      ((text += "\\x") += hex[static_cast<unsigned char>(c) >> 4]) += hex[static_cast<unsigned char>(c) & 15];
    }
    return text += token.size() > most ? "...'" : "'";
  }

 private:
  const char *begin_, *end_, *at_;
  std::string name_;
};

}  // namespace blockopt::detail
