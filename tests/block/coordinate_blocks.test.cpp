// SPDX-License-Identifier: MIT
// Part of blockopt: tests of blocks of numbered coordinates.
#include <cstddef>
#include <string>
#include <vector>

#include <doctest/doctest.h>

#include <blockopt/block/coordinate_blocks.hpp>

#include "support/message_of.hpp"

namespace bo = blockopt;

namespace {

std::vector<std::size_t> listed(std::span<const std::size_t> block) { return {block.begin(), block.end()}; }

std::string refusal(std::size_t coordinates, const std::vector<std::vector<std::size_t>>& lists) {
  return blockopt_tests::message_of<bo::invalid_partition>([&] { bo::coordinate_blocks(coordinates, lists); });
}

}  // namespace

TEST_CASE("a single coordinate is a range of one") {
  const bo::single_coordinate c{7};
  CHECK(c.size() == 1);
  CHECK(c[0] == 7);
  CHECK(std::vector<std::size_t>(c.begin(), c.end()) == std::vector<std::size_t>{7});
  CHECK(listed(c) == std::vector<std::size_t>{7});
  CHECK(bo::each_coordinate{9}.size() == 9);
  CHECK(bo::each_coordinate{9}[8].index == 8);
}

TEST_CASE("contiguous blocks cover all coordinates once and the last may be shorter") {
  for (const std::size_t n : {1, 2, 7, 12}) {
    for (const std::size_t size : {1, 2, 3, 5, 12, 100}) {
      const auto blocks = bo::coordinate_blocks::contiguous(n, size);
      CHECK(blocks.size() == (n + size - 1) / size);
      std::vector<std::size_t> all;
      for (std::size_t b = 0; b < blocks.size(); ++b) {
        CHECK(blocks[b].size() == (b + 1 < blocks.size() ? size : n - (blocks.size() - 1) * size));
        all.insert(all.end(), blocks[b].begin(), blocks[b].end());
      }
      for (std::size_t i = 0; i < n; ++i) CHECK(all.at(i) == i);
      CHECK(all.size() == n);
    }
  }
}

TEST_CASE("lists keep their order and may leave coordinates out") {
  const bo::coordinate_blocks blocks(6, {{4, 0}, {5}, {1, 2}});
  REQUIRE(blocks.size() == 3);
  CHECK(listed(blocks[0]) == std::vector<std::size_t>{4, 0});
  CHECK(listed(blocks[1]) == std::vector<std::size_t>{5});
  CHECK(listed(blocks[2]) == std::vector<std::size_t>{1, 2});
}

TEST_CASE("blocks that cannot be are refused by name") {
  CHECK(refusal(3, {}).find("no block") != std::string::npos);
  CHECK(refusal(3, {{0}, {}}).find("block 1 is empty") != std::string::npos);
  CHECK(refusal(3, {{0}, {1, 3}}).find("block 1 has coordinate 3; there are 3") != std::string::npos);
  CHECK(refusal(3, {{0, 1}, {2, 0}}).find("coordinate 0 is in two blocks") != std::string::npos);
  CHECK(refusal(3, {{1, 1}}).find("coordinate 1 is in two blocks, or twice in one") != std::string::npos);
  for (const std::size_t n : {0, 3}) {
    CHECK(blockopt_tests::message_of<bo::invalid_partition>([&] {
            static_cast<void>(bo::coordinate_blocks::contiguous(n, n == 0 ? 2 : 0));
          }).find("in blocks of") != std::string::npos);
  }
}
