// SPDX-License-Identifier: MIT
// Part of blockopt's tests: sparse matrices from entries and from rows, beside a dense sum.
#include <algorithm>
#include <cmath>
#include <limits>
#include <string>
#include <vector>

#include <doctest/doctest.h>

#include <blockopt/file/sparse_matrix.hpp>
#include <blockopt/select/random_stream.hpp>

#include "file_support.hpp"

namespace bo = blockopt;
using file_test::check_raises;

namespace {

/// By columns; zero where there is no entry.
[[nodiscard]] std::vector<double> dense(const bo::sparse_matrix& m) {
  std::vector<double> all(m.rows * m.columns);
  for (std::size_t j = 0; j < m.columns; ++j) {
    for (std::size_t e = m.first[j]; e < m.first[j + 1]; ++e) all[j * m.rows + m.row[e]] = m.value[e];
  }
  return all;
}

}  // namespace

TEST_CASE("from_triplets sorts and sums whatever comes") {
  bo::random_stream rng{1};
  for (const std::size_t rows : {1U, 2U, 7U, 50U}) {
    for (const std::size_t columns : {1U, 3U, 40U}) {
      for (const std::size_t count : {0U, 1U, 5U, 200U}) {
        std::vector<bo::triplet> entries;
        std::vector<double> expected(rows * columns);
        std::vector<bool> there(rows * columns);
        for (std::size_t k = 0; k < count; ++k) {
          const auto i = static_cast<std::uint32_t>(rng.below(rows)),
                     j = static_cast<std::uint32_t>(rng.below(columns));
          entries.push_back({i, j, rng.uniform() - 0.5});
          expected[j * rows + i] += entries.back().value;  // in the order given, as it must be
          there[j * rows + i] = true;
        }
        const bo::sparse_matrix m = bo::from_triplets(rows, columns, entries);
        bo::check_sparse_matrix(m);
        CHECK(m.rows == rows);
        CHECK(m.columns == columns);
        CHECK(m.entries() == static_cast<std::size_t>(std::count(there.begin(), there.end(), true)));
        CHECK(dense(m) == expected);
      }
    }
  }
}

TEST_CASE("from_rows is the same matrix as from_triplets") {
  bo::random_stream rng{2};
  for (const std::size_t rows : {0U, 1U, 5U, 60U}) {
    for (const std::size_t columns : {0U, 1U, 4U, 33U}) {
      std::vector<std::size_t> first{0};
      std::vector<std::uint32_t> column;
      std::vector<double> value;
      std::vector<bo::triplet> entries;
      for (std::uint32_t i = 0; i < rows; ++i) {
        for (std::uint32_t j = 0; j < columns; ++j) {
          if (rng.below(3) == 0) continue;
          column.push_back(j);
          value.push_back(rng.uniform());
          entries.push_back({i, j, value.back()});
        }
        first.push_back(column.size());
      }
      const bo::sparse_matrix m = bo::from_rows(columns, first, column, value);
      bo::check_sparse_matrix(m);
      CHECK(m == bo::from_triplets(rows, columns, entries));
    }
  }
}

TEST_CASE("a sparse matrix keeps zeros and knows when it is full") {
  const std::vector<bo::triplet> entries{{1, 0, 0.0}, {0, 0, -0.0}};
  const bo::sparse_matrix m = bo::from_triplets(2, 1, entries);
  CHECK(m.entries() == 2);
  CHECK(m.is_full());
  CHECK(std::signbit(m.value[0]));
  CHECK_FALSE(bo::from_triplets(2, 2, entries).is_full());
  CHECK_FALSE(bo::from_triplets(3, 1, entries).is_full());
  CHECK(bo::sparse_matrix{}.is_full());
  CHECK(bo::from_triplets(0, 5, {}).is_full());
  CHECK(bo::from_triplets(5, 0, {}).is_full());
  bo::check_sparse_matrix(bo::sparse_matrix{});
  bo::check_sparse_matrix(bo::from_triplets(0, 5, {}));
}

