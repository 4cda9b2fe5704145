// SPDX-License-Identifier: MIT
// Part of blockopt: tests of tensor views.
#include <array>
#include <concepts>
#include <cstdint>
#include <limits>
#include <span>
#include <string>
#include <type_traits>
#include <vector>

#include <doctest/doctest.h>

#include <blockopt/view/element_order.hpp>
#include <blockopt/view/tensor_view.hpp>

#include "support/message_of.hpp"

namespace bo = blockopt;

static_assert(std::is_trivially_copyable_v<bo::tensor_view<float>>);
static_assert(std::convertible_to<bo::tensor_view<float>, bo::tensor_view<const float>>);
static_assert(!std::convertible_to<bo::tensor_view<const float>, bo::tensor_view<float>>);
static_assert(!std::convertible_to<bo::tensor_view<float>, bo::tensor_view<double>>);
static_assert(!std::convertible_to<bo::tensor_view<float, bo::device_space>, bo::tensor_view<float>>);

namespace {

template <class F>
std::string message_of(const F& f) {
  return blockopt_tests::message_of<bo::invalid_view>(f);
}

}  // namespace

TEST_CASE("views of a vector and a span and a pointer see the same elements") {
  std::vector<float> v{1, 2, 3, 4, 5, 6};
  const auto a = bo::view(v);
  const auto b = bo::view(std::span(v));
  const auto c = bo::view(v.data(), {2, 3});
  a(0) = 10;
  CHECK(b(0) == 10);
  CHECK(c(0, 0) == 10);
  CHECK(c(1, 2) == 6);
  CHECK(c.rank() == 2);
  CHECK(c.size() == 6);
  CHECK(c.stride(0) == 3);
  CHECK(c.is_contiguous());
  const std::vector<float>& constant = v;
  static_assert(std::same_as<decltype(bo::view(constant)), bo::tensor_view<const float>>);
  CHECK(bo::view(constant)(5) == 6);
}

TEST_CASE("strides may be anything") {
  std::vector<int> v{0, 1, 2, 3, 4, 5};
  const bo::tensor_view<int> reversed(v.data() + 5, {6}, {-1});
  CHECK(reversed(0) == 5);
  CHECK(reversed(5) == 0);
  CHECK_FALSE(reversed.is_contiguous());
  const bo::tensor_view<int> transposed(v.data(), {3, 2}, {1, 3});
  CHECK(transposed(2, 1) == 5);
  CHECK_FALSE(transposed.is_contiguous());
  CHECK(bo::tensor_view<int>(v.data(), {1, 6}, {1000, 1}).is_contiguous());  // a stride of one element is never used
}

TEST_CASE("slices stay inside and say when they would not") {
  std::vector<int> v(12);
  for (int i = 0; i < 12; ++i) v[static_cast<std::size_t>(i)] = i;
  const auto m = bo::view(v.data(), {3, 4});
  const auto s = m.slice(1, 1, 2);
  CHECK(s.size() == 6);
  CHECK(s(2, 1) == 10);
  CHECK(m.slice(0, 3, 0).empty());
  CHECK(message_of([&] { (void)m.slice(1, 3, 2); }).find("[3, 5) of dimension 1 leaves a view of 3 x 4") !=
        std::string::npos);
  CHECK(message_of([&] { (void)m.slice(2, 0, 1); }).find("dimension 2") != std::string::npos);
  CHECK(message_of([&] { (void)m.slice(0, 1, std::numeric_limits<std::size_t>::max()); }) != "");
}

