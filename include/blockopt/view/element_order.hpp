// SPDX-License-Identifier: MIT
// Part of blockopt: the order in which the elements of a view are walked, and their places.
#pragma once

#include <algorithm>
#include <array>
#include <cstddef>
#include <cstdint>
#include <utility>

#include <blockopt/view/tensor_view.hpp>

namespace blockopt {

/// A permutation of the dimensions of a view.
using dimension_order = std::array<std::size_t, max_rank>;

/// The dimensions as they are: the logical, row-major order.
[[nodiscard]] constexpr dimension_order logical_order() noexcept {
  dimension_order order{};
  for (std::size_t d = 0; d < max_rank; ++d) order[d] = d;
  return order;
}

/// True when the elements of the view fill memory without gaps, in whatever order of dimensions.
template <class T, class Space>
[[nodiscard]] constexpr bool is_dense(const tensor_view<T, Space>& v) noexcept;

/// The dimensions from the slowest to the fastest: by stride for a dense view (a column-major matrix is walked down its
/// columns), as they are for any other.
template <class T, class Space>
[[nodiscard]] constexpr dimension_order natural_order(const tensor_view<T, Space>& v) noexcept {
  dimension_order order = logical_order();
  if (is_dense(v)) {
    for (std::size_t i = 1; i < v.rank(); ++i) {  // insertion sort: stable, and std::sort is overkill for 8
      for (std::size_t k = i; k > 0 && v.stride(order[k - 1]) < v.stride(order[k]); --k)
        std::swap(order[k - 1], order[k]);
    }
  }
  return order;
}

template <class T, class Space>
[[nodiscard]] constexpr bool is_dense(const tensor_view<T, Space>& v) noexcept {
  std::ptrdiff_t last = 0;
  for (std::size_t d = 0; d < v.rank(); ++d) {
    if (v.extent(d) > 1 && v.stride(d) <= 0) return false;
    if (v.extent(d) > 0) last += static_cast<std::ptrdiff_t>(v.extent(d) - 1) * v.stride(d);
  }
  if (static_cast<std::size_t>(last) + 1 != v.size()) return false;
  // no two dimensions may collide: walked by stride, each must step over all faster ones exactly
  std::size_t reached = 1;
  for (std::size_t pass = 0; pass < v.rank(); ++pass) {
    bool found = reached == v.size();
    for (std::size_t d = 0; d < v.rank() && !found; ++d) {
      if (v.extent(d) > 1 && v.stride(d) == static_cast<std::ptrdiff_t>(reached)) {
        reached *= v.extent(d);
        found = true;
      }
    }
    if (!found) return false;
  }
  return reached == v.size() || v.size() <= 1;
}

/// The view of an array that holds a tensor densely in the natural order of `like`, with its extents.
template <class E, class T, class Space>
[[nodiscard]] tensor_view<E, Space> dense_like(E* data, const tensor_view<T, Space>& like) {
  const dimension_order order = natural_order(like);
  std::array<std::ptrdiff_t, max_rank> strides{};
  std::ptrdiff_t stride = 1;
  for (std::size_t k = like.rank(); k-- > 0;) {
    strides[order[k]] = stride;
    stride *= static_cast<std::ptrdiff_t>(like.extent(order[k]));
  }
  return {data, like.extents(), std::span<const std::ptrdiff_t>(strides.data(), like.rank())};
}

/// Where the i-th element of a view lies when its dimensions are walked in a given order; neighbours that continue each
/// other are joined, so that a dense view in its natural order is one run. Default-constructed: a flat array.
/// Elements are counted from `start`, or are those that an index list names.
struct element_order {
  // first, in one cache line, what tells whether the elements are contiguous: a step looks at that for every tensor
  std::size_t rank = 0;
  std::size_t start = 0;
  const std::uint32_t* indices = nullptr;  ///< the caller's; null: all elements
  std::array<std::ptrdiff_t, max_rank> strides{};
  std::array<std::size_t, max_rank> extents{};

  element_order() = default;
  friend constexpr bool operator==(const element_order&, const element_order&) = default;

  template <class T, class Space>
  constexpr element_order(const tensor_view<T, Space>& v, const dimension_order& order) noexcept {
    for (std::size_t k = 0; k < v.rank(); ++k) {
      const std::size_t d = order[k];
      if (v.extent(d) == 1) continue;
      if (rank > 0 && strides[rank - 1] == static_cast<std::ptrdiff_t>(v.extent(d)) * v.stride(d)) {
        extents[rank - 1] *= v.extent(d);
        strides[rank - 1] = v.stride(d);
      } else {
        extents[rank] = v.extent(d);
        strides[rank] = v.stride(d);
        ++rank;
      }
    }
  }

  /// The i-th element is at data[i].
  [[nodiscard]] constexpr bool contiguous() const noexcept { return flat() && start == 0 && indices == nullptr; }

  /// All elements, from `start` on, follow each other in memory.
  [[nodiscard]] constexpr bool flat() const noexcept { return rank == 0 || (rank == 1 && strides[0] == 1); }

  /// Where an element lies, by its number among all.
  [[nodiscard]] constexpr std::ptrdiff_t offset_of(std::size_t number) const noexcept {
    if (rank == 0) return static_cast<std::ptrdiff_t>(number);
    std::ptrdiff_t offset = 0;
    for (std::size_t d = rank; d-- > 0;) {
      offset += static_cast<std::ptrdiff_t>(number % extents[d]) * strides[d];
      number /= extents[d];
    }
    return offset;
  }

  /// Calls f(position, offset, count, stride) for runs that cover the elements [first, first + count): `position` counts
  /// from 0 within that range, `offset` and `stride` are in elements from the data pointer.
  template <class F>
  constexpr void for_each_run(std::size_t first, std::size_t count, const F& f) const {
    if (indices != nullptr) {
      for (std::size_t k = 0; k < count; ++k) f(k, offset_of(indices[first + k]), std::size_t{1}, std::ptrdiff_t{1});
      return;
    }
    if (count == 0) return;
    first += start;
    if (rank == 0) {
      f(std::size_t{0}, static_cast<std::ptrdiff_t>(first), count, std::ptrdiff_t{1});
      return;
    }
    std::array<std::size_t, max_rank> index{};
    std::ptrdiff_t offset = 0;
    for (std::size_t d = rank; d-- > 0;) {
      index[d] = first % extents[d];
      first /= extents[d];
      offset += static_cast<std::ptrdiff_t>(index[d]) * strides[d];
    }
    std::size_t done = 0;
    while (done < count) {
      const std::size_t inner = rank - 1;
      const std::size_t run = std::min(extents[inner] - index[inner], count - done);
      f(done, offset, run, strides[inner]);
      done += run;
      index[inner] += run;
      offset += static_cast<std::ptrdiff_t>(run) * strides[inner];
      for (std::size_t d = inner; index[d] == extents[d] && d > 0; --d) {
        offset += strides[d - 1] - static_cast<std::ptrdiff_t>(extents[d]) * strides[d];
        index[d] = 0;
        ++index[d - 1];
      }
    }
  }

  /// The same one by one: f(position, offset).
  template <class F>
  constexpr void for_each_element(std::size_t first, std::size_t count, const F& f) const {
    for_each_run(first, count,
                 [&](std::size_t position, std::ptrdiff_t offset, std::size_t run, std::ptrdiff_t stride) {
                   for (std::size_t k = 0; k < run; ++k)
                     f(position + k, offset + static_cast<std::ptrdiff_t>(k) * stride);
                 });
  }
};

}  // namespace blockopt
