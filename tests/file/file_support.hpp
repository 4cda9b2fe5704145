// SPDX-License-Identifier: MIT
// Part of blockopt's tests: a folder for files, safetensors files made byte by byte, and errors with a culprit.
#pragma once

#include <string>
#include <string_view>

#include <doctest/doctest.h>

#include <blockopt/error.hpp>

#include "support/files.hpp"

namespace file_test {

using blockopt_tests::read_file;
using blockopt_tests::temporary_folder;
using blockopt_tests::write_file;

/// The bytes of a safetensors file with this header, which may be wrong, and so much data: 0, 1, 2, ...
[[nodiscard]] inline std::string safetensors_bytes(const std::string& header, std::size_t data) {
  std::string bytes;
  for (unsigned i = 0; i < 8; ++i) bytes += static_cast<char>(static_cast<unsigned char>(header.size() >> (8 * i)));
  bytes += header;
  for (std::size_t i = 0; i < data; ++i) bytes += static_cast<char>(static_cast<unsigned char>(i));
  return bytes;
}

/// Checks that f raises Error with a message that has all of these words.
template <class Error, class F>
void check_raises(const F& f, std::initializer_list<std::string> culprits) {
  try {
    f();
    FAIL_CHECK("nothing was thrown for " << *culprits.begin());
  } catch (const Error& e) {
    const std::string message = e.what();
    CAPTURE(message);
    CHECK(message.find('\n') == std::string::npos);
    for (const std::string& culprit : culprits) {
      CAPTURE(culprit);
      CHECK(message.find(culprit) != std::string::npos);
    }
  }
}

}  // namespace file_test