TEST_CASE("from_triplets refuses what lies outside") {
  const auto refused = [](std::size_t rows, std::size_t columns, bo::triplet t,
                          std::initializer_list<std::string> words) {
    check_raises<bo::invalid_option>([&] { static_cast<void>(bo::from_triplets(rows, columns, {&t, 1})); }, words);
  };
  refused(2, 3, {2, 0, 1}, {"an entry at row 2, column 0 of 2 x 3"});
  refused(2, 3, {0, 3, 1}, {"an entry at row 0, column 3 of 2 x 3"});
  refused(0, 0, {0, 0, 1}, {"of 0 x 0"});
  refused((std::size_t{1} << 32) + 1, 1, {0, 0, 1}, {"4294967297 x 1; at most 4294967296 rows"});
  refused(1, std::numeric_limits<std::size_t>::max(), {0, 0, 1}, {"columns that can be counted"});
  const bo::triplet last{0xffffffffU, 0, 1};
  CHECK(bo::from_triplets(std::size_t{1} << 32, 1, {&last, 1}).row == std::vector<std::uint32_t>{0xffffffffU});
}

TEST_CASE("from_rows refuses rows that are none") {
  using places = std::vector<std::size_t>;
  using numbers = std::vector<std::uint32_t>;
  const auto refused = [](std::size_t columns, const places& first, const numbers& column, std::size_t values,
                          std::initializer_list<std::string> words) {
    const std::vector<double> value(values);
    check_raises<bo::invalid_option>([&] { static_cast<void>(bo::from_rows(columns, first, column, value)); }, words);
  };
  refused(2, {}, {}, 0, {"begins of 0 - 1 rows"});
  refused(2, {1, 1}, {0}, 1, {"do not fit"});
  refused(2, {0, 2, 1}, {0}, 1, {"do not fit"});
  refused(2, {0, 2}, {0}, 1, {"begins of 2 - 1 rows, 1 columns and 1 values"});
  refused(2, {0, 1}, {0}, 2, {"1 columns and 2 values"});
  refused(std::numeric_limits<std::size_t>::max(), {0}, {}, 0, {"do not fit"});
  refused(2, {0, 1, 2}, {0, 2}, 2, {"column 2 in row 1; they must ascend, below 2"});
  refused(2, {0, 2}, {1, 1}, 2, {"column 1 in row 0; they must ascend"});
  refused(2, {0, 2}, {1, 0}, 2, {"column 0 in row 0; they must ascend"});
}

TEST_CASE("check_sparse_matrix names what is wrong") {
  const bo::sparse_matrix good{2, 2, {0, 1, 3}, {1, 0, 1}, {1, 2, 3}};
  bo::check_sparse_matrix(good);
  const auto refused = [&](const auto& damage, std::initializer_list<std::string> words) {
    bo::sparse_matrix m = good;
    damage(m);
    check_raises<bo::invalid_option>([&] { bo::check_sparse_matrix(m); }, words);
  };
  refused([](auto& m) { m.rows = (std::size_t{1} << 32) + 1; }, {"4294967297 rows"});
  refused([](auto& m) { m.first.pop_back(); }, {"first has 2 numbers for 2 columns"});
  refused([](auto& m) { m.first.clear(); }, {"first has 0 numbers"});
  refused([](auto& m) { m.first[0] = 1; }, {"from 0 on"});
  refused([](auto& m) { m.columns = std::numeric_limits<std::size_t>::max(); }, {"first has 3 numbers"});
  refused([](auto& m) { m.columns = std::numeric_limits<std::size_t>::max(), m.first.clear(); }, {"first has 0"});
  refused([](auto& m) { m.first[2] = 4; }, {"columns end at entry 4", "3 rows and 3 values"});
  refused([](auto& m) { m.value.pop_back(); }, {"3 rows and 2 values"});
  refused([](auto& m) { m.first[1] = 7; }, {"column 1 ends before it begins"});
  refused([](auto& m) { m.row[2] = 2; }, {"row 2 in column 1; there are 2"});
  refused([](auto& m) { m.row[2] = 0; }, {"row 0 after row 0 in column 1"});
  refused([](auto& m) { std::swap(m.row[1], m.row[2]); }, {"row 0 after row 1 in column 1"});
}
