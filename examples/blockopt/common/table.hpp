// SPDX-License-Identifier: MIT
// Part of blockopt: tables of text.
#pragma once

#include <ostream>
#include <string>
#include <vector>

namespace blockopt::program {

/// Rows of cells; the first column is aligned to the left, all others to the right. A cell of the first row (the
/// header) may hold one '\n': it is then two lines.
class table {
 public:
  void add(std::vector<std::string> row) { rows_.push_back(std::move(row)); }
  void print(std::ostream& out) const;

 private:
  std::vector<std::vector<std::string>> rows_;
};

}  // namespace blockopt::program
