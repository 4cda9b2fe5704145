// SPDX-License-Identifier: MIT
// Part of blockopt: the elements of a tensor that an index list names, as one flat view.
#pragma once

#include <cstddef>
#include <cstdint>
#include <span>
#include <type_traits>
#include <vector>

#include <blockopt/error.hpp>
#include <blockopt/view/element_order.hpp>
#include <blockopt/view/tensor_view.hpp>

namespace blockopt {

/// Element k is the element indices[k] of a tensor in host memory, counted in its natural order (for a flat or row-major
/// tensor the logical one). Neither is copied: both outlive the view. An index may stand in the list twice, as long as
/// nobody writes. A partition by such lists is `by_index`.
template <class T>
class index_view {
 public:
  using element_type = T;
  using value_type = std::remove_const_t<T>;

  /// Raises invalid_view for an index that is out of range.
  index_view(const tensor_view<T>& tensor, std::span<const std::uint32_t> indices)
      : data_(tensor.data()), size_(indices.size()), order_(tensor, natural_order(tensor)) {
    for (const std::uint32_t i : indices) {
      if (i >= tensor.size()) {
        raise<invalid_view>({"an index list names element ", i, " of a tensor of ", tensor.size()});
      }
    }
    order_.indices = indices.data();
  }

  /// A temporary list would be gone before its view.
  index_view(const tensor_view<T>&, std::vector<std::uint32_t>&&) = delete;

  [[nodiscard]] std::size_t size() const noexcept { return size_; }
  [[nodiscard]] T& operator[](std::size_t k) const noexcept { return data_[order_.offset_of(order_.indices[k])]; }

 private:
  T* data_;
  std::size_t size_;
  element_order order_;
};

}  // namespace blockopt
