// SPDX-License-Identifier: MIT
// Part of blockopt: norms of gradients, in one fixed shape on every backend.
//
// A chunk's squares are summed by 64 lanes, element i by lane i mod 64, and the lanes by a tree; chunks likewise, chunk c
// by lane c mod 64. The squares of floats are exact in double, so neither vector width nor contraction changes a bit.
#pragma once

#include <array>
#include <cmath>
#include <cstddef>
#include <cstring>

#include <blockopt/backend/backend.hpp>
#include <blockopt/config.hpp>
#include <blockopt/memory/arena.hpp>

namespace blockopt {

/// The lanes of every sum.
inline constexpr std::size_t norm_lanes = 64;

/// Sums of squares of numbers times 1, 2^-600 and 2^600: doubles may overflow or underflow when squared. Of numbers in
/// float or less the first alone is enough.
inline constexpr std::size_t norm_factors = 3;
template <scalar T, scalar G>
inline constexpr std::size_t norm_sums = sizeof(T) == 8 || sizeof(G) == 8 ? norm_factors : 1;

[[nodiscard]] BLOCKOPT_FN constexpr double norm_factor(std::size_t sum) noexcept {
  return sum == 0 ? 1.0 : sum == 1 ? 0x1p-600 : 0x1p600;
}

/// The norm from its sums of squares: `scaled(k)` is the sum of factor k, asked for where the plain sum is no use.
template <class Scaled>
[[nodiscard]] BLOCKOPT_FN double norm_from_sums(double plain, const Scaled& scaled) noexcept {
  if (plain < 0x1p-900) return std::sqrt(scaled(2)) / norm_factor(2);
  if (plain <= 0x1.fffffffffffffp+1023) return std::sqrt(plain);
  const double lowered = scaled(1);  // not finite where an element is not
  return lowered <= 0x1.fffffffffffffp+1023 ? std::sqrt(lowered) / norm_factor(1) : std::sqrt(plain);
}

/// Tells the step of a gradient of norm `norm`.
BLOCKOPT_FN void set_norm(step_control& control, double norm, double scale, double clip_norm) noexcept {
  control.gradient_norm = norm * scale;
  control.scale = control.gradient_norm > clip_norm ? scale * (clip_norm / control.gradient_norm) : scale;
}

/// The parts of the memory that `measure` works in.
struct norm_workspace {
  step_control* control = nullptr;
  double* squares = nullptr;  ///< one for each part, added to by every call
  double* partial = nullptr;  ///< the sums of the chunks

  norm_workspace() = default;
  norm_workspace(std::byte* workspace, std::size_t parts) noexcept
      : control(reinterpret_cast<step_control*>(workspace)),
        squares(reinterpret_cast<double*>(workspace + memory_granule)),
        partial(reinterpret_cast<double*>(workspace + memory_granule + round_to_granule(parts * sizeof(double)))) {}

  [[nodiscard]] static constexpr std::size_t bytes(std::size_t parts, std::size_t chunks, std::size_t sums) noexcept {
    return memory_granule + round_to_granule(parts * sizeof(double)) + round_to_granule(chunks * sums * sizeof(double));
  }
};

namespace detail {

/// The sum of an array in the fixed shape.
[[nodiscard]] inline double sum_in_lanes(const double* numbers, std::size_t count) noexcept {
  std::array<double, norm_lanes> sums{};
  for (std::size_t c = 0; c < count; ++c) sums[c % norm_lanes] += numbers[c];
  for (std::size_t half = norm_lanes / 2; half > 0; half /= 2) {
    for (std::size_t k = 0; k < half; ++k) sums[k] += sums[k + half];
  }
  return sums[0];
}

}  // namespace detail
}  // namespace blockopt
