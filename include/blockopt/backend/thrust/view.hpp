// SPDX-License-Identifier: MIT
// Part of blockopt: views of what Thrust owns, without copies.
#pragma once

#include <cstddef>
#include <initializer_list>

#include <thrust/device_ptr.h>
#include <thrust/device_vector.h>

#include <blockopt/backend/thrust/system.hpp>
#include <blockopt/view/tensor_view.hpp>

namespace blockopt {

/// A view of a device vector, in the space of the device system; valid until the vector reallocates.
template <class T, class A>
[[nodiscard]] tensor_view<T, thrust_space> view(thrust::device_vector<T, A>& elements) {
  return {thrust::raw_pointer_cast(elements.data()), elements.size()};
}
template <class T, class A>
[[nodiscard]] tensor_view<const T, thrust_space> view(const thrust::device_vector<T, A>& elements) {
  return {thrust::raw_pointer_cast(elements.data()), elements.size()};
}
/// A temporary would be gone before its view.
template <class T, class A>
void view(thrust::device_vector<T, A>&& elements) = delete;
template <class T, class A>
void view(const thrust::device_vector<T, A>&& elements) = delete;

/// A view of `count` elements, or of contiguous, row-major ones with the given extents, from a pointer of Thrust's.
template <class T>
[[nodiscard]] tensor_view<T, thrust_space> view(thrust::device_ptr<T> data, std::size_t count) {
  return {thrust::raw_pointer_cast(data), count};
}
template <class T>
[[nodiscard]] tensor_view<T, thrust_space> view(thrust::device_ptr<T> data,
                                                std::initializer_list<std::size_t> extents) {
  return {thrust::raw_pointer_cast(data), extents};
}

}  // namespace blockopt
