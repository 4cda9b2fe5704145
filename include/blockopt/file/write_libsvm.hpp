// SPDX-License-Identifier: MIT
// Part of blockopt: writes files of the libsvm (svmlight) format.
#pragma once

#include <charconv>
#include <cmath>
#include <concepts>
#include <cstddef>
#include <cstdint>
#include <filesystem>
#include <string>
#include <string_view>
#include <vector>

#include <blockopt/error.hpp>
#include <blockopt/file/detail/replacing_file.hpp>
#include <blockopt/file/detail/text_numbers.hpp>
#include <blockopt/file/labelled_data.hpp>
#include <blockopt/file/sparse_matrix.hpp>

namespace blockopt {

namespace detail {

/// Calls put(text) with pieces of a file.
template <class Put>
void format_libsvm(const labelled_data& data, const Put& put) {
  const sparse_matrix& m = data.features;
  std::string line;
  const auto append = [&](std::integral auto number) {
    char digits[24];
    line.append(digits, std::to_chars(digits, digits + sizeof digits, number).ptr);
  };
  const auto append_real = [&](double number) {
    char digits[32];  // as few as tell the number apart
    line.append(digits, std::to_chars(digits, digits + sizeof digits, number).ptr);
  };
  std::vector<std::size_t> first(m.rows + 1);  // by rows: columns ascend within each
  for (const std::uint32_t i : m.row) ++first[i + std::size_t{1}];
  for (std::size_t i = 0; i < m.rows; ++i) first[i + 1] += first[i];
  struct element {
    std::size_t column;
    double value;
  };
  std::vector<element> elements(m.entries());
  for (std::size_t j = 0; j < m.columns; ++j) {
    for (std::size_t e = m.first[j]; e < m.first[j + 1]; ++e) elements[first[m.row[e]]++] = {j, m.value[e]};
  }
  std::size_t e = 0;
  for (std::size_t i = 0; i < m.rows; ++i) {  // first[i] is by now where row i ends
    line.clear();
    append_real(data.label[i]);
    if (!data.query.empty()) {
      line += " qid:";
      append(data.query[i]);
    }
    for (; e < first[i]; ++e) {
      line += ' ';
      append(elements[e].column + 1);
      line += ':';
      append_real(elements[e].value);
    }
    line += '\n';
    put(std::string_view(line));
  }
}

/// What a file can hold, and read_libsvm reads.
inline void check_for_libsvm(const labelled_data& data) {
  check_sparse_matrix(data.features);
  const std::size_t rows = data.features.rows;
  if (data.label.size() != rows || (!data.query.empty() && data.query.size() != rows)) {
    raise<invalid_option>(
        {"write_libsvm: ", data.label.size(), " labels and ", data.query.size(), " queries for ", rows, " rows"});
  }
  if (rows == 0) raise<invalid_option>("write_libsvm: there are no rows");
  for (std::size_t i = 0; i < rows; ++i) {
    if (!std::isfinite(data.label[i])) raise<invalid_option>({"write_libsvm: the label of row ", i, " is not finite"});
  }
  for (const std::uint64_t q : data.query) {
    if (q > text_numbers::most_natural) {
      raise<invalid_option>({"write_libsvm: query ", q, "; at most ", text_numbers::most_natural});
    }
  }
  for (std::size_t e = 0; e < data.features.entries(); ++e) {
    if (std::isfinite(data.features.value[e])) continue;
    raise<invalid_option>({"write_libsvm: a value of row ", data.features.row[e], " is not finite"});
  }
}

}  // namespace detail

/// The text of a file that parse_libsvm reads back as the same data, bit by bit; only columns behind the last entry are
/// told by libsvm_options::columns alone. Throws invalid_option for data without rows or with numbers that are not
/// finite, or as check_sparse_matrix does.
[[nodiscard]] inline std::string format_libsvm(const labelled_data& data) {
  detail::check_for_libsvm(data);
  std::string text;
  detail::format_libsvm(data, [&](std::string_view piece) { text += piece; });
  return text;
}

/// The same to a file, which is replaced at once: see detail::replacing_file. Raises file_error too.
inline void write_libsvm(const std::filesystem::path& file, const labelled_data& data) {
  detail::check_for_libsvm(data);
  detail::replacing_file out(file);
  detail::format_libsvm(data, [&](std::string_view piece) { out.write(piece.data(), piece.size()); });
  out.commit();
}

}  // namespace blockopt
