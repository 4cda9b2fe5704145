// SPDX-License-Identifier: MIT
// Part of blockopt: products with a sparse column where its order of summation does not matter to anybody.
#pragma once

#include <cstddef>
#include <cstdint>
#include <span>

#include <blockopt/config.hpp>

namespace blockopt::detail {

/// Sum of value_k z(row_k), in four sums: the additions of a single one would wait for each other.
[[nodiscard]] inline double sparse_dot(std::span<const std::uint32_t> row, std::span<const double> value,
                                       const double* z) noexcept {
  const std::uint32_t* const r = row.data();
  const double* const v = value.data();
  const std::size_t n = row.size();
  double a = 0, b = 0, c = 0, d = 0;
  std::size_t k = 0;
  for (; k + 3 < n; k += 4) {
    a += v[k] * z[r[k]];
    b += v[k + 1] * z[r[k + 1]];
    c += v[k + 2] * z[r[k + 2]];
    d += v[k + 3] * z[r[k + 3]];
  }
  for (; k < n; ++k) a += v[k] * z[r[k]];
  return (a + b) + (c + d);
}

/// z(row_k) += s value_k. Rows of a column differ, which the compiler cannot know: four are read before one is written.
inline void sparse_add(std::span<const std::uint32_t> row, std::span<const double> value, double s,
                       double* z) noexcept {
  const std::uint32_t* const r = row.data();
  const double* const v = value.data();
  const std::size_t n = row.size();
  std::size_t k = 0;
  for (; k + 3 < n; k += 4) {
    const double a = z[r[k]] + s * v[k], b = z[r[k + 1]] + s * v[k + 1];
    const double c = z[r[k + 2]] + s * v[k + 2], d = z[r[k + 3]] + s * v[k + 3];
    z[r[k]] = a;
    z[r[k + 1]] = b;
    z[r[k + 2]] = c;
    z[r[k + 3]] = d;
  }
  for (; k < n; ++k) z[r[k]] += s * v[k];
}

/// Asks for the memory of a column that is read soon: in a random order no machine foresees it. Inlined by force, and so
/// must be who calls it: GCC takes a function that only prefetches for one without effect and drops the call.
BLOCKOPT_FN void prefetch_column(std::span<const std::uint32_t> row, std::span<const double> value) noexcept {
#if defined(__GNUC__)
  constexpr std::size_t line = 64;  // bytes
  for (std::size_t k = 0; k < row.size(); k += line / sizeof(std::uint32_t)) __builtin_prefetch(row.data() + k);
  for (std::size_t k = 0; k < value.size(); k += line / sizeof(double)) __builtin_prefetch(value.data() + k);
#else
  static_cast<void>(row);
  static_cast<void>(value);
#endif
}

/// a'b, in eight sums.
[[nodiscard]] inline double dense_dot(std::span<const double> a, std::span<const double> b) noexcept {
  double sum[8] = {};
  std::size_t k = 0;
  for (; k + 7 < a.size(); k += 8) {
    for (std::size_t q = 0; q < 8; ++q) sum[q] += a[k + q] * b[k + q];
  }
  for (; k < a.size(); ++k) sum[0] += a[k] * b[k];
  return ((sum[0] + sum[1]) + (sum[2] + sum[3])) + ((sum[4] + sum[5]) + (sum[6] + sum[7]));
}

}  // namespace blockopt::detail
