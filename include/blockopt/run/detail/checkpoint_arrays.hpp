// SPDX-License-Identifier: MIT
// Part of blockopt: arrays of a backend's memory, to a checkpoint and from one.
#pragma once

#include <algorithm>
#include <array>
#include <cstddef>
#include <string>
#include <type_traits>
#include <vector>

#include <blockopt/backend/backend.hpp>
#include <blockopt/run/detail/checkpoint_file.hpp>
#include <blockopt/view/element_order.hpp>
#include <blockopt/view/scalar.hpp>
#include <blockopt/view/tensor_view.hpp>

namespace blockopt::detail {

template <class T, class Space>
[[nodiscard]] stored_tensor describe(std::string name, const tensor_view<T, Space>& v) {
  stored_tensor t{std::move(name), std::string(dtype_of<std::remove_const_t<T>>())};
  t.shape.assign(v.extents().begin(), v.extents().end());
  return t;
}

/// A view in host memory of what a view in a backend's memory shows; for a device a copy of all that it spans.
template <class T, class Backend>
class host_copy {
 public:
  using space = typename Backend::space;

  host_copy(const Backend& backend, const tensor_view<T, space>& there) : backend_(backend), there_(there) {
    if constexpr (!deferring_backend<Backend>) {
      here_ = there;
    } else {
      std::ptrdiff_t low = 0, high = 0;
      for (std::size_t d = 0; d < there.rank(); ++d) {
        const auto reach = static_cast<std::ptrdiff_t>(there.extent(d) - 1) * there.stride(d);
        (reach < 0 ? low : high) += reach;
      }
      first_ = there.data() + low;
      copy_.resize(static_cast<std::size_t>(high - low) + 1);
      backend_.copy(copy_.data(), first_, copy_.size() * sizeof(T));
      backend_.wait();
      here_ = {copy_.data() - low, there.extents(), there.strides()};
    }
  }
  [[nodiscard]] const tensor_view<T>& view() const { return here_; }
  /// Puts a changed copy where it came from.
  void give_back() {
    if constexpr (deferring_backend<Backend>) {
      backend_.copy(first_, copy_.data(), copy_.size() * sizeof(T));
      backend_.wait();
    }
  }

 private:
  const Backend& backend_;
  tensor_view<T, space> there_;
  tensor_view<T> here_;
  T* first_ = nullptr;
  std::vector<T> copy_;
};

/// Elements in logical order.
template <class T, class Backend>
void put_array(const Backend& backend, const tensor_view<T, typename Backend::space>& there, checkpoint_sink& sink) {
  const host_copy<T, Backend> copy(backend, there);
  const tensor_view<T>& v = copy.view();
  if (v.is_contiguous()) return sink.write(v.data(), v.size() * sizeof(T));
  constexpr std::size_t piece = 1 << 16;
  const element_order order(v, logical_order());
  std::vector<T> elements(std::min(piece, v.size()));
  for (std::size_t first = 0; first < v.size(); first += piece) {
    const std::size_t count = std::min(piece, v.size() - first);
    order.for_each_element(first, count, [&](std::size_t i, std::ptrdiff_t offset) { elements[i] = v.data()[offset]; });
    sink.write(elements.data(), count * sizeof(T));
  }
}

template <class T, class Backend>
void get_array(const Backend& backend, const tensor_view<T, typename Backend::space>& there, const std::string& name,
               checkpoint_reader& in) {
  host_copy<T, Backend> copy(backend, there);
  in.read(name, copy.view());
  copy.give_back();
}

}  // namespace blockopt::detail
