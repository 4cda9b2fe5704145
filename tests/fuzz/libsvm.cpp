// SPDX-License-Identifier: MIT
// Part of blockopt's tests: parse_libsvm on any bytes.
#include <cmath>
#include <string>

#include <blockopt/file/read_libsvm.hpp>
#include <blockopt/file/write_libsvm.hpp>

#include "fuzz_support.hpp"

namespace bo = blockopt;

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  const std::string_view text(reinterpret_cast<const char*>(data), size);
  const auto parse = [](std::string_view t, std::size_t columns = 0) {
    return fuzz::accepted([&] { return bo::parse_libsvm(t, "f", {.columns = columns, .limits = fuzz::limits}); });
  };
  const auto read = parse(text);
  if (!read) return 0;
  bo::check_sparse_matrix(read->features);
  fuzz::require(read->rows() != 0 && read->rows() == read->features.rows, "a label for each row");
  fuzz::require(read->query.empty() || read->query.size() == read->rows(), "a query for each row or none");
  for (const double y : read->label) fuzz::require(std::isfinite(y), "labels are finite");
  for (const double v : read->features.value) fuzz::require(std::isfinite(v), "values are finite");

  const std::string written = bo::format_libsvm(*read);
  const auto again = parse(written);
  fuzz::require(again == read, "what was read is written and read again");
  fuzz::require(bo::format_libsvm(*again) == written, "bit by bit");
  const std::size_t columns = read->features.columns;
  if (columns != 0) fuzz::require(parse(text, columns) == read, "the columns that were found can be asked for");
  if (columns > 1) fuzz::require(!parse(text, columns - 1), "fewer cannot");
  if (const auto dos = fuzz::as_dos(text)) fuzz::require(parse(*dos) == read, "ends of lines say nothing");
  return 0;
}
