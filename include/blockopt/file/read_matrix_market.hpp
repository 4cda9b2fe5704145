// SPDX-License-Identifier: MIT
// Part of blockopt: reads files of the Matrix Market format.
#pragma once

#include <algorithm>
#include <cmath>
#include <cstddef>
#include <cstdint>
#include <filesystem>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include <blockopt/error.hpp>
#include <blockopt/file/detail/matrix_market_header.hpp>
#include <blockopt/file/detail/text_numbers.hpp>
#include <blockopt/file/detail/whole_file.hpp>
#include <blockopt/file/read_limits.hpp>
#include <blockopt/file/sparse_matrix.hpp>

namespace blockopt {

namespace detail {

/// Calls take() at each line of an entry. There must be so many as the header says, which may say anything.
template <class Take>
void each_market_entry(text_numbers& in, const market_header& h, const Take& take) {
  std::uint64_t k = 0;
  for (; next_market_line(in); ++k) {
    if (k == h.count) in.fail({"more entries than the ", h.count, " that its sizes ask for"});
    take();
  }
  if (k != h.count) in.fail({"it ends after ", k, " of the ", h.count, " entries that its sizes ask for"});
}

[[nodiscard]] inline double market_value(text_numbers& in, const market_header& h) {
  if (h.field == market_field::pattern) return 1.0;
  in.skip_blanks();
  const char* const begin = in.place();
  if (h.field == market_field::integer && in.token().find_first_not_of("+-0123456789") != std::string_view::npos) {
    in.fail({"a value is not an integer: ", in.shown(in.token())});
  }
  const double value = in.real("a value");
  if (h.field == market_field::integer && std::abs(value) >= 0x1p53) {
    in.fail_at(begin,
               {"an integer of 2^53 or beyond, where double precision has gaps: ", in.shown(in.token_from(begin))});
  }
  return value;
}

[[nodiscard]] inline sparse_matrix read_market_coordinates(text_numbers& in, const market_header& h,
                                                           const std::string& name) {
  const bool mirrored = h.symmetry != market_symmetry::general, skew = h.symmetry == market_symmetry::skew;
  std::vector<triplet> entries;
  const std::uint64_t shortest = 4;  // bytes: "1 1" and the end of the line
  entries.reserve(static_cast<std::size_t>(std::min<std::uint64_t>(h.count, in.bytes_left() / shortest + 1)) *
                  (mirrored ? 2 : 1));
  each_market_entry(in, h, [&] {
    const char* const begin = in.place();
    const std::uint64_t i = market_natural(in, "a row", h.rows), j = market_natural(in, "a column", h.columns);
    if (i == 0 || j == 0) in.fail_at(begin, {"row ", i, ", column ", j, ": they count from 1"});
    if (mirrored && i < j) {
      in.fail_at(begin, {"row ", i, ", column ", j, " is above the diagonal, which a symmetric matrix leaves out"});
    }
    if (skew && i == j) {
      in.fail_at(begin, {"row ", i, ", column ", j, " is on the diagonal, which a skew-symmetric matrix leaves out"});
    }
    const double value = market_value(in, h);
    end_market_line(in, h.field == market_field::pattern ? "row and column" : "row, column and value");
    entries.push_back({static_cast<std::uint32_t>(i - 1), static_cast<std::uint32_t>(j - 1), value});
    if (mirrored && i != j) {
      entries.push_back({static_cast<std::uint32_t>(j - 1), static_cast<std::uint32_t>(i - 1), skew ? -value : value});
    }
  });
  sparse_matrix m = from_triplets(static_cast<std::size_t>(h.rows), static_cast<std::size_t>(h.columns), entries);
  for (std::size_t e = 0; m.entries() != entries.size() && e < m.entries(); ++e) {
    if (std::isfinite(m.value[e])) continue;
    raise<file_error>({"'", name, "': entries of row ", m.row[e] + std::uint64_t{1},
                       " in one column add up to more than double precision has"});
  }
  return m;
}

[[nodiscard]] inline sparse_matrix read_market_array(text_numbers& in, const market_header& h) {
  std::vector<double> given;
  const std::uint64_t shortest = 2;  // bytes: "1" and the end of the line
  given.reserve(static_cast<std::size_t>(std::min<std::uint64_t>(h.count, in.bytes_left() / shortest + 1)));
  each_market_entry(in, h, [&] {
    given.push_back(market_value(in, h));
    end_market_line(in, "one value");
  });
  const auto rows = static_cast<std::size_t>(h.rows), columns = static_cast<std::size_t>(h.columns);
  sparse_matrix m{.rows = rows, .columns = columns, .first = std::vector<std::size_t>(columns + 1)};
  for (std::size_t j = 0; j < columns; ++j) m.first[j + 1] = m.first[j] + rows;
  m.row.resize(m.first.back());
  for (std::size_t e = 0; e < m.row.size(); ++e) m.row[e] = static_cast<std::uint32_t>(e % rows);
  if (h.symmetry == market_symmetry::general) {
    m.value = std::move(given);
    return m;
  }
  m.value.resize(m.row.size());
  const bool skew = h.symmetry == market_symmetry::skew;
  const double* value = given.data();
  for (std::size_t j = 0; j < columns; ++j) {
    for (std::size_t i = j + (skew ? 1 : 0); i < rows; ++i, ++value) {
      m.value[i * rows + j] = skew ? -*value : *value;
      m.value[j * rows + i] = *value;
    }
  }
  return m;
}

}  // namespace detail

/// A matrix as math.nist.gov/MatrixMarket/formats.html describes it: coordinate or array; real (or double), integer or
/// pattern (entries of 1); general, symmetric or skew-symmetric, both halves of which are returned. An array returns
/// all its elements as entries: `value` is the dense matrix, column by column. Entries of a coordinate matrix may be
/// zero, and several in one place, of which the format does not speak, are summed as scipy and Eigen do. One entry to a
/// line; lines of comment and empty ones may be anywhere after the first. Numbers are finite, and integers below 2^53.
/// Raises file_error that names the place and the reason; `name` is the name of the file there.
[[nodiscard]] inline sparse_matrix parse_matrix_market(std::string_view text, const std::string& name,
                                                       const read_limits& limits = {}) {
  detail::text_numbers in(text, name);
  const detail::market_header h = detail::read_market_header(in, limits);
  return h.coordinate ? detail::read_market_coordinates(in, h, name) : detail::read_market_array(in, h);
}

/// The same of a file, which gzip may have packed.
[[nodiscard]] inline sparse_matrix read_matrix_market(const std::filesystem::path& file,
                                                      const read_limits& limits = {}) {
  return parse_matrix_market(detail::whole_file(file, limits), file.string(), limits);
}

}  // namespace blockopt
