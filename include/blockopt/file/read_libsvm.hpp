// SPDX-License-Identifier: MIT
// Part of blockopt: reads files of the libsvm (svmlight) format.
#pragma once

#include <algorithm>
#include <cstddef>
#include <cstdint>
#include <filesystem>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include <blockopt/error.hpp>
#include <blockopt/file/detail/text_numbers.hpp>
#include <blockopt/file/detail/whole_file.hpp>
#include <blockopt/file/labelled_data.hpp>
#include <blockopt/file/read_limits.hpp>
#include <blockopt/file/sparse_matrix.hpp>

namespace blockopt {

struct libsvm_options {
  std::size_t columns =
      0;  ///< of the matrix, for files that belong together, whatever the limits; 0: the largest index of this one
  read_limits limits{};
};

namespace detail {

class libsvm_parser {
 public:
  libsvm_parser(std::string_view text, std::string name, const libsvm_options& options)
      : in_(text, std::move(name)), options_(options) {
    if (options.columns > largest) {
      raise<invalid_option>({"libsvm_options: columns = ", options.columns, "; at most ", largest});
    }
    most_ = options.columns != 0 ? options.columns : std::min(options.limits.columns, largest);
    const auto entries = static_cast<std::size_t>(std::count(text.begin(), text.end(), ':'));  // at most
    column_.reserve(entries);
    value_.reserve(entries);
  }

  [[nodiscard]] labelled_data parse() && {
    for (; !in_.at_end(); in_.skip_line()) {
      in_.skip_blanks();
      if (!in_.at_line_end() && !in_.at('#')) row();
    }
    if (data_.label.empty()) in_.fail({"there are no rows"});
    const std::size_t columns = options_.columns != 0 ? options_.columns : found_;
    data_.features = from_rows(columns, first_, column_, value_);
    return std::move(data_);
  }

 private:
  static constexpr std::uint64_t largest = 0xffffffffU;  ///< index that can be kept

  void row() {
    std::string_view label = in_.token();
    label = label.substr(0, label.find('#'));
    if (label.find(':') != label.npos) in_.fail({"a row begins with its label, not with ", in_.shown(label)});
    if (label.find(',') != label.npos) {
      in_.fail({in_.shown(label), " is a list of labels; a row must have one label"});
    }
    if (data_.label.size() == sparse_matrix::most_rows) in_.fail({"more than ", sparse_matrix::most_rows, " rows"});
    data_.label.push_back(in_.real("the label", '#'));
    in_.skip_blanks();
    query();
    std::uint64_t before = 0;
    for (; !in_.at_line_end() && !in_.at('#'); in_.skip_blanks()) before = entry(before);
    first_.push_back(column_.size());
  }

  /// All rows have one, or none.
  void query() {
    const std::string_view token = in_.at('q') ? in_.token() : std::string_view{};
    const bool here = token.starts_with("qid:");
    if (here != !data_.query.empty() && data_.label.size() > 1) {
      in_.fail({here ? "a qid, but the rows before have none" : "no qid, but the rows before have one"});
    }
    if (!here) return;
    for (const char c : {'q', 'i', 'd', ':'}) static_cast<void>(in_.skip_if(c));
    data_.query.push_back(in_.natural("the qid", text_numbers::most_natural));
    if (!in_.at_border() && !in_.at('#')) in_.fail({"a blank must follow the qid, not ", in_.shown(in_.token())});
    in_.skip_blanks();
  }

  /// index:value; returns the index, which must be above the one before.
  std::uint64_t entry(std::uint64_t before) {
    const char* const begin = in_.place();
    const std::uint64_t index = in_.natural("an index", text_numbers::most_natural);
    if (!in_.skip_if(':')) in_.fail_at(begin, {"not index:value: ", in_.shown(in_.token_from(begin))});
    if (index > most_) {
      in_.fail_at(begin, {"index ", index, " is above ", most_,
                          options_.columns != 0 ? ", the columns asked for" : ", the limit (read_limits::columns)"});
    }
    if (index <= before) {
      if (index == 0) in_.fail_at(begin, {"an index of 0; they count from 1"});
      in_.fail_at(begin, {"index ", index, " after index ", before, "; within a row they must ascend"});
    }
    value_.push_back(in_.real("a value", '#'));
    column_.push_back(static_cast<std::uint32_t>(index - 1));
    found_ = std::max(found_, static_cast<std::size_t>(index));
    return index;
  }

  text_numbers in_;
  libsvm_options options_;
  std::uint64_t most_ = 0;  ///< of an index
  std::size_t found_ = 0;   ///< the largest
  labelled_data data_;
  std::vector<std::size_t> first_{0};  ///< the matrix by rows, as from_rows takes it
  std::vector<std::uint32_t> column_;
  std::vector<double> value_;
};

}  // namespace detail

/// Rows `label [qid:n] index:value index:value ... [# comment]`: numbers are finite, indices count from 1 and ascend,
/// blanks are spaces and tabs, empty lines and lines of comment are passed over, a row may have no entries. Values of 0
/// are entries too. Labels are numbers, whatever they mean; a list of them ("1,3") is refused. Either all rows have a
/// qid or none. Raises file_error that names the place and the reason; `name` is the name of the file there.
[[nodiscard]] inline labelled_data parse_libsvm(std::string_view text, std::string name,
                                                const libsvm_options& options = {}) {
  return detail::libsvm_parser(text, std::move(name), options).parse();
}

/// The same of a file, which gzip may have packed.
[[nodiscard]] inline labelled_data read_libsvm(const std::filesystem::path& file, const libsvm_options& options = {}) {
  return parse_libsvm(detail::whole_file(file, options.limits), file.string(), options);
}

}  // namespace blockopt
