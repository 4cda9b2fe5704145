// SPDX-License-Identifier: MIT
// Part of blockopt's tests: files of the libsvm format, the right ones and the wrong ones.
#include <algorithm>
#include <filesystem>
#include <limits>
#include <string>
#include <vector>

#include <doctest/doctest.h>

#include <blockopt/file/read_libsvm.hpp>

#include "deflate_writer.hpp"
#include "file_support.hpp"
#include "support/skip.hpp"

namespace bo = blockopt;
using file_test::check_raises;

namespace {

[[nodiscard]] bo::labelled_data parse(std::string_view text, const bo::libsvm_options& options = {}) {
  return bo::parse_libsvm(text, "f.svm", options);
}

void check_refused(std::string_view text, const std::string& message, const bo::libsvm_options& options = {}) {
  CAPTURE(text);
  check_raises<bo::file_error>([&] { static_cast<void>(parse(text, options)); }, {"'f.svm', " + message});
}

using reals = std::vector<double>;
using numbers = std::vector<std::uint32_t>;
using places = std::vector<std::size_t>;

}  // namespace

TEST_CASE("rows of labels and features become columns") {
  const bo::labelled_data d = parse("+1 1:0.5 3:-2e-3\n-1\n0 2:4 3:0\n1.5 1:+7 2:.5 3:1.\n");
  CHECK(d.rows() == 4);
  CHECK(d.label == reals{1, -1, 0, 1.5});
  CHECK(d.query.empty());
  CHECK(d.features.rows == 4);
  CHECK(d.features.columns == 3);
  CHECK(d.features.first == places{0, 2, 4, 7});
  CHECK(d.features.row == numbers{0, 3, 2, 3, 0, 2, 3});
  CHECK(d.features.value == reals{0.5, 7, 4, 0.5, -2e-3, 0, 1});
}

TEST_CASE("blanks and comments and ends of lines say nothing") {
  const bo::labelled_data expected = parse("1 1:2 2:3\n-1 2:4\n");
  for (const char* text : {
           "1 1:2 2:3\n-1 2:4",                            // no end of the last line
           "1 1:2 2:3\r\n-1 2:4\r\n",                      // as DOS has it
           "1 1:2 2:3\r\n-1 2:4\r",                        // cut within that
           "\n\n1 1:2 2:3\n \t \n\r\n-1 2:4\n\n\n",        // empty lines
           "  1   1:2\t2:3 \t\n\t-1 2:4 \n",               // blanks
           "# a\n1 1:2 2:3 # 5:6\n#\n -1 2:4#7:8\n  # b",  // comments
           "+1 01:2.0 2:+3e0\n-1.0 2:400e-2\n",            // other notations
       }) {
    CAPTURE(text);
    CHECK(parse(text) == expected);
  }
  CHECK(parse("1#a:b,c\n").label == reals{1});
  CHECK(parse("1 #a\n").features.columns == 0);
}

TEST_CASE("rows may have no features and a matrix no columns") {
  const bo::labelled_data d = parse("1\n2\n3");
  CHECK(d.label == reals{1, 2, 3});
  CHECK(d.features.columns == 0);
  CHECK(d.features.first == places{0});
  CHECK(d.features.is_full() == true);  // of no elements
  CHECK(parse("1\n2\n3", {.columns = 5}).features.first == places(6, 0));
}

TEST_CASE("columns that are given are neither fewer nor more") {
  CHECK(parse("1 3:1", {.columns = 3}).features.columns == 3);
  CHECK(parse("1 3:1", {.columns = 8}).features.columns == 8);
  check_refused("1 1:1\n1 2:1 3:1", "line 2, column 7: index 3 is above 2, the columns asked for", {.columns = 2});
  CHECK(parse("1 3:1", {.columns = 8, .limits = {.columns = 4}}).features.columns == 8);  // who asks for them knows
  check_raises<bo::invalid_option>([] { static_cast<void>(parse("1", {.columns = std::size_t{1} << 32})); },
                                   {"columns = 4294967296; at most 4294967295"});
}

