// SPDX-License-Identifier: MIT
// Part of blockopt's tests: files of the Matrix Market format, the right ones and the wrong ones.
#include <string>
#include <vector>

#include <doctest/doctest.h>

#include <blockopt/file/read_matrix_market.hpp>

#include "deflate_writer.hpp"
#include "file_support.hpp"

namespace bo = blockopt;
using file_test::check_raises;

namespace {

[[nodiscard]] bo::sparse_matrix parse(std::string_view text, const bo::read_limits& limits = {}) {
  return bo::parse_matrix_market(text, "f.mtx", limits);
}

/// The rest after a first line of these words.
[[nodiscard]] std::string with(const std::string& words, const std::string& rest) {
  return "%%MatrixMarket matrix " + words + "\n" + rest;
}

void check_refused(const std::string& text, const std::string& message, const bo::read_limits& limits = {}) {
  CAPTURE(text);
  check_raises<bo::file_error>([&] { static_cast<void>(parse(text, limits)); }, {"'f.mtx'" + message});
}
void check_refused_general(const std::string& rest, const std::string& message) {
  check_refused(with("coordinate real general", rest), ", line " + message);
}

using reals = std::vector<double>;
using numbers = std::vector<std::uint32_t>;
using places = std::vector<std::size_t>;

/// Rows x columns by columns; zero where there is no entry.
[[nodiscard]] reals dense(const bo::sparse_matrix& m) {
  bo::check_sparse_matrix(m);
  reals all(m.rows * m.columns);
  for (std::size_t j = 0; j < m.columns; ++j) {
    for (std::size_t e = m.first[j]; e < m.first[j + 1]; ++e) all[j * m.rows + m.row[e]] = m.value[e];
  }
  return all;
}

}  // namespace

TEST_CASE("a coordinate matrix is read in any order") {
  const bo::sparse_matrix m =
      parse(with("coordinate real general", "3 4 5\n3 4 -1e-2\n1 1 1\n2 1 2.5\n1 4 +3\n2 2 0\n"));
  CHECK(m.rows == 3);
  CHECK(m.columns == 4);
  CHECK(m.first == places{0, 2, 3, 3, 5});
  CHECK(m.row == numbers{0, 1, 1, 0, 2});
  CHECK(m.value == reals{1, 2.5, 0, 3, -1e-2});
}

TEST_CASE("each field and symmetry of a coordinate matrix is read") {
  const std::string entries = "3 3 3\n1 1 4\n2 1 5\n3 2 -6\n";
  for (const char* field : {"real", "double", "integer", "unsigned-integer"}) {
    const auto read = [&](const char* symmetry) {
      return dense(parse(with("coordinate " + std::string(field) + " " + symmetry, entries)));
    };
    CHECK(read("general") == reals{4, 5, 0, 0, 0, -6, 0, 0, 0});
    CHECK(read("symmetric") == reals{4, 5, 0, 5, 0, -6, 0, -6, 0});
  }
  CHECK(dense(parse(with("coordinate real skew-symmetric", "3 3 2\n2 1 5\n3 2 -6\n"))) ==
        reals{0, 5, 0, -5, 0, -6, 0, 6, 0});
  CHECK(dense(parse(with("coordinate pattern general", "2 2 2\n1 2\n2 2\n"))) == reals{0, 0, 1, 1});
  CHECK(dense(parse(with("coordinate pattern symmetric", "2 2 2\n2 1\n2 2\n"))) == reals{0, 1, 1, 1});
}

TEST_CASE("an array is read with every element as an entry") {
  const bo::sparse_matrix m = parse(with("array real general", "2 3\n1\n2\n3\n0\n5\n-6\n"));
  CHECK(m.is_full());
  CHECK(m.value == reals{1, 2, 3, 0, 5, -6});
  CHECK(dense(m) == m.value);
  CHECK(parse(with("array integer symmetric", "3 3\n1\n2\n3\n4\n5\n6\n")).value == reals{1, 2, 3, 2, 4, 5, 3, 5, 6});
  CHECK(parse(with("array real skew-symmetric", "3 3\n2\n3\n5\n")).value == reals{0, 2, 3, -2, 0, 5, -3, -5, 0});
  CHECK(parse(with("array real general", "3 1\n1\n2\n3")).value == reals{1, 2, 3});
}

