// SPDX-License-Identifier: MIT
// Part of blockopt: elementwise work on contiguous rows in register tiles, so that exp and division are never scalar.
#pragma once

#include <algorithm>
#include <cstddef>
#include <tuple>
#include <type_traits>

#include <Eigen/Core>

namespace blockopt::detail {

/// One cache line of elements, kept in registers.
template <class C>
inline constexpr std::size_t tile_width = 64 / sizeof(C);
template <class C>
using register_tile = Eigen::Array<C, static_cast<int>(tile_width<C>), 1>;

template <class C>
[[nodiscard]] inline std::size_t round_up_to_tile(std::size_t n) {
  return (n + tile_width<C> - 1) / tile_width<C> * tile_width<C>;
}

template <class C>
[[nodiscard]] inline register_tile<C> load_tile(const C* from) {
  return Eigen::Map<const register_tile<C>>(from);
}
template <class C>
[[nodiscard]] inline register_tile<C> load_tile(const C* from, std::size_t count) {
  register_tile<C> tile = register_tile<C>::Zero();
  std::copy_n(from, count, tile.data());
  return tile;
}

/// Rows of const elements are not written.
template <class C>
inline void store_tile(const register_tile<C>& tile, C* to) {
  Eigen::Map<register_tile<C>> target(to);
  target = tile;
}
template <class C>
inline void store_tile(const register_tile<C>& tile, C* to, std::size_t count) {
  std::copy_n(tile.data(), count, to);
}
template <class C>
inline void store_tile(const register_tile<C>&, const C*) {}
template <class C>
inline void store_tile(const register_tile<C>&, const C*, std::size_t) {}

/// f(tile&...) on each tile of the rows p..., in place. The last, partial tile is padded with zeros.
template <class C, class F, class... P>
inline void transform_tiles(std::size_t n, const F& f, P*... p) {
  static_assert((std::is_same_v<std::remove_const_t<P>, C> && ...));
  std::size_t i = 0;
  for (; i + tile_width<C> <= n; i += tile_width<C>) {
    std::tuple tiles{load_tile<C>(p + i)...};
    std::apply([&](auto&... tile) { f(tile...), (store_tile<C>(tile, p + i), ...); }, tiles);
  }
  if (i < n) {
    std::tuple tiles{load_tile<C>(p + i, n - i)...};
    std::apply([&](auto&... tile) { f(tile...), (store_tile<C>(tile, p + i, n - i), ...); }, tiles);
  }
}

/// A contiguous row as an Eigen array, for reductions and plain arithmetic.
template <class C>
[[nodiscard]] inline auto row_of(C* data, std::size_t n) {
  using plain = Eigen::Array<std::remove_const_t<C>, Eigen::Dynamic, 1>;
  return Eigen::Map<std::conditional_t<std::is_const_v<C>, const plain, plain>>(data, static_cast<Eigen::Index>(n));
}

}  // namespace blockopt::detail
