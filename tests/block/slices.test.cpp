// SPDX-License-Identifier: MIT
// Part of blockopt: partitions whose blocks hold slices of parameters.
#include <cstddef>
#include <cstdint>
#include <limits>
#include <string>
#include <vector>

#include <doctest/doctest.h>

#include <blockopt/block/by_bytes.hpp>
#include <blockopt/block/by_index.hpp>
#include <blockopt/block/by_ratio.hpp>

#include "support/message_of.hpp"

namespace bo = blockopt;

namespace {

using parameter = bo::parameter<float>;

struct memory {
  std::vector<std::vector<float>> tensors;
  explicit memory(const std::vector<std::size_t>& sizes) {
    for (const std::size_t n : sizes) tensors.emplace_back(n);
  }
  [[nodiscard]] std::vector<parameter> parameters() {
    std::vector<parameter> result;
    for (std::size_t p = 0; p < tensors.size(); ++p)
      result.push_back({std::string(1, 't').append(std::to_string(p)), bo::view(tensors[p]), {}});
    return result;
  }
};

/// How often the blocks hold each element of each parameter.
std::vector<std::vector<int>> cover(const bo::partition<parameter>& parts) {
  std::vector<std::vector<int>> times;
  for (const parameter& p : parts.parameters()) times.emplace_back(p.values.size());
  for (const bo::block& b : parts.blocks()) {
    for (const std::size_t p : b.parameters) {
      for (int& t : times[p]) ++t;
    }
    for (const bo::slice& s : b.slices) {
      for (std::size_t k = 0; k < s.size(); ++k) ++times[s.parameter][s.scattered() ? s.indices[k] : s.first + k];
    }
  }
  return times;
}

bool covers_once(const bo::partition<parameter>& parts) {
  for (const auto& tensor : cover(parts)) {
    for (const int t : tensor) {
      if (t != 1) return false;
    }
  }
  return true;
}

/// Without "blockopt: "; "nothing" when nothing is wrong.
template <class F>
std::string message_of(const F& f) {
  const std::string message = blockopt_tests::message_of<bo::invalid_partition>(f);
  return message.empty() ? "nothing" : message.substr(10);
}

}  // namespace

TEST_CASE("equal bytes cover every element once and differ by one element") {
  for (const std::vector<std::size_t>& sizes :
       {std::vector<std::size_t>{10}, {1, 1, 1}, {7, 0, 13, 1, 100}, {64, 64, 64, 64}, {3, 50, 2}}) {
    memory m(sizes);
    std::size_t total = 0;
    for (const std::size_t n : sizes) total += n;
    for (std::size_t blocks = 1; blocks <= total && blocks < 40; ++blocks) {
      CAPTURE(blocks);
      const auto parts = bo::by_bytes(m.parameters(), blocks);
      REQUIRE(parts.blocks().size() == blocks);
      for (std::size_t b = 0; b < blocks; ++b) {
        CHECK(parts.elements(b) >= total / blocks);
        CHECK(parts.elements(b) <= total / blocks + 1);
      }
      CHECK(covers_once(parts));
    }
  }
}

TEST_CASE("large blocks are cut at whole cache lines and uncut parameters stay whole") {
  memory m({100'000, 30, 4096, 70'001});
  const auto parts = bo::by_bytes(m.parameters(), 7);
  CHECK(covers_once(parts));
  std::size_t whole = 0;
  for (std::size_t b = 0; b < 7; ++b) {
    const std::size_t even = (100'000 + 30 + 4096 + 70'001) / 7;
    CHECK(parts.elements(b) > even - 32);
    CHECK(parts.elements(b) < even + 32);
    for (const bo::slice& s : parts.blocks()[b].slices) CHECK(s.first % 16 == 0);
    whole += parts.blocks()[b].parameters.size();
  }
  CHECK(whole == 2);
}

TEST_CASE("always-active parameters are not cut") {
  memory m({10, 20, 30});
  const auto parts = bo::by_bytes(m.parameters(), 5, {"t1"});
  CHECK(parts.always_active() == std::vector<std::size_t>{1});
  for (std::size_t b = 0; b < 5; ++b) CHECK(parts.elements(b) == 8);
  const auto ratio = bo::by_ratio(m.parameters(), 0.5, {.always_active = {"t1"}});
  CHECK(ratio.blocks()[0].slices.size() == 2);
}

