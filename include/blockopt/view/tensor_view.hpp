// SPDX-License-Identifier: MIT
// Part of blockopt: a non-owning, typed, shaped, strided window on memory in a memory space.
#pragma once

#include <array>
#include <concepts>
#include <cstddef>
#include <initializer_list>
#include <limits>
#include <span>
#include <string>
#include <type_traits>
#include <vector>

#include <blockopt/error.hpp>
#include <blockopt/view/space.hpp>

namespace blockopt {

/// The largest number of dimensions of a view.
inline constexpr std::size_t max_rank = 8;

/// A window on `T`s that someone else owns. Copying it copies the window, never the elements. Extents count elements;
/// strides are in elements and may be anything, also negative. The last dimension is the fastest of the logical order.
/// A view of rank 0 is the empty view: no data, size 0.
template <class T, class Space = host_space>
class tensor_view {
 public:
  using element_type = T;
  using value_type = std::remove_const_t<T>;
  using space = Space;

  constexpr tensor_view() noexcept = default;

  /// `count` contiguous elements. Throws invalid_view when `data` is null and `count` is not 0.
  constexpr tensor_view(T* data, std::size_t count) : tensor_view(data, std::array{count}) {}

  /// Contiguous, row-major, with the given extents. Throws invalid_view for null data, more than max_rank extents, or
  /// a size that overflows.
  constexpr tensor_view(T* data, std::span<const std::size_t> extents) : data_(data), rank_(extents.size()) {
    check_rank();
    std::size_t stride = 1;  // unsigned: what overflows is refused below
    for (std::size_t i = rank_; i-- > 0;) {
      extents_[i] = extents[i];
      strides_[i] = static_cast<std::ptrdiff_t>(stride);
      stride *= extents[i] == 0 ? 1 : extents[i];
    }
    finish();
  }
  constexpr tensor_view(T* data, std::initializer_list<std::size_t> extents)
      : tensor_view(data, std::span<const std::size_t>(extents.begin(), extents.size())) {}

  /// With strides, in elements, one for each extent.
  constexpr tensor_view(T* data, std::span<const std::size_t> extents, std::span<const std::ptrdiff_t> strides)
      : data_(data), rank_(extents.size()) {
    check_rank();
    if (strides.size() != extents.size()) {
      raise<invalid_view>({"a view of rank ", extents.size(), " was given ", strides.size(), " strides"});
    }
    for (std::size_t i = 0; i < rank_; ++i) {
      extents_[i] = extents[i];
      strides_[i] = strides[i];
    }
    finish();
  }
  constexpr tensor_view(T* data, std::initializer_list<std::size_t> extents,
                        std::initializer_list<std::ptrdiff_t> strides)
      : tensor_view(data, std::span<const std::size_t>(extents.begin(), extents.size()),
                    std::span<const std::ptrdiff_t>(strides.begin(), strides.size())) {}

  /// A view of constants from a view of variables.
  template <class U>
    requires(std::is_const_v<T>&& std::same_as<U, std::remove_const_t<T>>)
  constexpr tensor_view(const tensor_view<U, Space>& other) noexcept
      : data_(other.data_),
        rank_(other.rank_),
        size_(other.size_),
        extents_(other.extents_),
        strides_(other.strides_) {}

  [[nodiscard]] constexpr T* data() const noexcept { return data_; }
  [[nodiscard]] constexpr std::size_t rank() const noexcept { return rank_; }
  [[nodiscard]] constexpr std::size_t size() const noexcept { return size_; }
  [[nodiscard]] constexpr bool empty() const noexcept { return size_ == 0; }
  [[nodiscard]] constexpr std::size_t extent(std::size_t i) const noexcept { return extents_[i]; }
  [[nodiscard]] constexpr std::ptrdiff_t stride(std::size_t i) const noexcept { return strides_[i]; }
  [[nodiscard]] constexpr std::span<const std::size_t> extents() const noexcept { return {extents_.data(), rank_}; }
  [[nodiscard]] constexpr std::span<const std::ptrdiff_t> strides() const noexcept { return {strides_.data(), rank_}; }

