// SPDX-License-Identifier: MIT
// Part of blockopt: JSON as safetensors files and their indices have it, read once from begin to end.
#pragma once

#include <cstddef>
#include <cstdint>
#include <limits>
#include <set>
#include <string>
#include <string_view>
#include <utility>

#include <blockopt/error.hpp>
#include <blockopt/file/detail/utf8.hpp>

namespace blockopt::detail {

/// Reads one document (RFC 8259) strictly: UTF-8, no key twice in an object, nothing behind the end. Whoever reads asks
/// for what must come next; anything else raises file_error with the place.
class json_reader {
 public:
  /// `name`: what the text is, for messages. The text must outlive the reader.
  json_reader(std::string_view text, std::string name) : text_(text), name_(std::move(name)) {}

  /// Calls f(key) for each member; f reads its value.
  template <class F>
  void object(const F& f) {
    expect('{', "an object");
    std::set<std::string> keys;
    if (skip_if('}')) return;
    do {
      std::string key = string();
      if (!keys.insert(key).second) fail("the key '" + key + "' appears twice");
      expect(':', "a colon");
      f(std::as_const(key));
    } while (skip_if(','));
    expect('}', "a comma or the end of an object");
  }

  /// Calls f() for each element; f reads it.
  template <class F>
  void array(const F& f) {
    expect('[', "an array");
    if (skip_if(']')) return;
    do f();
    while (skip_if(','));
    expect(']', "a comma or the end of an array");
  }

  [[nodiscard]] std::string string() {
    expect('"', "a string");
    std::string result;
    while (true) {
      if (at_ == text_.size()) fail("a string does not end");
      const char c = text_[at_];
      if (static_cast<unsigned char>(c) < 0x20) fail("a control character in a string");
      if (c == '"') {
        ++at_;
        return result;
      }
      if (c == '\\') {
        escape(result);
        continue;
      }
      const std::size_t length = utf8_length(text_.substr(at_));
      if (length == 0) fail("a string is not UTF-8");
      result += text_.substr(at_, length);
      at_ += length;
    }
  }

  /// An integer from 0 to 2^64 - 1, written without sign, fraction or exponent.
  [[nodiscard]] std::uint64_t natural() {
    space();
    const std::size_t begin = at_;
    std::uint64_t value = 0;
    while (is_digit(peek())) {
      const auto digit = static_cast<std::uint64_t>(text_[at_++] - '0');
      if (value > (std::numeric_limits<std::uint64_t>::max() - digit) / 10) fail("a number is above 2^64 - 1");
      value = 10 * value + digit;
    }
    const bool zero_first = at_ - begin > 1 && text_[begin] == '0';
    if (at_ == begin || zero_first || peek() == '.' || peek() == 'e' || peek() == 'E') {
      at_ = begin;
      fail("not an integer from 0 on");
    }
    return value;
  }

  /// Any value.
  void skip(int depth = 0) {
    if (depth > 64) fail("more than 64 values within each other");
    space();
    switch (peek()) {
      case '{':
        return object([&](const std::string&) { skip(depth + 1); });
      case '[':
        return array([&] { skip(depth + 1); });
      case '"':
        return static_cast<void>(string());
      case 't':
        return word("true");
      case 'f':
        return word("false");
      case 'n':
        return word("null");
      default:
        return number();
    }
  }

  /// The next value is an object.
  [[nodiscard]] bool at_object() {
    space();
    return peek() == '{';
  }

  /// Only white space is left.
  void end() {
    space();
    if (at_ != text_.size()) fail("something follows the end");
  }

  [[noreturn]] void fail(const std::string& what) const { raise<file_error>({name_, ": ", what, ", at byte ", at_}); }

 private:
  [[nodiscard]] static bool is_digit(char c) { return c >= '0' && c <= '9'; }
  [[nodiscard]] char peek() const { return at_ < text_.size() ? text_[at_] : '\0'; }

  void space() {
    while (peek() == ' ' || peek() == '\t' || peek() == '\n' || peek() == '\r') ++at_;
  }
  [[nodiscard]] bool skip_if(char c) {
    space();
    if (peek() != c) return false;
    ++at_;
    return true;
  }
  void expect(char c, const char* what) {
    if (!skip_if(c)) fail(std::string("not ") + what);
  }
  void word(std::string_view w) {
    if (text_.substr(at_, w.size()) != w) fail("not a value");
    at_ += w.size();
  }
  void digits() {
    if (!is_digit(peek())) fail("not a value");
    while (is_digit(peek())) ++at_;
  }
  void number() {
    if (peek() == '-') ++at_;
    if (peek() == '0') ++at_;
    else digits();
    if (peek() == '.') {
      ++at_;
      digits();
    }
    if (peek() != 'e' && peek() != 'E') return;
    ++at_;
    if (peek() == '+' || peek() == '-') ++at_;
    digits();
  }

  [[nodiscard]] std::uint32_t four_hex_digits() {
    std::uint32_t value = 0;
    for (int i = 0; i < 4; ++i) {
      const char c = peek();
      const int digit = is_digit(c)            ? c - '0'
                        : c >= 'a' && c <= 'f' ? c - 'a' + 10
                        : c >= 'A' && c <= 'F' ? c - 'A' + 10
                                               : -1;
      if (digit < 0) fail("not four hexadecimal digits after \\u");
      value = 16 * value + static_cast<std::uint32_t>(digit);
      ++at_;
    }
    return value;
  }
  void escape(std::string& to) {
    ++at_;
    const char c = peek();
    ++at_;
    constexpr std::string_view names = "\"\\/bfnrt", meant = "\"\\/\b\f\n\r\t";
    if (const std::size_t i = names.find(c); c != '\0' && i != names.npos) {
      to += meant[i];
      return;
    }
    if (c != 'u') fail("an unknown escape in a string");
    std::uint32_t point = four_hex_digits();
    if (point >= 0xd800 && point < 0xdc00 && text_.substr(at_, 2) == "\\u") {
      at_ += 2;
      const std::uint32_t low = four_hex_digits();
      if (low < 0xdc00 || low >= 0xe000) fail("half a surrogate pair");
      point = 0x10000 + ((point - 0xd800) << 10) + (low - 0xdc00);
    } else if (point >= 0xd800 && point < 0xe000) {
      fail("half a surrogate pair");
    }
    append_utf8(to, point);
  }

  std::string_view text_;
  std::string name_;
  std::size_t at_ = 0;
};

/// A JSON string; `text` must be UTF-8.
[[nodiscard]] inline std::string json_quoted(std::string_view text) {
  std::string result = "\"";
  for (const char c : text) {
    if (c == '"' || c == '\\') {
      (result += '\\') += c;
    } else if (static_cast<unsigned char>(c) < 0x20) {
      constexpr char hex[] = "0123456789abcdef";
      result += "\\u00";
      result += hex[static_cast<unsigned char>(c) >> 4];
      result += hex[static_cast<unsigned char>(c) & 15];
    } else {
      result += c;
    }
  }
  return result += '"';
}

}  // namespace blockopt::detail
