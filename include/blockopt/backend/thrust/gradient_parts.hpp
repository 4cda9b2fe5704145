// SPDX-License-Identifier: MIT
// Part of blockopt: what kernels do with values and gradients beside steps.
#pragma once

#include <array>
#include <cstddef>
#include <limits>

#include <blockopt/backend/norm.hpp>
#include <blockopt/backend/thrust/job_part.hpp>
#include <blockopt/config.hpp>
#include <blockopt/view/detail/finite_bits.hpp>

namespace blockopt::detail {

/// master = values; items as in update_parts.
template <class Part, std::size_t Lanes>
struct load_master_parts {
  part_list<Part> parts;

  BLOCKOPT_FN void operator()(std::size_t item) const noexcept {
    const Part p = parts(item / Lanes);
    if (p.master == nullptr) return;
    BLOCKOPT_KEEP_LOOP
    for (std::size_t i = item % Lanes; i < p.count; i += Lanes) p.master[i] = static_cast<typename Part::S>(p.value(i));
  }
};

/// owned gradient += the gradient that the caller brings.
template <class Part, std::size_t Lanes>
struct add_gradient_parts {
  part_list<Part> parts;

  BLOCKOPT_FN void operator()(std::size_t item) const noexcept {
    const Part p = parts(item / Lanes);
    if (p.owned == nullptr || p.gradient == nullptr) return;
    BLOCKOPT_KEEP_LOOP
    for (std::size_t i = item % Lanes; i < p.count; i += Lanes) p.own(i) += static_cast<typename Part::S>(p.brought(i));
  }
};

template <std::size_t Sums>
struct sums_of_squares {
  double s[Sums];

  BLOCKOPT_FN sums_of_squares& operator+=(const sums_of_squares& other) noexcept {
    for (std::size_t f = 0; f < Sums; ++f) s[f] += other.s[f];
    return *this;
  }
};

/// The squares of each chunk, a group, to partial[f * stride + chunk].
template <class Part, std::size_t Sums>
struct square_parts {
  using value = sums_of_squares<Sums>;

  part_list<Part> parts;
  double* partial = nullptr;
  std::size_t stride = 0;

  BLOCKOPT_FN value lane(std::size_t chunk, std::size_t k) const noexcept {
    const Part p = parts(chunk);
    value sum{};
    BLOCKOPT_KEEP_LOOP
    for (std::size_t i = k; i < p.count; i += norm_lanes) {
      const double g = p.with_gradient(i, [](const auto& e) { return static_cast<double>(e); });
      for (std::size_t f = 0; f < Sums; ++f) {
        const double scaled = norm_factor(f) * g;
        sum.s[f] += scaled * scaled;
      }
    }
    return sum;
  }
  BLOCKOPT_FN void finish(std::size_t chunk, const value& sum) const noexcept {
    for (std::size_t f = 0; f < Sums; ++f) partial[f * stride + chunk] = sum.s[f];
  }
};

/// How many parts of a norm one launch is handed the bounds of.
inline constexpr std::size_t parts_per_launch = 15;

/// Group 0 (where wanted): the norm of all chunks, to the control. Group p + 1: the square of the norm of a part, added.
template <std::size_t Sums>
struct finish_norms {
  using value = sums_of_squares<Sums>;

  const double* partial = nullptr;
  std::size_t stride = 0;
  double scale = 1, clip_norm = 0;
  step_control* control = nullptr;
  double* squares = nullptr;  ///< of the first part of this launch
  std::array<std::size_t, parts_per_launch + 1> bounds{};
  std::size_t first_group = 0;  ///< 0: with the norm of all

  BLOCKOPT_FN value lane(std::size_t g, std::size_t k) const noexcept {
    g += first_group;
    const std::size_t begin = g == 0 ? 0 : bounds.data()[g - 1];
    const std::size_t end = g == 0 ? stride : bounds.data()[g];
    value sum{};
    for (std::size_t c = begin + k; c < end; c += norm_lanes) {
      for (std::size_t f = 0; f < Sums; ++f) sum.s[f] += partial[f * stride + c];
    }
    return sum;
  }
  BLOCKOPT_FN void finish(std::size_t g, const value& sum) const noexcept {
    if (control->applies == 0) return;
    g += first_group;
    const double norm = norm_from_sums(sum.s[0], [&](std::size_t f) { return Sums == 1 ? sum.s[0] : sum.s[f % Sums]; });
    if (g == 0) {
      set_norm(*control, norm, scale, clip_norm);
    } else {
      const double part = norm * scale;
      squares[g - 1] += part * part;
    }
  }
};

struct lowest {
  double number;

  BLOCKOPT_FN lowest& operator+=(const lowest& other) noexcept {
    if (other.number < number) number = other.number;
    return *this;
  }
};

/// found[chunk] = 0 where the gradient of a chunk is not finite, else infinity.
template <class Part>
struct find_not_finite_parts {
  using value = lowest;

  part_list<Part> parts;
  double* found = nullptr;
  bool incoming = false;

  BLOCKOPT_FN value lane(std::size_t chunk, std::size_t k) const noexcept {
    const Part p = parts(chunk);
    const bool owned = p.owned != nullptr && !(incoming && p.gradient != nullptr);
    bool finite = true;
    BLOCKOPT_KEEP_LOOP
    for (std::size_t i = k; i < p.count; i += norm_lanes)
      finite = finite && (owned ? is_finite_bits(p.own(i)) : is_finite_bits(p.brought(i)));
    return {finite ? std::numeric_limits<double>::infinity() : 0.0};
  }
  BLOCKOPT_FN void finish(std::size_t chunk, const value& first) const noexcept { found[chunk] = first.number; }
};

/// One group: the number of the first such chunk, or infinity, to found[0].
struct finish_not_finite {
  using value = lowest;

  double* found = nullptr;
  std::size_t chunks = 0;
  step_control* control = nullptr;  ///< is told whether the step applies

  BLOCKOPT_FN value lane(std::size_t, std::size_t k) const noexcept {
    value first{std::numeric_limits<double>::infinity()};
    for (std::size_t c = k; c < chunks; c += norm_lanes) first += value{found[c] + static_cast<double>(c)};
    return first;
  }
  BLOCKOPT_FN void finish(std::size_t, const value& first) const noexcept {
    found[0] = first.number;
    if (control != nullptr) control->applies = first.number > static_cast<double>(chunks) ? 1 : 0;
  }
};

}  // namespace blockopt::detail