TEST_CASE("matrices of no rows or no columns are read") {
  for (const char* sizes : {"0 0", "0 5", "5 0"}) {
    CHECK(parse(with("coordinate real general", std::string(sizes) + " 0\n")).entries() == 0);
    CHECK(parse(with("array real general", std::string(sizes) + "\n")).entries() == 0);
  }
  CHECK(parse(with("array real general", "0 5\n")).columns == 5);
  CHECK(parse(with("array real symmetric", "0 0\n")).columns == 0);
  CHECK(parse(with("array real skew-symmetric", "0 0\n")).columns == 0);
  CHECK(parse(with("array real skew-symmetric", "1 1\n")).value == reals{0});
  CHECK(parse(with("coordinate real general", "4000000000 3 0\n")).rows == 4000000000);
}

TEST_CASE("comments and blanks and ends of lines and large letters say nothing") {
  const bo::sparse_matrix expected = parse(with("coordinate real symmetric", "2 2 2\n1 1 3\n2 1 4\n"));
  for (const char* text : {
           "%%MATRIXMARKET MATRIX Coordinate REAL Symmetric\n2 2 2\n1 1 3\n2 1 4",
           "%%MatrixMarket\tmatrix   coordinate real symmetric  \n2 2 2\n1 1 3\n2 1 4\n\n",
           "%%MatrixMarket matrix coordinate real symmetric\r\n2 2 2\r\n1 1 3\r\n2 1 4\r\n",
           "%%MatrixMarket matrix coordinate real symmetric\n%\n% a\n\n \n%%b\n 2\t2  2 \n\n1 1 3\n % c\n  2 1 4  \n%",
       }) {
    CAPTURE(text);
    CHECK(parse(text) == expected);
  }
}

TEST_CASE("entries in one place are summed") {
  CHECK(dense(parse(with("coordinate real general", "2 2 4\n1 2 1\n2 2 5\n1 2 2\n1 2 4\n"))) == reals{0, 0, 7, 5});
  CHECK(dense(parse(with("coordinate real symmetric", "2 2 2\n2 1 1\n2 1 2\n"))) == reals{0, 3, 3, 0});
  CHECK(dense(parse(with("coordinate pattern general", "1 1 2\n1 1\n1 1\n"))) == reals{2});
  check_refused(with("coordinate real general", "2 2 2\n2 1 1.7e308\n2 1 1.7e308\n"),
                ": entries of row 2 in one column add up to more than double precision has");
}

TEST_CASE("a first line that is not read here is refused by name") {
  check_refused("", ", line 1, column 1: the first line does not begin with %%MatrixMarket");
  check_refused("\n%%MatrixMarket matrix array real general\n", ", line 1, column 1: the first line does not begin");
  check_refused("%%MatrixMarketX matrix array real general\n", ", line 1, column 1: the first line does not begin");
  check_refused("%%MatrixMarket\n", ", line 1, column 15: the first line ends where matrix should stand");
  check_refused("%%MatrixMarket vector coordinate real general\n",
                ", line 1, column 16: 'vector' cannot be read here, only matrix");
  check_refused(with("", ""), ", line 1, column 23: the first line ends where coordinate or array should stand");
  check_refused(with("sparse real general", ""),
                ", line 1, column 23: 'sparse' cannot be read here, only coordinate or array");
  check_refused(with("coordinate Complex general", ""),
                ", line 1, column 34: 'complex' cannot be read here, only real, integer or pattern");
  check_refused(with("array pattern general", ""),
                ", line 1, column 29: 'pattern' cannot be read here, only real or integer in an array");
  check_refused(with("array", ""),
                ", line 1, column 28: the first line ends where real or integer in an array should stand");
  check_refused(with("coordinate real hermitian", ""),
                ", line 1, column 39: 'hermitian' cannot be read here, only general, symmetric or skew-symmetric");
  check_refused(with("coordinate pattern skew-symmetric", ""),
                ", line 1, column 42: 'skew-symmetric' cannot be read here, only general or symmetric in a pattern");
  check_refused(with("coordinate real", ""), ", line 1, column 38: the first line ends where general, symmetric");
  check_refused(with("coordinate real general 5", ""),
                ", line 1, column 47: a line has five words and nothing else, not '5'");
}

