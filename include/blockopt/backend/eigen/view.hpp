// SPDX-License-Identifier: MIT
// Part of blockopt: views of Eigen's dense objects.
#pragma once

#include <concepts>
#include <cstddef>
#include <type_traits>

#include <Eigen/Core>

#include <blockopt/view/scalar.hpp>
#include <blockopt/view/tensor_view.hpp>

namespace blockopt {

/// Eigen's own 16-bit types are stored as the library's.
template <>
struct scalar_traits<Eigen::bfloat16> : scalar_traits<bfloat16> {};
template <>
struct scalar_traits<Eigen::half> : scalar_traits<half> {};

namespace detail {

/// An object that owns its coefficients and is about to die.
template <class E>
inline constexpr bool is_dying_owner =
    !std::is_lvalue_reference_v<E> &&
    std::is_same_v<std::remove_cvref_t<E>, typename std::remove_cvref_t<E>::PlainObject>;

template <class D>
void accept_dense(const Eigen::DenseBase<D>&);

template <class E>
concept eigen_dense = requires(const std::remove_cvref_t<E>& e) { detail::accept_dense(e); };

}  // namespace detail

/// A view of a matrix, array, vector, Map, Ref, block, row, column or transpose that lies in memory: extents {rows, cols},
/// or {size} for a vector. Never a copy: a lazy expression and a temporary that owns its coefficients do not compile.
template <class E>
  requires detail::eigen_dense<E>
[[nodiscard]] auto view(E&& dense) {
  using plain = std::remove_cvref_t<E>;
  static_assert((plain::Flags & Eigen::DirectAccessBit) != 0,
                "blockopt: this Eigen expression has no memory of its own; evaluate it into a matrix and view that");
  static_assert(!detail::is_dying_owner<E>, "blockopt: the temporary would be gone before its view");
  if constexpr ((plain::Flags & Eigen::DirectAccessBit) != 0 && !detail::is_dying_owner<E>) {
    using element = std::remove_pointer_t<decltype(dense.data())>;
    const auto rows = static_cast<std::size_t>(dense.rows());
    const auto cols = static_cast<std::size_t>(dense.cols());
    const auto row_stride = static_cast<std::ptrdiff_t>(dense.rowStride());
    const auto col_stride = static_cast<std::ptrdiff_t>(dense.colStride());
    if constexpr (plain::IsVectorAtCompileTime) {
      const bool is_row = plain::RowsAtCompileTime == 1;
      return tensor_view<element>(dense.data(), {is_row ? cols : rows}, {is_row ? col_stride : row_stride});
    } else {
      return tensor_view<element>(dense.data(), {rows, cols}, {row_stride, col_stride});
    }
  }
}

}  // namespace blockopt