  /// True when the logical (row-major) order is the order in memory, without gaps.
  [[nodiscard]] constexpr bool is_contiguous() const noexcept {
    std::ptrdiff_t expected = 1;
    for (std::size_t i = rank_; i-- > 0;) {
      if (extents_[i] == 1) continue;
      if (strides_[i] != expected) return false;
      expected *= static_cast<std::ptrdiff_t>(extents_[i]);
    }
    return true;
  }

  /// The element at the indices, one per dimension. Unchecked. Host memory only.
  template <std::convertible_to<std::size_t>... Index>
  [[nodiscard]] constexpr T& operator()(Index... indices) const noexcept requires std::same_as<Space, host_space> {
    std::ptrdiff_t offset = 0;
    std::size_t dimension = 0;
    ((offset += static_cast<std::ptrdiff_t>(indices) * strides_[dimension++]), ...);
    return data_[offset];
  }

  /// The window of `count` indices from `first` on in one dimension. Throws invalid_view when it leaves the view.
  [[nodiscard]] constexpr tensor_view slice(std::size_t dimension, std::size_t first, std::size_t count) const {
    if (dimension >= rank_ || first > extents_[dimension] || count > extents_[dimension] - first) {
      raise<invalid_view>({"slice [", first, ", ", first + count, ") of dimension ", dimension, " leaves a view of ",
                           describe_extents()});
    }
    tensor_view result = *this;
    result.extents_[dimension] = count;
    if (count > 0) result.data_ = data_ + static_cast<std::ptrdiff_t>(first) * strides_[dimension];
    result.finish();
    return result;
  }

  /// "2 x 3", for messages.
  [[nodiscard]] std::string describe_extents() const {
    std::string text;
    for (std::size_t i = 0; i < rank_; ++i) text += (i == 0 ? "" : " x ") + std::to_string(extents_[i]);
    return rank_ == 0 ? std::string("no elements") : text;
  }

 private:
  template <class, class>
  friend class tensor_view;

  constexpr void check_rank() const {
    if (rank_ > max_rank) raise<invalid_view>({"a view of rank ", rank_, "; at most 8 are supported"});
  }

  constexpr void finish() {
    std::size_t size = rank_ == 0 ? 0 : 1;
    bool overflow = false;
    for (std::size_t i = 0; i < rank_; ++i) {
      if (extents_[i] == 0) {
        size = 0;
        overflow = false;
        break;
      }
      const std::size_t limit =
          static_cast<std::size_t>(std::numeric_limits<std::ptrdiff_t>::max()) / sizeof(value_type);
      if (size > limit / extents_[i]) overflow = true;
      else size *= extents_[i];
    }
    if (overflow) raise<invalid_view>({"the size of a view of ", describe_extents(), " overflows"});
    size_ = size;
    if (data_ == nullptr && size_ != 0) raise<invalid_view>({"null data for a view of ", describe_extents()});
  }

  T* data_ = nullptr;
  std::size_t rank_ = 0;
  std::size_t size_ = 0;
  std::array<std::size_t, max_rank> extents_{};
  std::array<std::ptrdiff_t, max_rank> strides_{};
};

/// view(x): a tensor_view of what x owns, never a copy. Overloads for Eigen are in backend/eigen/view.hpp.
template <class T>
[[nodiscard]] constexpr tensor_view<T> view(T* data, std::size_t count) {
  return {data, count};
}
template <class T>
[[nodiscard]] constexpr tensor_view<T> view(T* data, std::initializer_list<std::size_t> extents) {
  return {data, extents};
}
template <class T, std::size_t N>
[[nodiscard]] constexpr tensor_view<T> view(std::span<T, N> elements) {
  return {elements.data(), elements.size()};
}
template <class T, class A>
[[nodiscard]] constexpr tensor_view<T> view(std::vector<T, A>& elements) {
  static_assert(!std::same_as<T, bool>, "blockopt: std::vector<bool> has no elements to view");
  return {elements.data(), elements.size()};
}
template <class T, class A>
[[nodiscard]] constexpr tensor_view<const T> view(const std::vector<T, A>& elements) {
  return {elements.data(), elements.size()};
}
/// A temporary would be gone before its view.
template <class T, class A>
void view(std::vector<T, A>&& elements) = delete;
template <class T, class A>
void view(const std::vector<T, A>&& elements) = delete;

}  // namespace blockopt
