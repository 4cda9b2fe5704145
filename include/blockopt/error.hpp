// SPDX-License-Identifier: MIT
// Part of blockopt: the errors that the library throws, each with a sentence that names the culprit.
#pragma once

#include <bit>
#include <charconv>
#include <concepts>
#include <cstddef>
#include <cstdint>
#include <initializer_list>
#include <stdexcept>
#include <string>
#include <string_view>

#include <blockopt/config.hpp>

#ifndef BLOCKOPT_EXCEPTIONS
#include <cstdio>
#include <cstdlib>
#ifdef BLOCKOPT_ON_ERROR
void BLOCKOPT_ON_ERROR(const char* sentence);  // the user's own, see raise
#endif
#endif

namespace blockopt {

/// Base of every exception of the library.
struct error : std::runtime_error {
  using std::runtime_error::runtime_error;
};

/// A view that cannot be: null data, sizes that do not match, extents that overflow.
struct invalid_view : error {
  using error::error;
};

/// A partition that cannot be: a name in two blocks, aliased parameters, an empty block, a pattern without a match.
struct invalid_partition : error {
  using error::error;
};

/// An option or a hyper-parameter out of its range.
struct invalid_option : error {
  using error::error;
};

/// A call in the wrong state: a gradient that is missing, a parameter consumed twice, a parameter that is not active.
struct invalid_call : error {
  using error::error;
};

/// A file that cannot be read or written, or whose content is not what it must be.
struct file_error : error {
  using error::error;
};

/// A call of a device's runtime library that failed, or no device. What the call was to change may be changed or not.
struct device_error : error {
  using error::error;
};

/// A gradient with a NaN or an infinity, under `non_finite::throws`. Nothing was changed by the call.
struct non_finite_gradient : error {
  using error::error;
};

namespace detail {

/// A piece of a sentence: text, or a number in as few digits as tell it apart. Points to the text, and is small: sentences are
/// made where errors are found, in functions that had better stay small.
class word {
 public:
  constexpr word(const char* text) noexcept : word(std::string_view(text)) {}
  constexpr word(std::string_view text) noexcept : text_(text.data()), size_(text.size()) {}
  constexpr word(const std::string& text) noexcept : word(std::string_view(text)) {}
  template <std::integral Number>
  constexpr word(Number number) noexcept
      : number_(static_cast<std::uint64_t>(number)), size_(std::signed_integral<Number> ? with_sign : whole) {}
  constexpr word(double number) noexcept : number_(std::bit_cast<std::uint64_t>(number)), size_(real) {}

  void append_to(std::string& sentence) const {
    if (size_ == real) {
      char digits[32];  // as few digits as tell the number apart
      const auto end = std::to_chars(digits, digits + sizeof digits, std::bit_cast<double>(number_)).ptr;
      sentence.append(digits, end);
    } else if (size_ == whole) sentence += std::to_string(number_);
    else if (size_ == with_sign) sentence += std::to_string(static_cast<std::int64_t>(number_));
    else sentence.append(text_, size_);
  }

 private:
  static constexpr std::size_t real = static_cast<std::size_t>(-1), whole = real - 1, with_sign = real - 2;

  union {
    const char* text_;
    std::uint64_t number_;
  };
  std::size_t size_;  ///< of the text, or what the number is
};

/// The words one after the other.
[[nodiscard]] BLOCKOPT_COLD inline std::string joined(std::initializer_list<word> words, std::string text = {}) {
  for (const word& w : words) w.append_to(text);
  return text;
}

}  // namespace detail

/// The one place where the library throws: `raise<invalid_option>({"block is ", n, "; at most ", m})`. Sentences are put
/// together here and not by each caller, which would cost a seventh of the library's code.
///
/// Compiled with -fno-exceptions the sentence goes to stderr and the program is aborted. Where BLOCKOPT_ON_ERROR names a
/// function of the global namespace, `void f(const char* sentence)`, that function is called instead (the library
/// declares it, you define it once); if it returns, the program is aborted. All translation units of a program that
/// include the library should be compiled with the same choice.
template <class Error>
[[noreturn]] BLOCKOPT_COLD void raise(std::initializer_list<detail::word> words) {
  const std::string text = detail::joined(words, "blockopt: ");
#ifdef BLOCKOPT_EXCEPTIONS
  throw Error(text);
#else
#ifdef BLOCKOPT_ON_ERROR
  BLOCKOPT_ON_ERROR(text.c_str());
#else
  std::fputs((text + '\n').c_str(), stderr);
#endif
  std::abort();
#endif
}

template <class Error>
[[noreturn]] void raise(detail::word text) {
  raise<Error>(std::initializer_list<detail::word>{text});
}

}  // namespace blockopt
