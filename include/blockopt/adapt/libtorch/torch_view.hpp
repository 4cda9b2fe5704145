// SPDX-License-Identifier: MIT
// Part of blockopt: views of libtorch's tensors.
#pragma once

#include <array>
#include <concepts>
#include <cstddef>
#include <span>
#include <string>
#include <type_traits>

#include <ATen/core/Tensor.h>

#include <blockopt/view/scalar.hpp>
#include <blockopt/view/tensor_view.hpp>

namespace blockopt {

/// libtorch's own 16-bit types are stored as the library's.
template <>
struct scalar_traits<c10::BFloat16> : scalar_traits<bfloat16> {};
template <>
struct scalar_traits<c10::Half> : scalar_traits<half> {};

namespace detail {

template <scalar T>
[[nodiscard]] constexpr c10::ScalarType torch_type() noexcept {
  switch (scalar_traits<T>::format) {
    case number_format::float32:
      return c10::ScalarType::Float;
    case number_format::float64:
      return c10::ScalarType::Double;
    case number_format::bfloat16:
      return c10::ScalarType::BFloat16;
    case number_format::float16:
      return c10::ScalarType::Half;
  }
  return c10::ScalarType::Undefined;
}

/// Why the tensor's memory cannot be seen as T's in `Space`; empty when it can.
template <scalar T, class Space>
[[nodiscard]] std::string torch_refusal(const at::Tensor& tensor) {
  if (!tensor.defined()) return "is not defined";
  if (tensor.layout() != c10::Layout::Strided)
    return "has a layout that is not strided (sparse, say), which no view can show";
  if (tensor.scalar_type() != torch_type<T>()) {
    return std::string("holds ") + c10::toString(tensor.scalar_type()) + ", not " + std::string(scalar_traits<T>::name);
  }
  if (std::same_as<Space, host_space> ? !tensor.device().is_cpu() : !tensor.device().is_cuda())
    return "lies on device " + tensor.device().str() + ", not in " + Space::name + " memory";
  if (tensor.dim() > static_cast<std::int64_t>(max_rank))
    return "has " + std::to_string(tensor.dim()) + " dimensions; 8 are supported";
  if (tensor.is_neg()) return "is a view whose signs are to be changed when it is read; call resolve_neg()";
  return {};
}

/// torch_view of a tensor that is known to have one.
template <class T, class Space>
[[nodiscard]] tensor_view<T, Space> torch_view_unchecked(const at::Tensor& tensor) {
  std::array<std::size_t, max_rank> extents{1};
  std::array<std::ptrdiff_t, max_rank> strides{1};
  const auto rank = static_cast<std::size_t>(tensor.dim());
  const at::IntArrayRef sizes = tensor.sizes(), steps = tensor.strides();
  for (std::size_t d = 0; d < rank; ++d) {
    extents[d] = static_cast<std::size_t>(sizes[d]);
    strides[d] = steps[d];
  }
  const std::size_t shown = rank == 0 ? 1 : rank;
  return {static_cast<T*>(tensor.data_ptr()), std::span<const std::size_t>(extents.data(), shown),
          std::span<const std::ptrdiff_t>(strides.data(), shown)};
}

}  // namespace detail

/// A view of the tensor's memory, contiguous or strided, never a copy; T is float, double, bfloat16 or half, the library's
/// or libtorch's, const where it is only read. A tensor without dimensions is one element. The tensor must outlive it.
/// Raises invalid_view, with the reason, for a tensor that is undefined, sparse, of another type or on another device.
template <class T, class Space = host_space>
[[nodiscard]] tensor_view<T, Space> torch_view(const at::Tensor& tensor) {
  if (const std::string reason = detail::torch_refusal<std::remove_const_t<T>, Space>(tensor); !reason.empty())
    raise<invalid_view>("the tensor " + reason);
  return detail::torch_view_unchecked<T, Space>(tensor);
}

}  // namespace blockopt
