// SPDX-License-Identifier: MIT
// Part of blockopt: the text that a run trains on.

#include "train/text.hpp"

#include <algorithm>
#include <cctype>
#include <cerrno>
#include <cstring>
#include <filesystem>
#include <fstream>
#include <utility>

#include "common/failure.hpp"

namespace blockopt::program {

namespace {

/// Eigen brings one file of C declarations of a megabyte (lapacke.h), a sixth of all: with it the text would be less
/// C++ and more list.
constexpr std::uintmax_t largest_header = 500'000;
constexpr std::size_t most_bytes = 8'000'000;

void append_file(std::vector<std::uint8_t>& bytes, const std::filesystem::path& file) {
  errno = 0;
  std::ifstream in(file, std::ios::binary);
  if (in && std::filesystem::is_directory(file)) errno = EISDIR;
  if (!in || errno == EISDIR) throw run_failure("cannot read '" + file.string() + "': " + std::strerror(errno));
  std::vector<char> piece(std::size_t{1} << 16);
  while (in.read(piece.data(), static_cast<std::streamsize>(piece.size())), in.gcount() > 0) {
    bytes.insert(bytes.end(), piece.begin(), piece.begin() + in.gcount());
  }
  if (in.bad()) throw run_failure("cannot read '" + file.string() + "'");
}

text eigen_headers() {
  namespace fs = std::filesystem;
  const fs::path folder = fs::path(BLOCKOPT_EIGEN_FOLDER) / "Eigen";
  std::vector<std::pair<std::string, fs::path>> files;
  std::error_code error;
  for (fs::recursive_directory_iterator at(folder, error), end; !error && at != end; at.increment(error)) {
    if (!at->is_regular_file() || at->file_size() > largest_header) continue;
    std::string key = at->path().filename().string() + "/" + fs::relative(at->path(), folder).string();
    std::ranges::transform(key, key.begin(), [](unsigned char c) { return static_cast<char>(std::tolower(c)); });
    files.emplace_back(std::move(key), at->path());
  }
  if (files.empty()) {
    throw run_failure("the headers of Eigen are no longer in '" + folder.string() + "'; name a text with --text FILE");
  }
  std::ranges::sort(files);
  text result{"C++ headers of Eigen", {}};
  for (const auto& [key, file] : files) {
    append_file(result.bytes, file);
    if (result.bytes.size() >= most_bytes) break;
  }
  result.bytes.resize(std::min(result.bytes.size(), most_bytes));
  return result;
}

}  // namespace

std::string text::hash() const {
  std::uint64_t h = 0xcbf29ce484222325ULL;
  for (const std::uint8_t byte : bytes) h = (h ^ byte) * 0x100000001b3ULL;
  std::string digits(16, '0');
  for (std::size_t i = 16; i-- > 0; h >>= 4) digits[i] = "0123456789abcdef"[h & 15];
  return digits;
}

text load_text(const std::string& file) {
  if (file.empty()) return eigen_headers();
  text result{file, {}};
  append_file(result.bytes, file);
  return result;
}

}  // namespace blockopt::program