TEST_CASE("a few bytes cannot ask for a matrix beyond the limit") {
  check_refused("1 134217729:1",
                "line 1, column 3: index 134217729 is above 134217728, the limit (read_limits::columns)");
  check_refused("1 4294967295:1", "line 1, column 3: index 4294967295 is above");
  check_refused("1 5:1", "line 1, column 3: index 5 is above 4, the limit", {.limits = {.columns = 4}});
  check_refused("1 4294967296:1", "line 1, column 3: index 4294967296 is above 4294967295",
                {.limits = {.columns = std::numeric_limits<std::uint64_t>::max()}});
  check_refused("1 99999999999999999999:1",
                "line 1, column 3: an index is above 1000000000000000000: '99999999999999999");
  CHECK(parse("1 4:1", {.limits = {.columns = 4}}).features.columns == 4);
}

TEST_CASE("queries are kept where all rows have one") {
  CHECK(parse("1 qid:7 1:1\n2 qid:0\n3 qid:1000000000000000000#c\n").query ==
        std::vector<std::uint64_t>{7, 0, 1000000000000000000});
  check_refused("1 qid:7 1:1\n2 1:1", "line 2, column 3: no qid, but the rows before have one");
  check_refused("1 qid:7\n2", "line 2, column 2: no qid, but the rows before have one");
  check_refused("1 1:1\n2 qid:1 1:1", "line 2, column 3: a qid, but the rows before have none");
  check_refused("1 1:1 qid:1", "line 1, column 7: an index is not an integer from 0 on: 'qid:1'");
  check_refused("1 qid:1 qid:1", "line 1, column 9: an index is not an integer");
  check_refused("1 qid:", "line 1, column 7: the qid is not an integer from 0 on: ''");
  check_refused("1 qid:-1", "line 1, column 7: the qid is not an integer from 0 on: '-1'");
  check_refused("1 qid:1.5", "line 1, column 8: a blank must follow the qid, not '.5'");
  check_refused("1 qid:2000000000000000000", "line 1, column 7: the qid is above 1000000000000000000");
  check_refused("1 quid:1", "line 1, column 3: an index is not an integer from 0 on: 'quid:1'");
}

TEST_CASE("labels that are no finite number are refused") {
  check_refused("1,3 1:1", "line 1, column 1: '1,3' is a list of labels; a row must have one label");
  check_refused("1 1:1\n 1:1", "line 2, column 2: a row begins with its label, not with '1:1'");
  check_refused("qid:1 1:1", "line 1, column 1: a row begins with its label, not with 'qid:1'");
  for (const char* word : {"one", "+", "-", "+-1", "++1", "1e", "1.2.3", "0x10", "1_000", ".", "e5", "--1", "1;"}) {
    check_refused("1\n" + std::string(word) + " 1:1",
                  "line 2, column 1: the label is not a number: '" + std::string(word) + "'");
  }
  for (const char* word : {"inf", "nan", "-inf", "+inf", "NaN", "INFINITY", "nan(1)"}) {
    check_refused(std::string(word) + " 1:1", "line 1, column 1: the label is not finite: '" + std::string(word) + "'");
  }
  for (const char* word : {"1e999", "-1e999", "1e-999"}) {
    check_refused(word, "line 1, column 1: the label is outside the range of double precision: '" + std::string(word));
  }
}

TEST_CASE("entries that are not index and value are refused") {
  const std::vector<std::pair<std::string, std::string>> wrong{
      {"5", "3: not index:value: '5'"},
      {"5 :1", "3: not index:value: '5'"},
      {":1", "3: an index is not an integer from 0 on: ':1'"},
      {"a:1", "3: an index is not an integer from 0 on: 'a:1'"},
      {"-1:1", "3: an index is not an integer from 0 on: '-1:1'"},
      {"+1:1", "3: an index is not an integer from 0 on: '+1:1'"},
      {"1.0:1", "3: not index:value: '1.0:1'"},
      {"1,1:1", "3: not index:value: '1,1:1'"},
      {"0:1", "3: an index of 0; they count from 1"},
      {"1:", "5: a value is not a number: ''"},
      {"1: 2", "5: a value is not a number: ''"},
      {"1:x", "5: a value is not a number: 'x'"},
      {"1:2:3", "5: a value is not a number: '2:3'"},
      {"1:2,2:3", "5: a value is not a number: '2,2:3'"},
      {"1:nan", "5: a value is not finite: 'nan'"},
      {"1:-inf", "5: a value is not finite: '-inf'"},
      {"1:1e400", "5: a value is outside the range of double precision: '1e400'"},
      {"1:1 1:2", "7: index 1 after index 1; within a row they must ascend"},
      {"2:1 1:2", "7: index 1 after index 2; within a row they must ascend"},
      {"1:1 0:2", "7: an index of 0; they count from 1"},
      {"1:1\v2:2", "5: a value is not a number: '1\\x0b2:2'"},
      {"1:1\r2:2", "5: a value is not a number: '1\\x0d2:2'"},
      {std::string("1:1\0", 4), "5: a value is not a number: '1\\x00'"},
  };
  for (const auto& [token, message] : wrong) {
    check_refused("1 " + token, "line 1, column " + message);
    check_refused("1 1:1\n\n# c\n1 " + token + "\n1\n", "line 4, column " + message);
    check_refused("1 1:1\r\n1 " + token + "\r\n", "line 2, column " + message);
  }
}