TEST_CASE("a ratio gives each block its share of every parameter") {
  memory m({10, 3, 1, 1000});
  for (const bo::slice_shape shape : {bo::slice_shape::adjacent, bo::slice_shape::scattered}) {
    for (const double ratio : {1.0, 0.5, 0.34, 1.0 / 3, 0.1, 0.01}) {
      CAPTURE(ratio);
      const auto parts = bo::by_ratio(m.parameters(), ratio, {.shape = shape});
      const std::size_t blocks = parts.blocks().size();
      CHECK(blocks == (ratio == 1.0 ? 1 : ratio == 0.5 ? 2 : ratio > 0.3 ? 3 : ratio == 0.1 ? 10 : 100));
      CHECK(covers_once(parts));
      for (const bo::block& b : parts.blocks()) {
        const std::size_t largest = b.slices.back().size();
        CHECK(largest >= 1000 / blocks);
        CHECK(largest <= 1000 / blocks + 1);
      }
    }
  }
  const auto seven = bo::by_ratio(m.parameters(), 0.1, {.shape = bo::slice_shape::scattered, .seed = 7});
  const auto again = bo::by_ratio(m.parameters(), 0.1, {.shape = bo::slice_shape::scattered, .seed = 7});
  const auto eight = bo::by_ratio(m.parameters(), 0.1, {.shape = bo::slice_shape::scattered, .seed = 8});
  const auto list = [](const auto& parts) { return parts.blocks()[3].slices.back().indices; };
  CHECK(list(seven) == list(again));
  CHECK(list(seven) != list(eight));
}

TEST_CASE("index lists become blocks") {
  memory m({10});
  const auto parts = bo::by_index(m.parameters()[0], {{3, 1, 2}, {9, 0}, {5}});
  REQUIRE(parts.blocks().size() == 3);
  CHECK_FALSE(parts.blocks()[0].slices[0].scattered());
  CHECK(parts.blocks()[0].slices[0].first == 1);
  CHECK(parts.blocks()[1].slices[0].indices == std::vector<std::uint32_t>{0, 9});
  CHECK(parts.elements(2) == 1);
  CHECK(cover(parts)[0] == std::vector<int>{1, 1, 1, 1, 0, 1, 0, 0, 0, 1});
}

TEST_CASE("unsound slices are refused by name") {
  memory m({10, 4});
  const auto refuse = [&](std::vector<bo::block> blocks) {
    return message_of([&] { bo::partition<parameter>(m.parameters(), std::move(blocks)); });
  };
  CHECK(refuse({{"a", {}, {{.parameter = 0, .first = 8, .count = 3}}}}) ==
        "a slice of parameter 't0' in block 'a' has the elements [8, 11) of 10");
  CHECK(refuse({{"a", {}, {{.parameter = 0, .first = 2, .count = 0}}}}) ==
        "a slice of parameter 't0' in block 'a' is empty");
  CHECK(refuse({{"a", {}, {{.parameter = 0, .first = 1, .count = static_cast<std::size_t>(-1)}}}}) != "nothing");
  CHECK(refuse({{"a", {}, {{.parameter = 0, .indices = {1, 10}}}}}) ==
        "a slice of parameter 't0' in block 'a' has element 10 of 10");
  CHECK(refuse({{"a", {}, {{.parameter = 0, .indices = {4, 2}}}}}) ==
        "a slice of parameter 't0' in block 'a' has an index list that does not ascend at 2");
  CHECK(refuse({{"a", {}, {{.parameter = 0, .indices = {4, 4}}}}}) != "nothing");
  CHECK(refuse({{"a", {}, {{.parameter = 0, .count = 5}}}, {"b", {}, {{.parameter = 0, .first = 4, .count = 2}}}}) ==
        "a slice of parameter 't0' in block 'b' has element 4, which another slice has");
  CHECK(refuse({{"a", {0}}, {"b", {}, {{.parameter = 0, .first = 4, .count = 2}}}}) ==
        "parameter 't0' is in two blocks: 'a' and 'b'");
  CHECK(refuse({{"b", {}, {{.parameter = 0, .first = 4, .count = 2}}}, {"a", {0}}}) ==
        "parameter 't0' is in two blocks: 'b' and 'a'");
  CHECK(refuse({{"a", {}, {{.parameter = 2, .count = 1}}}}) == "'a' lists parameter number 2 of 2");
  CHECK(refuse({{"a", {}, {{.parameter = 0, .count = 1}}}, {"b", {1}}}) == "nothing");
  CHECK(message_of([&] { (void)bo::by_bytes(m.parameters(), 15); }) ==
        "by_bytes was asked for 15 blocks of 14 elements");
  CHECK(message_of([&] { (void)bo::by_bytes(m.parameters(), 0); }) != "nothing");
  for (const double ratio : {0.0, -1.0, 1.5, 0.05, std::numeric_limits<double>::quiet_NaN()})
    CHECK(message_of([&] { (void)bo::by_ratio(m.parameters(), ratio); }).find("by_ratio was given the ratio") == 0);
  CHECK(message_of([&] {
          (void)bo::by_index(m.parameters()[0], {{0}, {3, 10}});
        }) == "list 1 has element 10; parameter 't0' has 10");
  CHECK(message_of([&] { (void)bo::by_index(m.parameters()[0], {{0}, {}}); }) != "nothing");
  CHECK(message_of([&] { (void)bo::by_index(m.parameters()[0], {{0, 2}, {4, 2}}); }) != "nothing");
  CHECK(message_of([&] { (void)bo::by_index(m.parameters()[0], {{2, 0, 0}}); }) == "list 0 names element 0 twice");
}
