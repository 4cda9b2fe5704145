// SPDX-License-Identifier: MIT
// Part of blockopt: rotary positions, in the half-rotated order of Hugging Face's Llama.
#pragma once

#include <cmath>
#include <cstddef>
#include <memory_resource>

#include <blockopt/problem/transformer/buffer.hpp>
#include <blockopt/problem/transformer/shape.hpp>
#include <blockopt/problem/transformer/tile.hpp>

namespace blockopt::detail {

/// Turns the pair (x_j, x_{j + h/2}) of a head of size h at position p by the angle p base^(-2j/h) (Su et al., RoFormer,
/// arXiv 2104.09864, eq. 34, with the pairs that Hugging Face's rotate_half makes).
template <class C>
class rotary_table {
 public:
  rotary_table(const transformer_shape& shape, std::pmr::memory_resource* resource)
      : half_(shape.head_size() / 2), turns_(resource, 2 * shape.context * half_) {
    for (std::size_t position = 0; position < shape.context; ++position) {
      for (std::size_t j = 0; j < half_; ++j) {
        const double exponent = -static_cast<double>(j) / static_cast<double>(half_);
        const double angle = static_cast<double>(position) * std::pow(shape.rope_base, exponent);
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
