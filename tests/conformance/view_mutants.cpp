// SPDX-License-Identifier: MIT
// Part of blockopt: views with one fault each.
#include <array>
#include <cstddef>
#include <vector>

#include <blockopt/conformance/check_view.hpp>

#include "conformance/mutants.hpp"

namespace bo = blockopt;

namespace {

using plain = bo::tensor_view<float>;

enum class fault {
  none,
  size,
  empty,
  contiguous,
  slice_origin,
  slice_extent,
  slice_unchecked,
  transposed,
  rank,
  copies
};

/// A view that hides one member of tensor_view behind a wrong one.
template <fault F>
struct faulty_view : plain {
  using plain::plain;
  faulty_view(const plain& v) : plain(v) {}
  faulty_view() = default;
  faulty_view(const faulty_view& other) : plain(F == fault::copies ? plain{} : static_cast<const plain&>(other)) {}
  faulty_view& operator=(const faulty_view&) = default;

  [[nodiscard]] std::size_t size() const { return plain::size() + (F == fault::size ? 1 : 0); }
  [[nodiscard]] bool empty() const { return F == fault::empty || plain::empty(); }
  [[nodiscard]] std::size_t rank() const { return F == fault::rank ? 9 : plain::rank(); }
  [[nodiscard]] bool is_contiguous() const { return F == fault::contiguous || plain::is_contiguous(); }
  [[nodiscard]] float& operator()(std::size_t i, std::size_t j) const {
    return F == fault::transposed ? plain::operator()(j, i) : plain::operator()(i, j);
  }
  [[nodiscard]] float& operator()(std::size_t i) const { return plain::operator()(i); }
  [[nodiscard]] float& operator()(std::size_t i, std::size_t j, std::size_t k) const {
    return plain::operator()(i, j, k);
  }
  [[nodiscard]] plain slice(std::size_t dimension, std::size_t first, std::size_t count) const {
    if (F == fault::slice_origin) first -= first > 0 ? 1 : 0;
    if (F == fault::slice_extent) return plain::slice(dimension, first, count - (count > 1 ? 1 : 0));
    if (F == fault::slice_unchecked && first + count > extent(dimension)) return plain::slice(dimension, 0, 1);
    return plain::slice(dimension, first, count);
  }
};

/// Walks with a fault, over the order that is right.
struct skips_the_last {
  template <class F>
  void operator()(const plain& v, std::size_t first, std::size_t count, const F& f) const {
    bo::natural_walk{}(v, first, first + count == v.size() ? count - 1 : count, f);
  }
};
struct first_twice {
  template <class F>
  void operator()(const plain& v, std::size_t first, std::size_t count, const F& f) const {
    bo::natural_walk{}(v, first, count, f);
    if (first == 0 && count > 1) f(1, 0, 1, 1);
  }
};
struct always_from_the_start {
  template <class F>
  void operator()(const plain& v, std::size_t, std::size_t count, const F& f) const {
    bo::natural_walk{}(v, 0, count, f);
  }
};

template <fault F>
bo::conformance_report check_fault(float* data) {
  return bo::check_view(faulty_view<F>(plain(data, {4, 5}, {7, 1})));
}

}  // namespace

namespace blockopt_tests {

void try_view_mutants(mutant_list& list) {
  alignas(64) static std::array<float, 100> memory{};
  float* const data = memory.data();
  if (const auto report = check_fault<fault::none>(data); !report) list.add("no fault", "nothing", report);
  list.add("rows that overlap", "no elements share memory", bo::check_view(plain(data, {4, 5}, {3, 1})));
  list.add("stride 0", "no elements share memory", bo::check_view(plain(data, {4, 5}, {0, 1})));
  list.add("rows on diagonals", "no elements share memory", bo::check_view(plain(data, {3, 3, 3}, {4, 2, 1})));
  list.add("not aligned", "elements are aligned",
           bo::check_view(plain(reinterpret_cast<float*>(reinterpret_cast<std::byte*>(data) + 2), {4, 5})));
  list.add("one element too many", "size is the product of extents", check_fault<fault::size>(data));
  list.add("always empty", "empty means no elements", check_fault<fault::empty>(data));
  list.add("nine dimensions", "rank is at most 8", check_fault<fault::rank>(data));
  list.add("contiguous with gaps", "contiguous means in order without gaps", check_fault<fault::contiguous>(data));
  list.add("indices exchanged", "indices find their elements",
           bo::check_view(faulty_view<fault::transposed>(plain(data, {5, 5}, {7, 1}))));
  list.add("slice begins one early", "slices lie where they should", check_fault<fault::slice_origin>(data));
  list.add("slice ends one early", "slices lie where they should", check_fault<fault::slice_extent>(data));
  list.add("slice beyond the end", "slices out of range are refused", check_fault<fault::slice_unchecked>(data));
  list.add("copies see nothing", "copies see the same memory", check_fault<fault::copies>(data));
  const plain sound(data, {4, 5}, {7, 1});
  list.add("walk without the last", "walk visits each element once", bo::check_view(sound, "view", skips_the_last{}));
  list.add("walk visits one twice", "walk visits each element once", bo::check_view(sound, "view", first_twice{}));
  list.add("walk always from the start", "walk does not depend on where it is cut",
           bo::check_view(sound, "view", always_from_the_start{}));
}

}  // namespace blockopt_tests
