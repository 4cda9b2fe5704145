// SPDX-License-Identifier: MIT
// Part of blockopt: reductions over gradients, in an order that sizes alone decide.
#pragma once

#include <algorithm>
#include <array>
#include <cstddef>

#include <blockopt/backend/backend.hpp>
#include <blockopt/backend/host/gather.hpp>
#include <blockopt/backend/norm.hpp>
#include <blockopt/view/detail/finite_bits.hpp>

namespace blockopt::detail {

/// Calls f(pointer, count) for pieces of at most norm_lanes consecutive elements of the job's gradient in [begin, end).
template <class T, class G, std::size_t N, class F>
void for_each_gradient_piece(const parameter_job<T, G, N>& job, std::size_t begin, std::size_t end, const F& f) {
  constexpr std::size_t piece = norm_lanes;
  const auto walk = [&]<class E>(const E* gradient, const element_order& order) {
    for (std::size_t i = begin; i < end; i += piece) {
      const std::size_t n = std::min(piece, end - i);
      if (order.contiguous()) {
        f(gradient + i, n);
      } else {
        E staged[piece];
        gather(gradient, order, i, n, staged);
        f(static_cast<const E*>(staged), n);
      }
    }
  };
  if (job.owned_gradient != nullptr) walk(static_cast<const compute_type_t<T>*>(job.owned_gradient), job.owned_order);
  else walk(job.gradient, job.gradient_order);
}

/// Sum of squares of the gradient times `factor` (a power of two) in [begin, end), in the lanes of norm.hpp.
template <class T, class G, std::size_t N>
[[nodiscard]] double sum_of_squares_range(const parameter_job<T, G, N>& job, std::size_t begin, std::size_t end,
                                          double factor) noexcept {
  std::array<double, norm_lanes> sums{};
  for_each_gradient_piece(job, begin, end, [&](const auto* g, std::size_t n) {
    if (n == sums.size()) {
      for (std::size_t k = 0; k < sums.size(); ++k) {
        const double value = factor * static_cast<double>(g[k]);
        sums[k] += value * value;
      }
    } else {
      for (std::size_t k = 0; k < n; ++k) {
        const double value = factor * static_cast<double>(g[k]);
        sums[k] += value * value;
      }
    }
  });
  for (std::size_t half = sums.size() / 2; half > 0; half /= 2) {
    for (std::size_t k = 0; k < half; ++k) sums[k] += sums[k + half];
  }
  return sums[0];
}

/// Whether the gradient has neither NaN nor infinity in [begin, end); tested on bits, so -ffast-math cannot lose it.
template <class T, class G, std::size_t N>
[[nodiscard]] bool all_finite_range(const parameter_job<T, G, N>& job, std::size_t begin, std::size_t end) noexcept {
  bool finite = true;
  for_each_gradient_piece(job, begin, end, [&](const auto* g, std::size_t n) {
    unsigned bad = 0;
    for (std::size_t k = 0; k < n; ++k) bad |= is_finite_bits(g[k]) ? 0U : 1U;
    finite = finite && bad == 0;
  });
  return finite;
}

}  // namespace blockopt::detail
