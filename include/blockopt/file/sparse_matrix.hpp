// SPDX-License-Identifier: MIT
// Part of blockopt: a sparse matrix by columns, as files of data give it.
#pragma once

#include <algorithm>
#include <cstddef>
#include <cstdint>
#include <limits>
#include <span>
#include <utility>
#include <vector>

#include <blockopt/error.hpp>

namespace blockopt {

/// rows x columns in compressed columns: the entries of column j are row[e], value[e] for e in [first[j], first[j +
/// 1]). Rows ascend strictly within a column. Entries may be zero: what a file stores is kept.
struct sparse_matrix {
  std::size_t rows = 0, columns = 0;
  std::vector<std::size_t> first{0};  ///< columns + 1
  std::vector<std::uint32_t> row{};   ///< from 0
  std::vector<double> value{};        ///< one for each of `row`

  /// What `row` can number.
  static constexpr std::uint64_t most_rows = std::uint64_t{1} << 32;

  [[nodiscard]] std::size_t entries() const { return row.size(); }
  /// Every element is an entry: `value` is then the dense matrix, column by column.
  [[nodiscard]] bool is_full() const { return rows == 0 || (row.size() / rows == columns && row.size() % rows == 0); }

  friend bool operator==(const sparse_matrix&, const sparse_matrix&) = default;
};

/// Raises invalid_option that names the column unless all that the comments of sparse_matrix say holds. O(entries).
inline void check_sparse_matrix(const sparse_matrix& m) {
  if (m.rows > sparse_matrix::most_rows) {
    raise<invalid_option>({"sparse_matrix: ", m.rows, " rows; at most ", sparse_matrix::most_rows});
  }
  if (m.first.empty() || m.first.size() - 1 != m.columns || m.first.front() != 0) {
    raise<invalid_option>({"sparse_matrix: first has ", m.first.size(), " numbers for ", m.columns,
                           " columns; one for each and one more are needed, from 0 on"});
  }
  if (m.first.back() != m.row.size() || m.row.size() != m.value.size()) {
    raise<invalid_option>({"sparse_matrix: columns end at entry ", m.first.back(), ", but there are ", m.row.size(),
                           " rows and ", m.value.size(), " values of entries"});
  }
  for (std::size_t j = 0; j < m.columns; ++j) {  // ends first: only then is what lies between them safe to look at
    if (m.first[j] > m.first[j + 1]) raise<invalid_option>({"sparse_matrix: column ", j, " ends before it begins"});
  }
  for (std::size_t j = 0; j < m.columns; ++j) {
    for (std::size_t e = m.first[j]; e < m.first[j + 1]; ++e) {
      if (m.row[e] >= m.rows) {
        raise<invalid_option>({"sparse_matrix: row ", m.row[e], " in column ", j, "; there are ", m.rows});
      }
      if (e > m.first[j] && m.row[e - 1] >= m.row[e]) {
        raise<invalid_option>(
            {"sparse_matrix: row ", m.row[e], " after row ", m.row[e - 1], " in column ", j, "; rows must ascend"});
      }
    }
  }
}

/// One entry, counted from 0.
struct triplet {
  std::uint32_t row = 0, column = 0;
  double value = 0;
};

namespace detail {

/// first[j + 1] entries of column j become where the columns begin; put(next) then takes next[j]++ as the place of
/// each.
template <class Put>
void into_columns(std::vector<std::size_t>& first, const Put& put) {
  for (std::size_t j = 0; j + 1 < first.size(); ++j) first[j + 1] += first[j];
  put(first);
  for (std::size_t j = first.size(); j-- > 1;) first[j] = first[j - 1];  // each had moved on to where the next begins
  first[0] = 0;
}

}  // namespace detail

/// From entries in any order; what is in one place is summed, in the order given. O(entries + columns) where the rows
/// of a column are in order, and a sort of the columns where they are not. Throws invalid_option for an entry that is
/// outside, and for more than sparse_matrix::most_rows.
[[nodiscard]] inline sparse_matrix from_triplets(std::size_t rows, std::size_t columns,
                                                 std::span<const triplet> entries) {
  if (rows > sparse_matrix::most_rows || columns == std::numeric_limits<std::size_t>::max()) {
    raise<invalid_option>({"from_triplets: ", rows, " x ", columns, "; at most ", sparse_matrix::most_rows,
                           " rows, and columns that can be counted"});
  }
  sparse_matrix m{.rows = rows, .columns = columns, .first = std::vector<std::size_t>(columns + 1)};
  for (const triplet& t : entries) {
    if (t.row >= rows || t.column >= columns) {
      raise<invalid_option>(
          {"from_triplets: an entry at row ", t.row, ", column ", t.column, " of ", rows, " x ", columns});
    }
    ++m.first[t.column + std::size_t{1}];
  }
  m.row.resize(entries.size());
  m.value.resize(entries.size());
  detail::into_columns(m.first, [&](std::vector<std::size_t>& next) {
    for (const triplet& t : entries) {
      const std::size_t e = next[t.column]++;
      m.row[e] = t.row;
      m.value[e] = t.value;
    }
  });
  std::size_t kept = 0;  // entries so far, after sums: never more than were looked at
  std::vector<std::pair<std::uint32_t, double>> column;
  for (std::size_t j = 0; j < columns; ++j) {
    const std::size_t begin = std::exchange(m.first[j], kept);
    column.clear();
    for (std::size_t e = begin; e < m.first[j + 1]; ++e) column.emplace_back(m.row[e], m.value[e]);
    const auto by_row = [](const auto& a, const auto& b) { return a.first < b.first; };
    if (!std::is_sorted(column.begin(), column.end(), by_row)) {
      std::stable_sort(column.begin(), column.end(), by_row);
    }
    for (const auto& [i, value] : column) {
      if (kept != m.first[j] && m.row[kept - 1] == i) {
        m.value[kept - 1] += value;
        continue;
      }
      m.row[kept] = i;
      m.value[kept++] = value;
    }
  }
  m.first[columns] = kept;
  m.row.resize(kept);
  m.value.resize(kept);
  return m;
}

/// From a matrix by rows, row i being column[e], value[e] for e in [first[i], first[i + 1]), columns ascending
/// strictly. O(entries + rows + columns), without a sort. Throws invalid_option where that is not so.
[[nodiscard]] inline sparse_matrix from_rows(std::size_t columns, std::span<const std::size_t> first,
                                             std::span<const std::uint32_t> column, std::span<const double> value) {
  if (first.empty() || first.size() - 1 > sparse_matrix::most_rows || first.front() != 0 ||
      !std::is_sorted(first.begin(), first.end()) || first.back() != column.size() || column.size() != value.size() ||
      columns == std::numeric_limits<std::size_t>::max()) {
    raise<invalid_option>({"from_rows: begins of ", first.size(), " - 1 rows, ", column.size(), " columns and ",
                           value.size(), " values of entries do not fit each other"});
  }
  for (std::size_t i = 0; i + 1 < first.size(); ++i) {
    for (std::size_t e = first[i]; e < first[i + 1]; ++e) {
      if (column[e] < columns && (e == first[i] || column[e - 1] < column[e])) continue;
      raise<invalid_option>({"from_rows: column ", column[e], " in row ", i, "; they must ascend, below ", columns});
    }
  }
  sparse_matrix m{.rows = first.size() - 1, .columns = columns, .first = std::vector<std::size_t>(columns + 1)};
  m.row.resize(column.size());
  m.value.resize(column.size());
  for (const std::uint32_t j : column) ++m.first[j + std::size_t{1}];
  detail::into_columns(m.first, [&](std::vector<std::size_t>& next) {
    for (std::size_t i = 0; i < m.rows; ++i) {
      for (std::size_t e = first[i]; e < first[i + 1]; ++e) {
        const std::size_t to = next[column[e]]++;
        m.row[to] = static_cast<std::uint32_t>(i);
        m.value[to] = value[e];
      }
    }
  });
  return m;
}

}  // namespace blockopt
