// SPDX-License-Identifier: MIT
// Part of blockopt's tests: parse_matrix_market on any bytes.
#include <cmath>
#include <string>
#include <vector>

#include <blockopt/file/read_matrix_market.hpp>

#include "fuzz_support.hpp"

namespace bo = blockopt;

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  const std::string_view text(reinterpret_cast<const char*>(data), size);
  const auto parse = [](std::string_view t) {
    return fuzz::accepted([&] { return bo::parse_matrix_market(t, "f", fuzz::limits); });
  };
  const auto read = parse(text);
  if (!read) return 0;
  bo::check_sparse_matrix(*read);
  for (const double v : read->value) fuzz::require(std::isfinite(v), "values are finite");
  if (const auto dos = fuzz::as_dos(text)) fuzz::require(parse(*dos) == read, "ends of lines say nothing");

  std::string words(text.substr(0, text.find('\n')));
  for (char& c : words) c = c >= 'A' && c <= 'Z' ? static_cast<char>(c - 'A' + 'a') : c;
  fuzz::require(words.find("complex") == words.npos && words.find("hermitian") == words.npos, "no complex numbers");
  if (words.find("array") != words.npos) fuzz::require(read->is_full(), "an array has every element");
  const bool skew = words.find("skew") != words.npos;
  if (words.find("symmetric") != words.npos) {
    std::vector<bo::triplet> mirrored;
    for (std::uint32_t j = 0; j < read->columns; ++j) {
      for (std::size_t e = read->first[j]; e < read->first[j + 1]; ++e) {
        mirrored.push_back({j, read->row[e], skew ? -read->value[e] : read->value[e]});
      }
    }
    fuzz::require(bo::from_triplets(read->columns, read->rows, mirrored) == *read, "a symmetric matrix is its mirror");
  }
  return 0;
}
