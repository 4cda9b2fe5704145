// SPDX-License-Identifier: MIT
// Part of blockopt: a sparse matrix with rows as columns.
#pragma once

#include <cstddef>
#include <cstdint>
#include <numeric>
#include <utility>
#include <vector>

#include <blockopt/problem/columns.hpp>

namespace blockopt {

/// The same matrix by its rows: samples for solve_logistic out of a design for linear_model, and back. O(nonzeros).
[[nodiscard]] inline sparse_columns transposed(const sparse_columns& a) {
  std::vector<std::size_t> first(a.rows() + 1);
  for (std::size_t j = 0; j < a.columns(); ++j)
    for (const std::uint32_t i : a.rows_of(j)) ++first[i + 1];
  std::partial_sum(first.begin(), first.end(), first.begin());
  std::vector<std::size_t> at(first);
  std::vector<std::uint32_t> row(a.nonzeros());
  std::vector<double> value(a.nonzeros());
  for (std::size_t j = 0; j < a.columns(); ++j) {
    a.each(j, [&](std::size_t i, double v) {
      row[at[i]] = static_cast<std::uint32_t>(j);
      value[at[i]++] = v;
    });
  }
  return {a.columns(), std::move(first), std::move(row), std::move(value)};
}

}  // namespace blockopt
