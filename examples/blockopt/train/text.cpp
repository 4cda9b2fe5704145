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

#include <blockopt/file/checksum.hpp>

#include "common/failure.hpp"
#include "common/format.hpp"

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
  text result{"C++ headers of Eigen", {}, 1};
  for (const auto& [key, file] : files) {
    append_file(result.bytes, file);
    if (result.bytes.size() >= most_bytes) break;
  }
  result.bytes.resize(std::min(result.bytes.size(), most_bytes));
  return result;
}

}  // namespace

std::string text::hash() const { return hex_digits(checksum::of(bytes.data(), bytes.size())); }

text load_text(const std::string& file) {
  if (file.empty()) return eigen_headers();
  text result{file, {}, 1};
  append_file(result.bytes, file);
  return result;
}

text load_tokens(const std::string& file, std::size_t bits, std::size_t vocabulary) {
  text result{file, {}, (bits != 0 ? bits : vocabulary <= 65536 ? 16 : 32) / 8};
  append_file(result.bytes, file);
  const std::string width = std::to_string(8 * result.token_bytes);
  if (result.bytes.size() % result.token_bytes != 0) {
    throw run_failure("'" + file + "' has " + std::to_string(result.bytes.size()) +
                      " bytes, which are no whole tokens of " + width + " bits (--token-bits)");
  }
  const token_span tokens = result.tokens();
  // Read as 16 bits, small ids of 32 bits are every second token, and the others are 0.
  bool halves_are_zero = bits == 0 && result.token_bytes == 2 && tokens.size() >= 32 && tokens.size() % 2 == 0;
  for (std::size_t i = 1; i < tokens.size() && halves_are_zero; i += 2) halves_are_zero = tokens[i] == 0;
  if (halves_are_zero) {
    throw run_failure("every second token of '" + file + "' is 0: are they 32-bit? say --token-bits 16 or 32");
  }
  for (std::size_t i = 0; i < tokens.size(); ++i) {
    if (tokens[i] < vocabulary) continue;
    throw run_failure("'" + file + "': token " + std::to_string(i) + " is " + std::to_string(tokens[i]) +
                      ", out of the vocabulary of " + std::to_string(vocabulary) + "; the tokens were read as " +
                      width + "-bit numbers (--token-bits)");
  }
  return result;
}

}  // namespace blockopt::program