TEST_CASE("sizes that cannot be are refused") {
  check_refused_general("", "2, column 1: it ends before the line of sizes");
  check_refused_general("% c\n\n", "4, column 1: it ends before the line of sizes");
  check_refused_general("2 2\n", "2, column 4: the number of entries is not an integer from 0 on: ''");
  check_refused_general("2 -2 1\n", "2, column 3: the number of columns is not an integer from 0 on: '-2'");
  check_refused_general("2.0 2 1\n", "2, column 1: the number of rows is not an integer from 0 on: '2.0'");
  check_refused_general("2 2 1 1\n", "2, column 7: a line has rows, columns and entries and nothing else, not '1'");
  check_refused_general("4294967296 2 0\n", "2, column 1: the number of rows is above 4294967295: '4294967296'");
  check_refused_general("2 4294967296 0\n", "2, column 3: the number of columns is above 4294967295");
  check_refused_general("2 134217729 0\n",
                        "2, column 1: 134217729 columns; the limit is 134217728 (read_limits::columns)");
  check_refused_general("2 2 99999999999999999999\n",
                        "2, column 5: the number of entries is above 1000000000000000000");
  check_refused(with("coordinate real general", "2 5 0\n"), ", line 2, column 1: 5 columns; the limit is 4",
                {.columns = 4});
  check_refused(with("array real general", "2 2 4\n"),
                ", line 2, column 5: a line has rows and columns and nothing else");
  for (const char* symmetry : {"symmetric", "skew-symmetric"}) {
    check_refused(with("array real " + std::string(symmetry), "2 3\n"),
                  ", line 2, column 1: 2 x 3, but a symmetric matrix is square");
    check_refused(with("coordinate real " + std::string(symmetry), "3 2 1\n"), ", line 2, column 1: 3 x 2, but");
  }
}

TEST_CASE("as many entries as the sizes say and no more memory than the file is worth") {
  check_refused_general("2 2 3\n1 1 1\n2 2 2\n",
                        "5, column 1: it ends after 2 of the 3 entries that its sizes ask for");
  check_refused_general("2 2 1\n1 1 1\n\n2 2 2\n", "5, column 1: more entries than the 1 that its sizes ask for");
  check_refused_general("2 2 0\n1 1 1\n", "3, column 1: more entries than the 0");
  check_refused_general("2 2 1000000000000000000\n1 1 1\n", "4, column 1: it ends after 1 of the 1000000000000000000");
  check_refused(with("array real general", "4294967295 134217728\n1\n"),
                ", line 4, column 1: it ends after 1 of the 576460752169205760");
  check_refused(with("array real symmetric", "100000000 100000000\n1\n"),
                ", line 4, column 1: it ends after 1 of the 5000000050000000");
  check_refused(with("array real skew-symmetric", "100000000 100000000\n1\n"),
                ", line 4, column 1: it ends after 1 of the 4999999950000000");
  check_refused(with("array real general", "1 2\n1\n2\n3\n"), ", line 5, column 1: more entries than the 2");
}

