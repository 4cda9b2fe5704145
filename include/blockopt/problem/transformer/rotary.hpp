// SPDX-License-Identifier: MIT
// Part of blockopt: rotary positions, in the half-rotated order of Hugging Face's Llama.
#pragma once

#include <algorithm>
#include <cmath>
#include <cstddef>
#include <memory_resource>
#include <numbers>
#include <vector>

#include <blockopt/problem/transformer/buffer.hpp>
#include <blockopt/problem/transformer/shape.hpp>
#include <blockopt/problem/transformer/tile.hpp>

namespace blockopt::detail {

/// Radians per token of the pairs number j of heads of size h: base^(-2j/h), scaled as the shape says.
[[nodiscard]] inline double rotary_frequency(const transformer_shape& shape, std::size_t j) {
  const double exponent = -2.0 * static_cast<double>(j) / static_cast<double>(shape.head_size());
  const double frequency = std::pow(shape.rope_base, exponent);
  const rope_scaling& s = shape.rope_scaling;
  if (s.kind == rope_scaling_kind::none) return frequency;
  if (s.kind == rope_scaling_kind::linear) return frequency / s.factor;
  const double turns = static_cast<double>(s.original_context) * frequency / (2 * std::numbers::pi);
  const double blend = (turns - s.low_frequency_factor) / (s.high_frequency_factor - s.low_frequency_factor);
  const double kept = std::clamp(blend, 0.0, 1.0);
  return kept * frequency + (1 - kept) * frequency / s.factor;
}

/// Turns the pair (x_j, x_{j + h/2}) of a head of size h at position p by the angle p rotary_frequency(j) (Su et al., RoFormer,
/// arXiv 2104.09864, eq. 34, with the pairs that Hugging Face's rotate_half makes).
template <class C>
class rotary_table {
 public:
  rotary_table(const transformer_shape& shape, std::pmr::memory_resource* resource)
      : half_(shape.head_size() / 2), turns_(resource, 2 * shape.context * half_) {
    std::vector<double> frequencies(half_);
    for (std::size_t j = 0; j < half_; ++j) frequencies[j] = rotary_frequency(shape, j);
    for (std::size_t position = 0; position < shape.context; ++position) {
      for (std::size_t j = 0; j < half_; ++j) {
        const double angle = static_cast<double>(position) * frequencies[j];
        turns_.data()[2 * position * half_ + j] = static_cast<C>(std::cos(angle));
        turns_.data()[(2 * position + 1) * half_ + j] = static_cast<C>(std::sin(angle));
      }
    }
  }

  /// Turns one head's row x in place.
  void turn(std::size_t position, C* x) const {
    transform_tiles<C>(
        half_,
        [](auto& first, auto& second, const auto& cosine, const auto& sine) {
          const register_tile<C> turned = first * cosine - second * sine;
          second = second * cosine + first * sine;
          first = turned;
        },
        x, x + half_, cosine(position), sine(position));
  }

  /// to = x turned back: the transposed turn, for gradients. `to` may be x.
  void turn_back(std::size_t position, const C* x, C* to) const {
    if (to != x) row_of(to, 2 * half_) = row_of(x, 2 * half_);
    transform_tiles<C>(
        half_,
        [](auto& first, auto& second, const auto& cosine, const auto& sine) {
          const register_tile<C> turned = first * cosine + second * sine;
          second = second * cosine - first * sine;
          first = turned;
        },
        to, to + half_, cosine(position), sine(position));
  }

 private:
  [[nodiscard]] const C* cosine(std::size_t position) const { return turns_.data() + 2 * position * half_; }
  [[nodiscard]] const C* sine(std::size_t position) const { return cosine(position) + half_; }

  std::size_t half_;
  resource_buffer<C> turns_;
};

}  // namespace blockopt::detail
