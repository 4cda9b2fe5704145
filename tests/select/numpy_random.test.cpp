// SPDX-License-Identifier: MIT
// Part of blockopt: tests of numpy's legacy random numbers, against what numpy itself draws.
#include <cmath>
#include <cstddef>
#include <cstdint>
#include <random>
#include <string>
#include <vector>

#include <doctest/doctest.h>

#include <blockopt/select/numpy_random.hpp>

#include "support/message_of.hpp"

namespace bo = blockopt;
namespace bt = blockopt_tests;

TEST_CASE("numpy_random has the bits of the Mersenne twister") {
  for (const std::uint32_t seed : {0U, 1U, 4294967295U}) {
    std::mt19937 wanted(seed);
    bo::numpy_random rng(seed);
    for (int i = 0; i < 3000; ++i) REQUIRE(rng.bits() == wanted());
  }
}

TEST_CASE("numpy_random draws the uniform and normal numbers of RandomState") {
  bo::numpy_random one(1);
  for (const double wanted : {0.417022004702574, 0.7203244934421581, 0.00011437481734488664, 0.30233257263183977})
    CHECK(one.uniform() == wanted);
  bo::numpy_random answer(42);
  for (const double wanted :
       {0.4967141530112327, -0.13826430117118466, 0.6476885381006925, 1.5230298564080254, -0.23415337472333597})
    CHECK(answer.randn() == doctest::Approx(wanted).epsilon(1e-15));  // logarithms differ in their last bit
  CHECK(answer.uniform() == 0.05808361216819946);  // the normal number that is kept takes no bits later
  bo::numpy_random later(0);
  double last = 0;
  for (int i = 0; i < 100000; ++i) last = later.randn();
  CHECK(last == doctest::Approx(-1.2852076475754735).epsilon(1e-15));
  CHECK(later.uniform() == 0.7915856984816789);
  CHECK(later.randint(1000000000) == 603355590);
  CHECK(later.uniform(-3, 5) == 2.4055094666251824);
}

TEST_CASE("numpy_random draws the integers and orders of RandomState") {
  bo::numpy_random seven(7);
  const std::uint64_t below[] = {
      1, 2, 3, 10, 1000, 2147483648, 4294967296, 4294967297, 1099511627776, 9223372036854775807};
  const std::uint64_t wanted[] = {0, 1, 0, 9, 502, 1882953283, 4201435347, 1322904761, 611018672663, 20668929189138777};
  for (int i = 0; i < 10; ++i) CHECK(seven.randint(below[i]) == wanted[i]);
  CHECK(seven.randint(1000) == 366);
  bo::numpy_random largest(4294967295U);
  CHECK(largest.randint(4294967296) == 419326371);
  CHECK(largest.randint(4294967296) == 479346978);

  bo::numpy_random three(3);
  CHECK(three.permutation(10) == std::vector<std::size_t>{5, 4, 1, 2, 9, 6, 7, 0, 3, 8});
  CHECK(three.choice(20, 5) == std::vector<std::size_t>{9, 17, 5, 14, 3});
  bo::numpy_random five(5);
  std::vector<int> list{1, 2, 3, 4, 5, 6};
  five.shuffle(std::span(list));
  CHECK(list == std::vector<int>{6, 3, 5, 2, 1, 4});

  const auto before = three;
  CHECK(three.permutation(0).empty());
  CHECK(three.permutation(1) == std::vector<std::size_t>{0});
  CHECK(three.choice(1, 0).empty());
  CHECK(three.randint(1) == 0);
  CHECK(three == before);
}

TEST_CASE("numpy_random draws by weights as RandomState and searchsorted do") {
  const std::vector<std::size_t> wanted{2, 0, 2, 3, 2, 2, 0, 2, 3, 3, 3, 2};
  bo::numpy_random by_choice(11), by_search(11);
  for (const std::size_t i : wanted) {
    CHECK(by_choice.choice(std::vector<double>{1, 1, 6, 10}) == i);
    CHECK(by_search.weighted(std::vector<double>{0.1, 0.1, 0.6, 1.0}) == i);
  }
  bo::numpy_random short_sum(1);  // a sum that rounding left below 1 does not lead out of the list
  for (int i = 0; i < 100; ++i) CHECK(short_sum.weighted(std::vector<double>{0.1, 0.2}) < 2);
}

TEST_CASE("numpy_random refuses what has no answer") {
  bo::numpy_random rng;
  const auto refused = [](auto&& call) { return bt::message_of<bo::invalid_option>(call); };
  CHECK(refused([&] { (void)rng.randint(0); }).find("randint(0)") != std::string::npos);
  CHECK(refused([&] { (void)rng.choice(3, 4); }).find("choice of 4 out of 3") != std::string::npos);
  CHECK(refused([&] { (void)rng.weighted({}); }).find("no weights") != std::string::npos);
}

TEST_CASE("a copy of numpy_random goes on with the same numbers") {
  bo::numpy_random rng(9);
  for (int i = 0; i < 1000; ++i) (void)rng.bits();
  (void)rng.randn();
  bo::numpy_random copy = rng;
  CHECK(copy == rng);
  for (int i = 0; i < 700; ++i) REQUIRE(copy.randn() == rng.randn());
  (void)copy.bits();
  CHECK_FALSE(copy == rng);
}
