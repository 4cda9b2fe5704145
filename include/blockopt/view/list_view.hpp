// SPDX-License-Identifier: MIT
// Part of blockopt: several tensors, one after the other, as one flat view.
#pragma once

#include <algorithm>
#include <cstddef>
#include <span>
#include <type_traits>
#include <vector>

#include <blockopt/error.hpp>
#include <blockopt/view/element_order.hpp>
#include <blockopt/view/tensor_view.hpp>

namespace blockopt {

/// The elements of a list of tensors in host memory, in the order of the list and in the natural order of each: what an
/// optimizer of flat vectors sees of a block. The tensors outlive the view.
template <class T>
class list_view {
 public:
  using element_type = T;
  using value_type = std::remove_const_t<T>;

  explicit list_view(std::span<const tensor_view<T>> tensors) {
    for (const tensor_view<T>& t : tensors) {
      parts_.push_back({t.data(), size_, t.size(), element_order(t, natural_order(t))});
      size_ += t.size();
    }
  }

  [[nodiscard]] std::size_t size() const noexcept { return size_; }

  [[nodiscard]] T& operator[](std::size_t i) const noexcept {
    const auto next =
        std::upper_bound(parts_.begin(), parts_.end(), i, [](std::size_t k, const part& p) { return k < p.first; });
    // empty tensors share their place with the next one, which is the last of them
    const part& p = *(next - 1);
    return p.data[p.order.offset_of(i - p.first)];
  }

  /// Writes all elements to `to`. Raises invalid_view when it has another size.
  void copy_to(std::span<value_type> to) const {
    check(to.size());
    for (const part& p : parts_) {
      p.order.for_each_element(0, p.size,
                               [&](std::size_t i, std::ptrdiff_t offset) { to[p.first + i] = p.data[offset]; });
    }
  }

  /// Reads all elements from `from`. Raises invalid_view when it has another size.
  void copy_from(std::span<const value_type> from) const requires(!std::is_const_v<T>) {
    check(from.size());
    for (const part& p : parts_) {
      p.order.for_each_element(0, p.size,
                               [&](std::size_t i, std::ptrdiff_t offset) { p.data[offset] = from[p.first + i]; });
    }
  }

 private:
  struct part {
    T* data;
    std::size_t first, size;
    element_order order;
  };

  void check(std::size_t other) const {
    if (other != size_) {
      raise<invalid_view>({"a list of tensors of ", size_, " elements meets a flat array of ", other});
    }
  }

  std::vector<part> parts_;
  std::size_t size_ = 0;
};

}  // namespace blockopt
