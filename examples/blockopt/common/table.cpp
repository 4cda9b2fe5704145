// SPDX-License-Identifier: MIT
// Part of blockopt: tables of text.

#include "common/table.hpp"

#include <algorithm>
#include <cstddef>

#include "common/format.hpp"

namespace blockopt::program {

void table::print(std::ostream& out) const {
  if (rows_.empty()) return;
  std::vector<std::vector<std::string>> lines;
  std::vector<std::string> upper;
  std::vector<std::string> lower;
  bool two_lines = false;
  for (const std::string& cell : rows_.front()) {
    const std::size_t cut = cell.find('\n');
    two_lines = two_lines || cut != std::string::npos;
    upper.push_back(cut == std::string::npos ? std::string{} : cell.substr(0, cut));
    lower.push_back(cut == std::string::npos ? cell : cell.substr(cut + 1));
  }
  if (two_lines) lines.push_back(upper);
  lines.push_back(lower);
  lines.insert(lines.end(), rows_.begin() + 1, rows_.end());
  std::vector<std::size_t> widths(rows_.front().size());
  for (const auto& line : lines) {
    widths.resize(std::max(widths.size(), line.size()));
    for (std::size_t c = 0; c < line.size(); ++c) widths[c] = std::max(widths[c], line[c].size());
  }
  for (const auto& line : lines) {
    std::string text;
    for (std::size_t c = 0; c < line.size(); ++c) {
      text += c == 0 ? "  " + left(line[c], widths[c]) : "  " + right(line[c], widths[c]);
    }
    out << text << '\n';
  }
  out << std::flush;
}

}  // namespace blockopt::program
