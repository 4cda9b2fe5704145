// SPDX-License-Identifier: MIT
// Part of blockopt: views of DLPack's tensors, and DLPack's tensors of views.
#pragma once

#include <array>
#include <concepts>
#include <cstddef>
#include <cstdint>
#include <limits>
#include <memory>
#include <span>
#include <string>
#include <type_traits>
#include <utility>

#include <blockopt/adapt/dlpack_abi.hpp>
#include <blockopt/error.hpp>
#include <blockopt/view/scalar.hpp>
#include <blockopt/view/tensor_view.hpp>

namespace blockopt {

/// DLTensor of <dlpack/dlpack.h> or blockopt::dlpack::tensor.
template <class D>
concept dlpack_tensor = requires(const D& d) {
  { d.data } -> std::convertible_to<void*>;
  { d.device.device_id } -> std::convertible_to<std::int32_t>;
  { d.dtype.lanes } -> std::convertible_to<std::uint16_t>;
  { d.shape } -> std::convertible_to<const std::int64_t*>;
  { d.strides } -> std::convertible_to<const std::int64_t*>;
  { d.byte_offset } -> std::convertible_to<std::uint64_t>;
};

/// DLManagedTensor or DLManagedTensorVersioned, from there or of blockopt::dlpack.
template <class M>
concept dlpack_managed = dlpack_tensor<decltype(M::dl_tensor)> && std::is_pointer_v<decltype(M::deleter)>;

namespace detail {

template <class M>
inline constexpr bool is_dlpack_versioned = requires(const M& m) {
  m.version;
  m.flags;
};

template <scalar T>
[[nodiscard]] constexpr dlpack::data_type dlpack_type() noexcept {
  constexpr bool brain = scalar_traits<T>::format == number_format::bfloat16;
  return {brain ? dlpack::brain_floating : dlpack::floating, static_cast<std::uint8_t>(8 * sizeof(T)), 1};
}

/// Whether code in `Space` may follow a pointer into memory of the device.
template <class Space>
[[nodiscard]] constexpr bool dlpack_reaches(std::int32_t type) noexcept {
  if (type == dlpack::cuda_managed) return true;
  if constexpr (std::same_as<Space, host_space>)
    return type == dlpack::cpu || type == dlpack::cuda_host || type == dlpack::rocm_host;
  else return type == dlpack::cuda;
}

[[noreturn]] inline void refuse_dlpack(const std::string& reason) { raise<invalid_view>("a DLPack tensor " + reason); }

/// Adds the bytes from the first element to the farthest one of a dimension, and refuses what leaves ptrdiff_t.
inline void add_dlpack_reach(std::uint64_t& reach, std::uint64_t count, std::int64_t stride, std::size_t bytes) {
  constexpr auto limit = static_cast<std::uint64_t>(std::numeric_limits<std::ptrdiff_t>::max());
  const std::uint64_t step = stride < 0 ? 0 - static_cast<std::uint64_t>(stride) : static_cast<std::uint64_t>(stride);
  if (count <= 1 || step == 0) return;
  if (step > limit / bytes || count - 1 > (limit - reach) / (step * bytes))
    refuse_dlpack("of " + std::to_string(count) + " elements with stride " + std::to_string(stride) + " overflows");
  reach += (count - 1) * step * bytes;
}

}  // namespace detail

/// A view of the tensor's memory; T is its element type (const where it is only read). A tensor without dimensions is
/// one element. Never a copy. Raises invalid_view, with the reason, for another type or lanes, memory that `Space` does
/// not reach (host: CPU, pinned and managed memory; device: CUDA and managed), more than max_rank dimensions, null or
/// misaligned data, and sizes that are negative or overflow.
template <class T, class Space = host_space, dlpack_tensor D>
[[nodiscard]] tensor_view<T, Space> dlpack_view(const D& tensor) {
  using element = std::remove_const_t<T>;
  const auto wanted = detail::dlpack_type<element>();
  if (tensor.dtype.code != wanted.code || tensor.dtype.bits != wanted.bits || tensor.dtype.lanes != 1) {
    detail::refuse_dlpack("has type code " + std::to_string(tensor.dtype.code) + " of " +
                          std::to_string(tensor.dtype.bits) + " bits in " + std::to_string(tensor.dtype.lanes) +
                          " lanes; a view of " + std::string(scalar_traits<element>::name) + " needs code " +
                          std::to_string(wanted.code) + " of " + std::to_string(wanted.bits) + " bits in 1 lane");
  }
  const auto device = static_cast<std::int32_t>(tensor.device.device_type);
  if (!detail::dlpack_reaches<Space>(device))
    detail::refuse_dlpack("lies on device type " + std::to_string(device) + ", not in " + Space::name + " memory");
  if (tensor.ndim < 0 || static_cast<std::size_t>(tensor.ndim) > max_rank)
    detail::refuse_dlpack("has " + std::to_string(tensor.ndim) + " dimensions; 0 to 8 are supported");

  const auto rank = static_cast<std::size_t>(tensor.ndim);
  if (rank > 0 && tensor.shape == nullptr) detail::refuse_dlpack("has dimensions and no shape");
  std::array<std::size_t, max_rank> extents{1};
  std::array<std::ptrdiff_t, max_rank> strides{1};
  bool empty = false;
  for (std::size_t d = 0; d < rank; ++d) {
    if (tensor.shape[d] < 0) detail::refuse_dlpack("has the negative extent " + std::to_string(tensor.shape[d]));
    extents[d] = static_cast<std::size_t>(tensor.shape[d]);
    empty = empty || extents[d] == 0;
  }
  const std::span<const std::size_t> shape(extents.data(), rank == 0 ? 1 : rank);
  if (empty) return {static_cast<T*>(nullptr), shape};
  if (tensor.data == nullptr) detail::refuse_dlpack("has elements and null data");
  const std::uintptr_t base = reinterpret_cast<std::uintptr_t>(tensor.data);
  if (tensor.byte_offset > std::numeric_limits<std::uintptr_t>::max() - base)
    detail::refuse_dlpack("has the byte offset " + std::to_string(tensor.byte_offset) + ", which overflows");
  if ((base + tensor.byte_offset) % alignof(element) != 0) detail::refuse_dlpack("has misaligned data");
  T* const data = reinterpret_cast<T*>(static_cast<std::byte*>(tensor.data) + tensor.byte_offset);
  if (rank == 0 || tensor.strides == nullptr) return {data, shape};

  std::uint64_t reach = 0;
  for (std::size_t d = 0; d < rank; ++d) {
    detail::add_dlpack_reach(reach, extents[d], tensor.strides[d], sizeof(element));
    // a dimension of one element may have any stride, and some producers leave it unset
    strides[d] = extents[d] == 1 ? 1 : static_cast<std::ptrdiff_t>(tensor.strides[d]);
  }
  return {data, shape, std::span<const std::ptrdiff_t>(strides.data(), rank)};
}

/// The same of a managed tensor, whose ownership stays where it is. Refuses a major version other than 1, and variable
/// elements of a tensor that its owner marked read-only.
template <class T, class Space = host_space, dlpack_managed M>
[[nodiscard]] tensor_view<T, Space> dlpack_view(const M& managed) {
  if constexpr (detail::is_dlpack_versioned<M>) {
    const auto [first, second] = managed.version;  // its members have the names of macros of some systems
    if (first != dlpack::abi_version.first) {
      detail::refuse_dlpack("has version " + std::to_string(first) + "." + std::to_string(second) + "; 1 is supported");
    }
    if (!std::is_const_v<T> && (managed.flags & dlpack::flag_read_only) != 0)
      detail::refuse_dlpack("is read-only; view it as constants");
  }
  return dlpack_view<T, Space>(managed.dl_tensor);
}

/// Calls a managed tensor's deleter.
struct dlpack_delete {
  template <dlpack_managed M>
  void operator()(M* managed) const noexcept {
    if (managed->deleter != nullptr) managed->deleter(managed);
  }
};

/// Owns a managed tensor: `dlpack_handle<DLManagedTensor> handle(at::toDLPack(t));` calls its deleter exactly once.
/// `release()` gives it away.
template <dlpack_managed M>
using dlpack_handle = std::unique_ptr<M, dlpack_delete>;

/// A managed tensor on the view's memory, for another framework to borrow: nothing is copied. `keep_alive` (a
/// shared_ptr of the memory, say) lives until the deleter is called; without one the caller sees to it. Constants are
/// marked read-only, which needs a versioned structure. Strides are always given, as version 1.2 asks.
template <dlpack_managed M = dlpack::managed_tensor_versioned, class T, class Space, class KeepAlive = std::nullptr_t>
[[nodiscard]] dlpack_handle<M> to_dlpack(const tensor_view<T, Space>& elements, KeepAlive keep_alive = {},
                                         std::int32_t device_id = 0) {
  static_assert(!std::is_const_v<T> || detail::is_dlpack_versioned<M>,
                "blockopt: DLManagedTensor cannot say that its elements are constants; use DLManagedTensorVersioned");
  struct holder {
    M managed{};
    std::array<std::int64_t, max_rank> shape{}, strides{};
    KeepAlive keep_alive;
    explicit holder(KeepAlive&& k) : keep_alive(std::move(k)) {}
  };
  auto made = std::make_unique<holder>(std::move(keep_alive));
  M& managed = made->managed;
  auto& tensor = managed.dl_tensor;
  for (std::size_t d = 0; d < elements.rank(); ++d) {
    made->shape[d] = static_cast<std::int64_t>(elements.extent(d));
    made->strides[d] = static_cast<std::int64_t>(elements.stride(d));
  }
  constexpr auto device = std::same_as<Space, host_space> ? dlpack::cpu : dlpack::cuda;
  tensor.device.device_type = static_cast<std::remove_reference_t<decltype(tensor.device.device_type)>>(device);
  tensor.device.device_id = device_id;
  tensor.data = elements.empty() ? nullptr : const_cast<std::remove_const_t<T>*>(elements.data());
  tensor.ndim = elements.rank() == 0 ? 1 : static_cast<std::int32_t>(elements.rank());
  constexpr auto type = detail::dlpack_type<std::remove_const_t<T>>();
  tensor.dtype.code = type.code;
  tensor.dtype.bits = type.bits;
  tensor.dtype.lanes = type.lanes;
  tensor.shape = made->shape.data();
  tensor.strides = made->strides.data();
  if constexpr (detail::is_dlpack_versioned<M>) {
    managed.version = {dlpack::abi_version.first, dlpack::abi_version.second};
    managed.flags = std::is_const_v<T> ? dlpack::flag_read_only : 0;
  }
  managed.deleter = [](M* self) { delete static_cast<holder*>(self->manager_ctx); };
  managed.manager_ctx = made.get();
  return dlpack_handle<M>(&made.release()->managed);
}

}  // namespace blockopt
