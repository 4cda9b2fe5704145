// SPDX-License-Identifier: MIT
// Part of blockopt: rows of features, each with a label.
#pragma once

#include <cstddef>
#include <cstdint>
#include <vector>

#include <blockopt/file/sparse_matrix.hpp>

namespace blockopt {

/// Row i of `features` belongs to label[i].
struct labelled_data {
  std::vector<double> label{};         ///< one for each row
  sparse_matrix features{};            ///< rows x features
  std::vector<std::uint64_t> query{};  ///< of each row, the group that it is ranked in; empty where there are none

  [[nodiscard]] std::size_t rows() const { return label.size(); }

  friend bool operator==(const labelled_data&, const labelled_data&) = default;
};

}  // namespace blockopt
