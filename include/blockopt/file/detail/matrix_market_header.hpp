// SPDX-License-Identifier: MIT
// Part of blockopt: the first lines of a Matrix Market file.
#pragma once

#include <array>
#include <cstddef>
#include <cstdint>
#include <string>
#include <string_view>

#include <blockopt/file/detail/text_numbers.hpp>
#include <blockopt/file/read_limits.hpp>
#include <blockopt/file/sparse_matrix.hpp>

namespace blockopt::detail {

enum class market_field { real, integer, pattern };
enum class market_symmetry { general, symmetric, skew };

/// What the first line and the line of sizes say.
struct market_header {
  bool coordinate = true;
  market_field field = market_field::real;
  market_symmetry symmetry = market_symmetry::general;
  std::uint64_t rows = 0, columns = 0, count = 0;  ///< count: of the lines that follow
};

/// To the next line that says something, and to its first word; false at the end.
[[nodiscard]] inline bool next_market_line(text_numbers& in) {
  for (; !in.at_end(); in.skip_line()) {
    in.skip_blanks();
    if (!in.at_line_end() && !in.at('%')) return true;
  }
  return false;
}

/// Nothing may be left of the line.
inline void end_market_line(text_numbers& in, std::string_view what) {
  in.skip_blanks();
  if (!in.at_line_end()) in.fail({"a line has ", what, " and nothing else, not ", in.shown(in.token())});
  in.skip_line();
}

/// With the blanks before it; a border must follow.
[[nodiscard]] inline std::uint64_t market_natural(text_numbers& in, std::string_view what, std::uint64_t most) {
  in.skip_blanks();
  const char* const begin = in.place();
  const std::uint64_t value = in.natural(what, most);
  if (!in.at_border()) in.fail_at(begin, {what, " is not an integer from 0 on: ", in.shown(in.token_from(begin))});
  return value;
}

/// Sets what the five words of the first line say, in whatever letters.
inline void read_market_words(text_numbers& in, market_header& h) {
  std::array<const char*, 5> places{};
  std::array<std::string, 5> words;
  for (std::size_t k = 0; k < words.size(); ++k) {
    places[k] = in.place();
    words[k] = in.take_token();
    for (char& c : words[k]) c = c >= 'A' && c <= 'Z' ? static_cast<char>(c - 'A' + 'a') : c;
    in.skip_blanks();
  }
  if (words[0] != "%%matrixmarket") in.fail_at(places[0], {"the first line does not begin with %%MatrixMarket"});
  const auto need = [&](std::size_t k, std::string_view known) {
    if (words[k].empty()) in.fail_at(places[k], {"the first line ends where ", known, " should stand"});
    in.fail_at(places[k], {in.shown(words[k]), " cannot be read here, only ", known});
  };
  if (words[1] != "matrix") need(1, "matrix");
  if (words[2] != "coordinate" && words[2] != "array") need(2, "coordinate or array");
  h.coordinate = words[2] == "coordinate";
  if (words[3] == "integer" || words[3] == "unsigned-integer") h.field = market_field::integer;
  else if (words[3] == "pattern" && h.coordinate) h.field = market_field::pattern;
  else if (words[3] != "real" && words[3] != "double") {
    need(3, h.coordinate ? "real, integer or pattern" : "real or integer in an array");
  }
  const bool pattern = h.field == market_field::pattern;
  if (words[4] == "symmetric") h.symmetry = market_symmetry::symmetric;
  else if (words[4] == "skew-symmetric" && !pattern) h.symmetry = market_symmetry::skew;
  else if (words[4] != "general") {
    need(4, pattern ? "general or symmetric in a pattern" : "general, symmetric or skew-symmetric");
  }
  end_market_line(in, "five words");
}

/// Leaves `in` behind the line of sizes. Raises file_error for what is not read here, and for sizes beyond the limits.
[[nodiscard]] inline market_header read_market_header(text_numbers& in, const read_limits& limits) {
  market_header h;
  read_market_words(in, h);
  if (!next_market_line(in)) in.fail({"it ends before the line of sizes"});
  const char* const begin = in.place();
  constexpr std::uint64_t most = sparse_matrix::most_rows - 1;
  h.rows = market_natural(in, "the number of rows", most);
  h.columns = market_natural(in, "the number of columns", most);
  if (h.columns > limits.columns) {
    in.fail_at(begin, {h.columns, " columns; the limit is ", limits.columns, " (read_limits::columns)"});
  }
  if (h.symmetry != market_symmetry::general && h.rows != h.columns) {
    in.fail_at(begin, {h.rows, " x ", h.columns, ", but a symmetric matrix is square"});
  }
  if (h.coordinate) h.count = market_natural(in, "the number of entries", text_numbers::most_natural);
  else if (h.symmetry == market_symmetry::general) h.count = h.rows * h.columns;  // each is below 2^32
  else if (h.symmetry == market_symmetry::symmetric) h.count = h.rows * (h.rows + 1) / 2;
  else h.count = h.rows == 0 ? 0 : h.rows * (h.rows - 1) / 2;
  end_market_line(in, h.coordinate ? "rows, columns and entries" : "rows and columns");
  return h;
}

}  // namespace blockopt::detail