TEST_CASE("a message shows a long or strange word in one short line") {
  check_refused(std::string(1000, 'x'),
                "line 1, column 1: the label is not a number: 'xxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxx...'");
  check_refused(
      "\xef\xbb\xbf"
      "1 1:1",
      "line 1, column 1: the label is not a number: '\\xef\\xbb\\xbf1'");
}

TEST_CASE("a text without rows is refused") {
  check_refused("", "line 1, column 1: there are no rows");
  check_refused("# nothing\n\n", "line 3, column 1: there are no rows");
}

TEST_CASE("files are read packed or not and errors name them") {
  const file_test::temporary_folder folder;
  const std::string text = "1 1:0.1\n-1 2:0.2\n";
  file_test::write_file(folder / "plain.svm", text);
  file_test::write_file(folder / "packed", file_test::gzip_stored(text));
  CHECK(bo::read_libsvm(folder / "plain.svm") == parse(text));
  CHECK(bo::read_libsvm(folder / "packed") == parse(text));
  file_test::write_file(folder / "wrong.svm.gz", file_test::gzip_stored("1 1:1\n1 x"));
  check_raises<bo::file_error>([&] { static_cast<void>(bo::read_libsvm(folder / "wrong.svm.gz")); },
                               {"wrong.svm.gz', line 2, column 3: an index"});
  check_raises<bo::file_error>(
      [&] { static_cast<void>(bo::read_libsvm(folder / "packed", {.limits = {.unpacked_bytes = 9}})); },
      {"packed' unpacks to more than 9 bytes"});
  check_raises<bo::file_error>([&] { static_cast<void>(bo::read_libsvm(folder / "none")); },
                               {"cannot read '", "none': No such file"});
  check_raises<bo::file_error>([&] { static_cast<void>(bo::read_libsvm(folder.path())); },
                               {"cannot read '", "': Is a directory"});
  check_raises<bo::file_error>([&] { static_cast<void>(bo::read_libsvm(folder / "")); }, {"cannot read '"});
  file_test::write_file(folder / "empty", "");
  check_raises<bo::file_error>([&] { static_cast<void>(bo::read_libsvm(folder / "empty")); }, {"there are no rows"});
}

TEST_CASE("heart_scale is read as its authors describe it") {
  for (const char* file : {"/usr/share/doc/liblinear-tools/examples/heart_scale",
                           "/usr/share/doc/liblinear-tools/examples/heart_scale.gz"}) {
    if (!std::filesystem::exists(file)) continue;
    const bo::labelled_data d = bo::read_libsvm(file);
    bo::check_sparse_matrix(d.features);
    CHECK(d.rows() == 270);
    CHECK(d.features.columns == 13);
    CHECK(std::count(d.label.begin(), d.label.end(), 1.0) == 120);
    CHECK(std::count(d.label.begin(), d.label.end(), -1.0) == 150);
    CHECK(std::all_of(d.features.value.begin(), d.features.value.end(), [](double v) { return v >= -1 && v <= 1; }));
    CHECK(d.features.value[0] == 0.708333);  // the first row: +1 1:0.708333 2:1 3:1 ...
    CHECK(d.features.row[0] == 0);
    return;
  }
  blockopt_tests::skip("heart_scale is not there (package liblinear-tools)");
}
