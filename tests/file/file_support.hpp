// SPDX-License-Identifier: MIT
// Part of blockopt's tests: a folder for files, safetensors files made byte by byte, and errors with a culprit.
#pragma once

#include <cstdlib>
#include <filesystem>
#include <fstream>
#include <iterator>
#include <stdexcept>
#include <string>
#include <string_view>

#include <doctest/doctest.h>

#include <blockopt/error.hpp>

namespace file_test {

/// A new empty folder, removed at the end.
class temporary_folder {
 public:
  temporary_folder() {
    std::string name = (std::filesystem::temp_directory_path() / "blockopt-file-XXXXXX").string();
    if (mkdtemp(name.data()) == nullptr) throw std::runtime_error("no temporary folder " + name);
    path_ = name;
  }
  ~temporary_folder() {
    std::error_code ignored;
    std::filesystem::remove_all(path_, ignored);
  }
  temporary_folder(const temporary_folder&) = delete;
  temporary_folder& operator=(const temporary_folder&) = delete;
  [[nodiscard]] std::filesystem::path operator/(const std::string& name) const { return path_ / name; }
  [[nodiscard]] const std::filesystem::path& path() const { return path_; }

 private:
  std::filesystem::path path_;
};

[[nodiscard]] inline std::string read_bytes(const std::filesystem::path& file) {
  std::ifstream in(file, std::ios::binary);
  return {std::istreambuf_iterator<char>(in), {}};
}

inline void write_bytes(const std::filesystem::path& file, std::string_view content) {
  std::ofstream(file, std::ios::binary) << content;
}

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
