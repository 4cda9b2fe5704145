// SPDX-License-Identifier: MIT
// Part of blockopt: sums of the absolute values of A'A.
#pragma once

#include <cmath>
#include <cstddef>
#include <span>
#include <vector>

namespace blockopt::detail {

/// r_j = sum over k of |A_j'A_k|. `Design`: sparse_columns or dense_columns.
template <class Design>
void product_row_sums(const Design& a, std::span<double> r) {
  std::vector<double> column(a.rows());
  for (std::size_t j = 0; j < a.columns(); ++j) {
    r[j] = 0;
    a.add(j, 1.0, column);
    for (std::size_t k = 0; k < a.columns(); ++k) r[j] += std::fabs(a.dot(k, [&](std::size_t i) { return column[i]; }));
    a.each(j, [&](std::size_t i, double) { column[i] = 0; });
  }
}

}  // namespace blockopt::detail
