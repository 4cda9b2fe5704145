// SPDX-License-Identifier: MIT
// Part of blockopt: the conformance check of views.
#pragma once

#include <algorithm>
#include <array>
#include <concepts>
#include <cstddef>
#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

#include <blockopt/conformance/detail/numbers.hpp>
#include <blockopt/conformance/report.hpp>
#include <blockopt/error.hpp>
#include <blockopt/view/element_order.hpp>
#include <blockopt/view/tensor_view.hpp>

namespace blockopt {

/// What a view is to the kit: the part of tensor_view's interface that the library reads.
template <class View>
concept checkable_view = std::copyable<View> && requires(const View& v, std::size_t i) {
  typename View::element_type;
  { v.data() } -> std::same_as<typename View::element_type*>;
  { v.rank() } -> std::convertible_to<std::size_t>;
  { v.size() } -> std::convertible_to<std::size_t>;
  { v.extent(i) } -> std::convertible_to<std::size_t>;
  { v.stride(i) } -> std::convertible_to<std::ptrdiff_t>;
  { v.is_contiguous() } -> std::convertible_to<bool>;
};

/// The walk that backends make: the view's elements in its natural order.
struct natural_walk {
  template <class T, class Space, class F>
  void operator()(const tensor_view<T, Space>& v, std::size_t first, std::size_t count, const F& f) const {
    element_order(v, natural_order(v)).for_each_run(first, count, f);
  }
};

/// Checks one view, of your memory or made by your adapter. No element is read or written. Above 2^22 elements only its
/// shape is checked. Named checks: "rank is at most 8", "size is the product of extents", "empty means no elements",
/// "data is there", "elements are aligned", "no elements share memory", "contiguous means in order without gaps",
/// "indices find their elements", "slices lie where they should", "slices out of range are refused", "copies see the
/// same memory", "walk visits each element once", "walk does not depend on where it is cut". `walk(view, first, count,
/// f)` calls f(position, offset, count, stride) as element_order::for_each_run does.
template <checkable_view View, class Walk = natural_walk>
[[nodiscard]] conformance_report check_view(const View& view, std::string_view name = "view", const Walk& walk = {}) {
  using T = typename View::element_type;
  using detail::say;
  conformance_report report{std::string(name)};
  const std::size_t rank = view.rank();
  if (!report.expect("rank is at most 8", rank <= max_rank, [&] { return say("its rank is ", rank); })) return report;
  std::size_t product = rank == 0 ? 0 : 1;
  for (std::size_t d = 0; d < rank; ++d) product *= view.extent(d);
  report.expect("size is the product of extents", view.size() == product,
                [&] { return say("size() is ", view.size(), ", the product of its ", rank, " extents ", product); });
  report.expect("empty means no elements", view.empty() == (product == 0),
                [&] { return say("empty() is ", view.empty() ? "true" : "false", " with ", product, " elements"); });
  const View copy = view;
  report.expect("copies see the same memory", copy.data() == view.data() && copy.size() == view.size(),
                [] { return std::string("a copy has other data or another size"); });
  if (!report.expect("data is there", view.data() != nullptr || product == 0,
                     [&] { return say("data() is null with ", product, " elements"); }))
    return report;
  const auto address = reinterpret_cast<std::uintptr_t>(view.data());
  const bool aligned = report.expect("elements are aligned", address % alignof(T) == 0, [&] {
    return say("data() lies ", address % alignof(T), " bytes after a multiple of ", alignof(T));
  });
  if (!aligned || product == 0 || product > std::size_t{1} << 22) return report;

  // offsets in logical order, the last dimension fastest
  std::vector<std::ptrdiff_t> offsets(product);
  std::array<std::size_t, max_rank> index{};
  bool in_order = true;
  bool found = true;
  for (std::size_t i = 0; i < product; ++i) {
    for (std::size_t d = 0; d < rank; ++d) offsets[i] += static_cast<std::ptrdiff_t>(index[d]) * view.stride(d);
    in_order = in_order && offsets[i] == static_cast<std::ptrdiff_t>(i);
    if constexpr (requires { view(std::size_t{}); }) {
      if (rank == 1) found = found && &view(index[0]) == view.data() + offsets[i];
      if (rank == 2) found = found && &view(index[0], index[1]) == view.data() + offsets[i];
      if (rank == 3) found = found && &view(index[0], index[1], index[2]) == view.data() + offsets[i];
    }
    for (std::size_t d = rank; d-- > 0 && ++index[d] == view.extent(d);) index[d] = 0;
  }
  report.expect("indices find their elements", found,
                [] { return std::string("view(i, ...) is not data()[sum of i * stride]"); });
  report.expect("contiguous means in order without gaps", view.is_contiguous() == in_order, [&] {
    return say("is_contiguous() is ", view.is_contiguous() ? "true" : "false", ", and its strides say otherwise");
  });
  std::vector<std::ptrdiff_t> sorted = offsets;
  std::sort(sorted.begin(), sorted.end());
  const auto twice = std::adjacent_find(sorted.begin(), sorted.end());
  report.expect("no elements share memory", twice == sorted.end(),
                [&] { return say("two elements lie at offset ", *twice, " (extents and strides do not fit)"); });

  report.guard([&] {
    if constexpr (requires {
                    { view.slice(std::size_t{}, std::size_t{}, std::size_t{}) } -> checkable_view;
                  }) {
      for (std::size_t d = 0; d < rank; ++d) {
        const std::size_t first = view.extent(d) / 2;
        const std::size_t count = view.extent(d) - first;
        const auto part = view.slice(d, first, count);
        bool right = part.data() == view.data() + static_cast<std::ptrdiff_t>(first) * view.stride(d) &&
                     part.rank() == rank && part.size() == product / view.extent(d) * count;
        for (std::size_t k = 0; k < rank && right; ++k)
          right = part.extent(k) == (k == d ? count : view.extent(k)) && part.stride(k) == view.stride(k);
        report.expect("slices lie where they should", right, [&] {
          return say("slice(", d, ", ", first, ", ", count, ") has another origin, extents or strides than it should");
        });
#ifdef BLOCKOPT_EXCEPTIONS
        bool refused = false;
        try {
          static_cast<void>(view.slice(d, first, count + 1));
        } catch (const error&) {
          refused = true;
        }
        report.expect("slices out of range are refused", refused, [&] {
          return say("slice(", d, ", ", first, ", ", count + 1, ") leaves the view and is not refused");
        });
#endif
      }
    }
  });

  report.guard([&] {
    // one walk over all, and pieces of three
    std::vector<std::ptrdiff_t> walked;
    const auto collect = [&](std::size_t first, std::size_t count) {
      std::vector<std::ptrdiff_t> at(count, std::ptrdiff_t{-1});
      walk(view, first, count,
           [&](std::size_t position, std::ptrdiff_t offset, std::size_t run, std::ptrdiff_t stride) {
             for (std::size_t k = 0; k < run && position + k < count; ++k)
               at[position + k] = offset + static_cast<std::ptrdiff_t>(k) * stride;
           });
      walked.insert(walked.end(), at.begin(), at.end());
    };
    collect(0, product);
    const std::vector<std::ptrdiff_t> whole = walked;
    std::sort(walked.begin(), walked.end());
    report.expect("walk visits each element once", walked == sorted,
                  [&] { return say("the offsets that it visits are not those of the ", product, " elements"); });
    walked.clear();
    for (std::size_t first = 0; first < product; first += 3) collect(first, std::min<std::size_t>(3, product - first));
    report.expect("walk does not depend on where it is cut", walked == whole,
                  [] { return std::string("pieces of three elements visit others than one walk over all"); });
  });
  return report;
}

}  // namespace blockopt
