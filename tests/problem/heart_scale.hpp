// SPDX-License-Identifier: MIT
// Part of blockopt: the data set heart_scale of libsvm and liblinear, for tests.
#pragma once

#include <cmath>
#include <cstddef>
#include <cstdlib>
#include <fstream>
#include <optional>
#include <sstream>
#include <string>
#include <vector>

#include <Eigen/SparseCore>

#include <blockopt/problem/columns.hpp>

namespace blockopt_tests {

struct labelled_rows {
  blockopt::sparse_columns design;  ///< 270 x 13
  std::vector<double> labels;       ///< -1 or 1
};

/// From where Debian's liblinear-tools has it, or the file that BLOCKOPT_HEART_SCALE names; nothing where it is absent.
inline std::optional<labelled_rows> heart_scale() {
  const char* const named = std::getenv("BLOCKOPT_HEART_SCALE");
  std::ifstream in(named != nullptr ? named : "/usr/share/doc/liblinear-tools/examples/heart_scale");
  if (!in) return std::nullopt;
  std::vector<Eigen::Triplet<double>> entries;
  std::vector<double> labels;
  int columns = 0;
  for (std::string line; std::getline(in, line);) {
    std::istringstream words(line);
    double label = 0;
    if (!(words >> label)) continue;
    for (std::string word; words >> word;) {
      const std::size_t colon = word.find(':');
      const int j = std::stoi(word.substr(0, colon));
      columns = std::max(columns, j);
      entries.emplace_back(static_cast<int>(labels.size()), j - 1, std::stod(word.substr(colon + 1)));
    }
    labels.push_back(label);
  }
  Eigen::SparseMatrix<double> a(static_cast<Eigen::Index>(labels.size()), columns);
  a.setFromTriplets(entries.begin(), entries.end());
  return labelled_rows{blockopt::sparse_columns(a), labels};
}

inline constexpr const char* no_heart_scale = "heart_scale is not there (Debian's liblinear-tools has it)";

}  // namespace blockopt_tests