TEST_CASE("what cannot be a view is refused") {
  float x = 0;
  CHECK(message_of([] { (void)bo::view(static_cast<float*>(nullptr), 3); }).find("null data") != std::string::npos);
  CHECK(bo::view(static_cast<float*>(nullptr), 0).empty());
  const std::size_t huge = std::size_t{1} << 62;
  CHECK(message_of([&] { (void)bo::view(&x, {huge, 4}); }).find("overflows") != std::string::npos);
  CHECK(bo::view(&x, {huge, 0}).empty());
  const std::array<std::size_t, 9> nine{1, 1, 1, 1, 1, 1, 1, 1, 1};
  CHECK(message_of([&] { bo::tensor_view<float>(&x, std::span<const std::size_t>(nine)); }).find("rank 9") !=
        std::string::npos);
  CHECK(message_of([&] { bo::tensor_view<float>(&x, {1, 1}, {1}); }).find("was given 1 strides") != std::string::npos);
}

TEST_CASE("the empty view") {
  const bo::tensor_view<double> none;
  CHECK(none.empty());
  CHECK(none.rank() == 0);
  CHECK(none.data() == nullptr);
  CHECK(none.is_contiguous());
}

TEST_CASE("dense views in any order of dimensions are one run") {
  std::vector<int> v(24);
  const bo::tensor_view<int> row_major(v.data(), {2, 3, 4});
  const bo::tensor_view<int> permuted(v.data(), {4, 2, 3}, {6, 1, 2});
  for (const auto& view : {row_major, permuted}) {
    CHECK(bo::is_dense(view));
    CHECK(bo::element_order(view, bo::natural_order(view)).contiguous());
  }
  CHECK_FALSE(bo::element_order(permuted, bo::natural_order(row_major)).contiguous());
  CHECK_FALSE(bo::is_dense(bo::tensor_view<int>(v.data(), {3, 2}, {2, 2})));  // elements coincide
  CHECK_FALSE(bo::is_dense(bo::tensor_view<int>(v.data() + 23, {24}, {-1})));
  CHECK_FALSE(bo::is_dense(row_major.slice(2, 0, 3)));
  CHECK(bo::is_dense(row_major.slice(0, 1, 1)));
}

TEST_CASE("runs visit every element once in logical order from any start") {
  std::vector<int> v(200, -1);
  const std::vector<bo::tensor_view<int>> views{
      bo::tensor_view<int>(v.data(), {5, 7}),
      bo::tensor_view<int>(v.data(), {7, 5}, {1, 9}),
      bo::tensor_view<int>(v.data() + 150, {3, 4, 5}, {-40, 10, 2}),
      bo::tensor_view<int>(v.data(), {1}),
      bo::tensor_view<int>(v.data() + 60, {2, 1, 3, 2}, {30, 5, -20, 1}),
  };
  for (const auto& view : views) {
    std::vector<std::ptrdiff_t> expected;
    std::vector<std::size_t> index(view.rank());
    for (std::size_t i = 0; i < view.size(); ++i) {
      std::ptrdiff_t offset = 0;
      for (std::size_t d = 0; d < view.rank(); ++d) offset += static_cast<std::ptrdiff_t>(index[d]) * view.stride(d);
      expected.push_back(offset);
      for (std::size_t d = view.rank(); d-- > 0;) {
        if (++index[d] < view.extent(d)) break;
        index[d] = 0;
      }
    }
    const bo::element_order order(view, bo::dimension_order{0, 1, 2, 3, 4, 5, 6, 7});
    for (std::size_t first = 0; first <= view.size(); ++first) {
      for (std::size_t count = 0; count <= view.size() - first; count += 1 + count / 3) {
        std::vector<std::ptrdiff_t> seen(count, -1);
        order.for_each_run(first, count,
                           [&](std::size_t position, std::ptrdiff_t offset, std::size_t run, std::ptrdiff_t stride) {
                             for (std::size_t k = 0; k < run; ++k)
                               seen.at(position + k) = offset + static_cast<std::ptrdiff_t>(k) * stride;
                           });
        CHECK(seen == std::vector<std::ptrdiff_t>(expected.begin() + static_cast<std::ptrdiff_t>(first),
                                                  expected.begin() + static_cast<std::ptrdiff_t>(first + count)));
      }
    }
  }
}
