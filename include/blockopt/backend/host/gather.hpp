// SPDX-License-Identifier: MIT
// Part of blockopt: elements of a strided array into a contiguous one, and back.
#pragma once

#include <cstddef>
#include <type_traits>

#include <blockopt/view/element_order.hpp>

namespace blockopt::detail {

/// Copies the elements [first, first + count) of `order` over `data` to `to`.
template <class E>
void gather(const E* data, const element_order& order, std::size_t first, std::size_t count,
            std::remove_const_t<E>* to) noexcept {
  order.for_each_element(first, count,
                         [&](std::size_t position, std::ptrdiff_t offset) { to[position] = data[offset]; });
}

/// The way back: `count` elements from `from` to the places [first, first + count).
template <class E>
void scatter(const E* from, std::size_t first, std::size_t count, const element_order& order, E* data) noexcept {
  order.for_each_element(first, count,
                         [&](std::size_t position, std::ptrdiff_t offset) { data[offset] = from[position]; });
}

}  // namespace blockopt::detail
