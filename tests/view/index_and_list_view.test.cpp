// SPDX-License-Identifier: MIT
// Part of blockopt: flat views of scattered elements and of several tensors.
#include <array>
#include <cstddef>
#include <cstdint>
#include <numeric>
#include <span>
#include <vector>

#include <doctest/doctest.h>

#include <blockopt/view/index_view.hpp>
#include <blockopt/view/list_view.hpp>

namespace bo = blockopt;

TEST_CASE("an index view names elements of flat and strided and column-major tensors") {
  std::vector<float> memory(24);
  std::iota(memory.begin(), memory.end(), 0.0F);
  const std::array<std::uint32_t, 3> list{5, 0, 5};
  const bo::index_view<float> flat(bo::view(memory), list);
  REQUIRE(flat.size() == 3);
  CHECK(flat[0] == 5);
  CHECK(flat[1] == 0);
  CHECK(&flat[2] == &memory[5]);
  // every second column of a 4 x 6 matrix: 4 x 3, with gaps
  const bo::index_view<const float> gaps(bo::tensor_view<const float>(memory.data(), {4, 3}, {6, 2}), list);
  CHECK(gaps[0] == 10);  // row 1, column 2 of 3
  CHECK(gaps[1] == 0);
  // 6 x 4, column-major: the natural order is that of memory
  const bo::index_view<const float> columns(bo::tensor_view<const float>(memory.data(), {6, 4}, {1, 6}), list);
  CHECK(columns[0] == 5);
  CHECK_THROWS_WITH_AS((bo::index_view<float>(bo::view(memory.data(), 5), list)),
                       "blockopt: an index list names element 5 of a tensor of 5", bo::invalid_view);
  CHECK(bo::index_view<float>(bo::view(memory), std::span<const std::uint32_t>{}).size() == 0);
}

TEST_CASE("a list view goes through its tensors one after the other") {
  std::vector<double> a{1, 2, 3}, b, c(6);
  std::iota(c.begin(), c.end(), 10.0);
  const std::vector<bo::tensor_view<double>> tensors{bo::view(a), bo::view(b),
                                                     bo::tensor_view<double>(c.data(), {2, 2}, {3, 2})};
  const bo::list_view<double> list(tensors);
  REQUIRE(list.size() == 7);
  std::vector<double> flat(7);
  list.copy_to(flat);
  CHECK(flat == std::vector<double>{1, 2, 3, 10, 12, 13, 15});
  for (std::size_t i = 0; i < flat.size(); ++i) CHECK(list[i] == flat[i]);
  for (double& x : flat) x = -x;
  list.copy_from(flat);
  CHECK(a == std::vector<double>{-1, -2, -3});
  CHECK(c == std::vector<double>{-10, 11, -12, -13, 14, -15});
  flat.pop_back();
  CHECK_THROWS_WITH_AS(list.copy_to(flat), "blockopt: a list of tensors of 7 elements meets a flat array of 6", bo::invalid_view);
  CHECK_THROWS_AS(list.copy_from(flat), bo::invalid_view);
  CHECK(c[5] == -15);
  CHECK(bo::list_view<double>({}).size() == 0);
}
