// SPDX-License-Identifier: MIT
// Part of blockopt: tests of transposed sparse matrices.
#include <algorithm>
#include <cstddef>
#include <cstdint>
#include <vector>

#include <doctest/doctest.h>

#include <blockopt/problem/columns.hpp>
#include <blockopt/problem/transposed.hpp>

namespace bo = blockopt;

TEST_CASE("rows as columns and back are the same matrix") {
  const bo::sparse_columns a(4, {0, 2, 2, 5}, {1, 3, 0, 1, 3}, {1, 2, 3, 4, 5});
  const auto b = bo::transposed(a);
  REQUIRE(b.rows() == 3);
  REQUIRE(b.columns() == 4);
  CHECK(b.nonzeros(2) == 0);  // a row without nonzeros
  CHECK(std::ranges::equal(b.rows_of(1), std::vector<std::uint32_t>{0, 2}));
  CHECK(std::ranges::equal(b.values_of(1), std::vector<double>{1, 4}));
  const auto c = bo::transposed(b);
  REQUIRE(c.columns() == 3);
  for (std::size_t j = 0; j < 3; ++j) {
    CHECK(std::ranges::equal(c.rows_of(j), a.rows_of(j)));
    CHECK(std::ranges::equal(c.values_of(j), a.values_of(j)));
  }
  const auto none = bo::transposed(bo::sparse_columns(3, {0, 0}, {}, {}));
  CHECK(none.rows() == 1);
  CHECK(none.columns() == 3);
  CHECK(none.nonzeros() == 0);
}