TEST_CASE("entries that are not what the first line says are refused") {
  const auto general = [](const std::string& entry, const std::string& message) {
    check_refused_general("5 4 2\n1 1 1\n" + entry, "4, column " + message);
    check_refused_general("5 4 2\r\n1 1 1\r\n" + entry + "\r\n", "4, column " + message);
  };
  general("6 1 1", "1: a row is above 5: '6'");
  general("1 5 1", "3: a column is above 4: '5'");
  general("0 1 1", "1: row 0, column 1: they count from 1");
  general("1 0 1", "1: row 1, column 0: they count from 1");
  general("-1 1 1", "1: a row is not an integer from 0 on: '-1'");
  general("1.5 1 1", "1: a row is not an integer from 0 on: '1.5'");
  general("1 1x 1", "3: a column is not an integer from 0 on: '1x'");
  general("1", "2: a column is not an integer from 0 on: ''");
  general("1 1", "4: a value is not a number: ''");
  general("1 1 x", "5: a value is not a number: 'x'");
  general("1 1 1D0", "5: a value is not a number: '1D0'");
  general("1 1 nan", "5: a value is not finite: 'nan'");
  general("1 1 -inf", "5: a value is not finite: '-inf'");
  general("1 1 1e999", "5: a value is outside the range of double precision: '1e999'");
  general("1 1 1 0", "7: a line has row, column and value and nothing else, not '0'");
  general("1 1 1%", "5: a value is not a number: '1%'");
  check_refused(with("coordinate pattern general", "2 2 1\n1 1 1\n"),
                ", line 3, column 5: a line has row and column and nothing else, not '1'");
  check_refused(with("array real general", "2 1\n1 2\n"),
                ", line 3, column 3: a line has one value and nothing else, not '2'");
  check_refused(with("coordinate real symmetric", "2 2 1\n1 2 1\n"),
                ", line 3, column 1: row 1, column 2 is above the diagonal, which a symmetric matrix leaves out");
  check_refused(with("coordinate real skew-symmetric", "2 2 1\n1 2 1\n"),
                ", line 3, column 1: row 1, column 2 is above");
  check_refused(with("coordinate real skew-symmetric", "2 2 1\n2 2 0\n"),
                ", line 3, column 1: row 2, column 2 is on the diagonal, which a skew-symmetric matrix leaves out");
}

TEST_CASE("integers are whole and exact") {
  const auto integer = [](const std::string& value) {
    return with("coordinate integer general", "1 1 1\n1 1 " + value);
  };
  CHECK(parse(integer("9007199254740991")).value == reals{9007199254740991});
  CHECK(parse(integer("-9007199254740991")).value == reals{-9007199254740991});
  CHECK(parse(integer("+12")).value == reals{12});
  for (const char* value : {"1.0", "1e3", "nan", "0x1"}) {
    check_refused(integer(value), ", line 3, column 5: a value is not an integer: '" + std::string(value) + "'");
  }
  for (const char* value : {"1-2", "+-1", "+", ""}) {
    check_refused(integer(value), ", line 3, column 5: a value is not a number: '" + std::string(value) + "'");
  }
  for (const char* value : {"9007199254740992", "-9007199254740993", "123456789012345678901234567890"}) {
    check_refused(integer(value),
                  ", line 3, column 5: an integer of 2^53 or beyond, where double precision has gaps: '" +
                      std::string(value) + "'");
  }
}

TEST_CASE("a matrix is read from a file that is packed or not") {
  const file_test::temporary_folder folder;
  const std::string text = with("array real general", "1 2\n1\n2\n");
  file_test::write_file(folder / "a.mtx", text);
  file_test::write_file(folder / "a.mtx.gz", file_test::gzip_stored(text));
  CHECK(bo::read_matrix_market(folder / "a.mtx") == parse(text));
  CHECK(bo::read_matrix_market(folder / "a.mtx.gz") == parse(text));
  check_raises<bo::file_error>([&] { static_cast<void>(bo::read_matrix_market(folder / "b.mtx")); },
                               {"cannot read '", "b.mtx': No such file"});
  check_raises<bo::file_error>([&] { static_cast<void>(bo::read_matrix_market(folder / "a.mtx", {.columns = 1})); },
                               {"a.mtx', line 2, column 1: 2 columns; the limit is 1"});
}
