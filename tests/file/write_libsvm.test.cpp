// SPDX-License-Identifier: MIT
// Part of blockopt's tests: what is written in the libsvm format is read back bit by bit.
#include <bit>
#include <cmath>
#include <limits>
#include <string>
#include <vector>

#include <doctest/doctest.h>

#include <blockopt/file/read_libsvm.hpp>
#include <blockopt/file/write_libsvm.hpp>
#include <blockopt/select/random_stream.hpp>

#include "file_support.hpp"

namespace bo = blockopt;
using file_test::check_raises;

namespace {

/// Any finite number: all exponents alike, subnormal ones and zeros too.
[[nodiscard]] double any_number(bo::random_stream& rng) {
  for (;;) {
    const auto x = std::bit_cast<double>(rng.bits());
    if (std::isfinite(x)) return rng.below(20) == 0 ? std::copysign(0.0, x) : rng.below(10) == 0 ? x * 0x1p-1022 : x;
  }
}

[[nodiscard]] bo::labelled_data any_data(std::size_t rows, std::size_t columns, bool ranked, std::uint64_t seed) {
  bo::random_stream rng{seed};
  std::vector<bo::triplet> entries;
  bo::labelled_data d;
  for (std::uint32_t i = 0; i < rows; ++i) {
    d.label.push_back(any_number(rng));
    if (ranked) d.query.push_back(rng.below(std::uint64_t{1} << 59));
    for (std::uint32_t j = 0; j < columns; ++j) {
      if (rng.below(3) == 0) entries.push_back({i, j, any_number(rng)});
    }
  }
  d.features = bo::from_triplets(rows, columns, entries);
  return d;
}

void check_same(const bo::labelled_data& a, const bo::labelled_data& b) {
  REQUIRE(a == b);  // all but the sign of zeros
  for (std::size_t i = 0; i < a.rows(); ++i) CHECK(std::signbit(a.label[i]) == std::signbit(b.label[i]));
  for (std::size_t e = 0; e < a.features.entries(); ++e) {
    CHECK(std::signbit(a.features.value[e]) == std::signbit(b.features.value[e]));
  }
}

}  // namespace

TEST_CASE("what is written is read back bit by bit") {
  const file_test::temporary_folder folder;
  for (const std::size_t rows : {1U, 2U, 30U}) {
    for (const std::size_t columns : {0U, 1U, 25U}) {
      for (const bool ranked : {false, true}) {
        const bo::labelled_data d = any_data(rows, columns, ranked, rows + 100 * columns);
        check_same(bo::parse_libsvm(bo::format_libsvm(d), "f", {.columns = columns}), d);
        bo::write_libsvm(folder / "f", d);
        check_same(bo::read_libsvm(folder / "f", {.columns = columns}), d);
      }
    }
  }
}

TEST_CASE("the text that is written is the shortest") {
  bo::labelled_data d{
      {1, -0.1, 3e300}, bo::sparse_matrix{3, 3, {0, 1, 2, 4}, {2, 0, 0, 2}, {0.5, 1e-5, -0.0, 100}}, {}};
  CHECK(bo::format_libsvm(d) == "1 2:1e-05 3:-0\n-0.1\n3e+300 1:0.5 3:100\n");
  d.query = {1, 1, 2};
  CHECK(bo::format_libsvm(d) == "1 qid:1 2:1e-05 3:-0\n-0.1 qid:1\n3e+300 qid:2 1:0.5 3:100\n");
}

TEST_CASE("what a file cannot hold is not written") {
  const file_test::temporary_folder folder;
  const bo::labelled_data good{{1, 2}, bo::sparse_matrix{2, 1, {0, 2}, {0, 1}, {3, 4}}, {5, 6}};
  const auto refused = [&](const auto& damage, std::initializer_list<std::string> words) {
    bo::labelled_data d = good;
    damage(d);
    check_raises<bo::invalid_option>([&] { static_cast<void>(bo::format_libsvm(d)); }, words);
    check_raises<bo::invalid_option>([&] { bo::write_libsvm(folder / "f", d); }, words);
    CHECK_FALSE(std::filesystem::exists(folder / "f"));
  };
  constexpr double infinity = std::numeric_limits<double>::infinity();
  refused([](auto& d) { d = {}; }, {"there are no rows"});
  refused([](auto& d) { d.label.pop_back(); }, {"1 labels and 2 queries for 2 rows"});
  refused([](auto& d) { d.query.pop_back(); }, {"2 labels and 1 queries for 2 rows"});
  refused([](auto& d) { d.label[1] = std::nan(""); }, {"the label of row 1 is not finite"});
  refused([](auto& d) { d.features.value[1] = -infinity; }, {"a value of row 1 is not finite"});
  refused([](auto& d) { d.query[0] = 1'000'000'000'000'000'001; }, {"query 1000000000000000001; at most"});
  refused([](auto& d) { d.features.row[1] = 2; }, {"row 2 in column 0"});
  check_raises<bo::file_error>([&] { bo::write_libsvm(folder.path() / "none" / "f", good); },
                               {"cannot write '", "none/f'"});
}
