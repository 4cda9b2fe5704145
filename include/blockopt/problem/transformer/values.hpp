// SPDX-License-Identifier: MIT
// Part of blockopt: the transformer's values in memory, and their start.
#pragma once

#include <algorithm>
#include <cmath>
#include <cstddef>
#include <cstdint>
#include <memory_resource>
#include <optional>
#include <span>
#include <vector>

#include <blockopt/block/parameter.hpp>
#include <blockopt/problem/detail/random_source.hpp>
#include <blockopt/problem/transformer/buffer.hpp>
#include <blockopt/problem/transformer/parallel.hpp>
#include <blockopt/problem/transformer/shape.hpp>
#include <blockopt/view/scalar.hpp>

namespace blockopt::detail {

/// Where each parameter begins, in elements: on a new cache line, except within a fused matrix. Returns the number of
/// elements, with what lies between parameters.
template <scalar T>
std::size_t place_values(const transformer_shape& shape, std::span<std::size_t> places) {
  constexpr std::size_t line = resource_buffer<T>::alignment / sizeof(T);
  std::size_t end = 0;
  for (std::size_t i = 0; i < shape.parameters(); ++i) {
    const bool in_layer = i != 0 && i < final_norm_number(shape);
    const auto part = in_layer ? static_cast<layer_part>((i - 1) % layer_parts) : layer_part::attention_norm;
    const bool follows = part == layer_part::key || part == layer_part::value || part == layer_part::up;
    places[i] = follows ? end : (end + line - 1) / line * line;
    end = places[i] + extents_of(shape, i).size();
  }
  return end;
}

template <scalar T>
[[nodiscard]] parameter<T> parameter_at(const transformer_shape& shape, std::size_t i, T* data) {
  const parameter_extents e = extents_of(shape, i);
  return {
      name_of(shape, i), e.columns == 0 ? tensor_view<T>(data, e.rows) : tensor_view<T>(data, {e.rows, e.columns}), {}};
}

/// The numbers [first, first + count) of a stream of normal numbers, times `deviation`: those that random.normal() would
/// give one after the other. The states of a stream are an arithmetic sequence, so that a vector of them can be made at once.
template <scalar T>
inline void normal_values(const random_source& random, std::size_t first, std::size_t count, double deviation,
                          T* values) {
  constexpr std::uint64_t draws = 12;
  constexpr std::size_t lanes = 64;
  std::uint64_t state = random_stream{random}.after(draws * first).state;
  for (std::size_t k = 0; k < count; k += lanes) {
    double sum[lanes];
    std::fill_n(sum, lanes, -6.0);
    for (std::uint64_t d = 0; d < draws; ++d) {
      for (std::uint64_t lane = 0; lane < lanes; ++lane) {
        sum[lane] += random_stream{state}.after(draws * lane + d).uniform();
      }
    }
    const std::size_t here = std::min(lanes, count - k);
    for (std::size_t lane = 0; lane < here; ++lane) {
      values[k + lane] = T(static_cast<compute_type_t<T>>(deviation * sum[lane]));
    }
    state = random_stream{state}.after(draws * lanes).state;
  }
}

/// All values in one piece of memory, in the order of their numbers. Query, key and value lie together without gaps,
/// and so do gate and up: each is one matrix for the products.
template <scalar T>
class transformer_values {
 public:
  /// Takes memory and does not touch it.
  transformer_values(const transformer_shape& shape, std::pmr::memory_resource* resource)
      : places_(shape.parameters()), values_(resource, place_values<T>(shape, places_)) {}

  /// Norms start at 1; all else at random with mean 0 and deviation 0.02, the outputs of a layer's halves divided by
  /// sqrt(2 layers) (Radford et al., GPT-2, 2019, section 2.3). The same bits everywhere: each value is a scaled sum of
  /// twelve uniform numbers, close to normal, of a stream that only the seed and the parameter decide. Without a seed all values are 0: they will be loaded.
  void start(const transformer_shape& shape, std::optional<std::uint64_t> seed) {
    constexpr std::size_t piece = std::size_t{1} << 16;
    const double residual = 1.0 / std::sqrt(2.0 * static_cast<double>(shape.layers));
    for (std::size_t i = 0; i < shape.parameters(); ++i) {
      const parameter_extents extents = extents_of(shape, i);
      const bool norm = extents.columns == 0;
      double deviation = 0.02;
      if (i != 0 && i < final_norm_number(shape)) {
        const auto part = static_cast<layer_part>((i - 1) % layer_parts);
        if (part == layer_part::output || part == layer_part::down) deviation *= residual;
      }
      for_each_piece((extents.size() + piece - 1) / piece, available_threads(), static_cast<double>(extents.size()),
                     [&](std::size_t k, std::size_t) {
                       const std::size_t first = k * piece, count = std::min(piece, extents.size() - first);
                       T* const values = data(i) + first;
                       if (!seed || norm) {
                         std::fill_n(values, count, T(static_cast<compute_type_t<T>>(seed ? 1 : 0)));
                       } else {
                         normal_values(random_source(*seed, i + 1), first, count, deviation, values);
                       }
                     });
    }
  }

  [[nodiscard]] T* data(std::size_t parameter) { return values_.data() + places_[parameter]; }
  [[nodiscard]] const T* data(std::size_t parameter) const { return values_.data() + places_[parameter]; }

  [[nodiscard]] std::vector<parameter<T>> parameters(const transformer_shape& shape) {
    std::vector<parameter<T>> list;
    list.reserve(places_.size());
    for (std::size_t i = 0; i < places_.size(); ++i) list.push_back(parameter_at(shape, i, data(i)));
    return list;
  }

 private:
  std::vector<std::size_t> places_;
  resource_buffer<T> values_;
};

/// Values as the compute type: themselves, or, for 16-bit values, converted into `scratch` of n elements.
template <scalar T>
[[nodiscard]] inline const compute_type_t<T>* computable(const T* values, std::size_t n, compute_type_t<T>* scratch) {
  if constexpr (std::is_same_v<T, compute_type_t<T>>) {
    return values;
  } else {
    for (std::size_t i = 0; i < n; ++i) scratch[i] = static_cast<compute_type_t<T>>(values[i]);
    return scratch;
  }
}

}  // namespace blockopt::detail
