// SPDX-License-Identifier: MIT
// Part of blockopt: tests of the selection policies.
#include <algorithm>
#include <array>
#include <cmath>
#include <cstdint>
#include <map>
#include <numeric>
#include <string>
#include <utility>
#include <vector>

#include <doctest/doctest.h>

#include <blockopt/error.hpp>
#include <blockopt/select/ascending.hpp>
#include <blockopt/select/block_list.hpp>
#include <blockopt/select/descending.hpp>
#include <blockopt/select/fixed_block.hpp>
#include <blockopt/select/fixed_shuffle.hpp>
#include <blockopt/select/lipschitz_sampling.hpp>
#include <blockopt/select/random_reshuffle.hpp>
#include <blockopt/select/uniform_random.hpp>
#include <blockopt/select/uniform_subset.hpp>

#include "support/message_of.hpp"

namespace bo = blockopt;

namespace {

template <class Policy>
std::vector<std::size_t> draw(Policy policy, std::size_t blocks, std::uint64_t count, std::uint64_t seed = 9) {
  if constexpr (requires { policy.start(blocks); }) policy.start(blocks);
  bo::random_stream rng{seed};
  std::vector<std::uint64_t> visits(blocks);
  std::vector<std::size_t> result;
  for (std::uint64_t visit = 0; visit < count; ++visit) {
    const std::size_t next = policy.next(rng, {blocks, visit, visits});
    REQUIRE(next < blocks);
    ++visits[next];
    result.push_back(next);
  }
  return result;
}

template <class F>
std::string message_of(const F& f) {
  return blockopt_tests::message_of<bo::invalid_option>(f);
}

}  // namespace

TEST_CASE("ascending and descending run through the blocks") {
  CHECK(draw(bo::ascending{}, 3, 7) == std::vector<std::size_t>{0, 1, 2, 0, 1, 2, 0});
  CHECK(draw(bo::descending{}, 3, 7) == std::vector<std::size_t>{2, 1, 0, 2, 1, 0, 2});
  CHECK(draw(bo::ascending{}, 1, 3) == std::vector<std::size_t>{0, 0, 0});
}

TEST_CASE("fixed stays and a list repeats itself") {
  CHECK(draw(bo::fixed_block{2}, 3, 3) == std::vector<std::size_t>{2, 2, 2});
  CHECK(draw(bo::block_list{{0, 2, 2}}, 3, 5) == std::vector<std::size_t>{0, 2, 2, 0, 2});
}

TEST_CASE("a block that does not exist is named") {
  CHECK(message_of([] { bo::fixed_block{3}.start(3); }).find("block is 3; the partition has 3 blocks") !=
        std::string::npos);
  CHECK(message_of([] { bo::block_list{{0, 7}}.start(3); }).find("names block 7") != std::string::npos);
  CHECK(message_of([] { bo::block_list{}.start(3); }).find("empty") != std::string::npos);
}

TEST_CASE("reshuffle visits every block once per epoch in orders that change") {
  constexpr std::size_t blocks = 8;
  const auto order = draw(bo::random_reshuffle{}, blocks, 50 * blocks);
  std::size_t repeated = 0;
  for (std::size_t epoch = 0; epoch < 50; ++epoch) {
    std::vector<std::size_t> one(order.begin() + static_cast<std::ptrdiff_t>(epoch * blocks),
                                 order.begin() + static_cast<std::ptrdiff_t>((epoch + 1) * blocks));
    if (epoch > 0 &&
        std::equal(one.begin(), one.end(), order.begin() + static_cast<std::ptrdiff_t>((epoch - 1) * blocks)))
      ++repeated;
    std::sort(one.begin(), one.end());
    std::vector<std::size_t> all(blocks);
    std::iota(all.begin(), all.end(), std::size_t{0});
    CHECK(one == all);
  }
  CHECK(repeated == 0);
}

TEST_CASE("a fixed shuffle keeps its order, which the seed decides") {
  constexpr std::size_t blocks = 12;
  const auto order = draw(bo::fixed_shuffle{}, blocks, 4 * blocks, 3);
  for (std::size_t i = blocks; i < order.size(); ++i) CHECK(order[i] == order[i - blocks]);
  std::vector<std::size_t> one(order.begin(), order.begin() + blocks), all(blocks);
  CHECK(draw(bo::fixed_shuffle{}, blocks, blocks, 4) != one);
  std::sort(one.begin(), one.end());
  std::iota(all.begin(), all.end(), std::size_t{0});
  CHECK(one == all);
}

TEST_CASE("Lipschitz sampling draws a block as often as the power of its constant says") {
  const std::vector<double> constants{1, 16, 0.25, 4, 1};
  for (const double power : {0.0, 0.5, 1.0, -1.0}) {
    constexpr std::size_t count = 40'000;
    const auto drawn = draw(bo::lipschitz_sampling{.constants = constants, .power = power}, 5, count);
    std::array<double, 5> counts{};
    for (const std::size_t b : drawn) counts[b] += 1;
    double sum = 0;
    for (const double c : constants) sum += std::pow(c, power);
    for (std::size_t b = 0; b < 5; ++b) {
      const double chance = std::pow(constants[b], power) / sum;
      CHECK(std::fabs(counts[b] - count * chance) <= 5 * std::sqrt(count * chance * (1 - chance)));
    }
  }
  // constants far apart, of which the powers would overflow
  const auto far = draw(bo::lipschitz_sampling{.constants = {1e300, 1e-300, 1e300}, .power = 3}, 3, 1000);
  CHECK(std::count(far.begin(), far.end(), std::size_t{1}) == 0);
  CHECK(std::count(far.begin(), far.end(), std::size_t{0}) > 400);
  CHECK(draw(bo::lipschitz_sampling{.constants = {2}}, 1, 3) == std::vector<std::size_t>{0, 0, 0});

  CHECK(message_of([] {
          bo::lipschitz_sampling{.constants = {1, 2}}.start(3);
        }).find("2 constants for 3 blocks") != std::string::npos);
  CHECK(message_of([] {
          bo::lipschitz_sampling{.constants = {1, 0, 2}}.start(3);
        }).find("constants[1] = 0") != std::string::npos);
  CHECK(message_of([] { bo::lipschitz_sampling{.constants = {1}, .power = NAN}.start(1); }).find("power") !=
        std::string::npos);
}

TEST_CASE("an alias table has the chances of its weights, and never draws what has none") {
  for (std::size_t n = 1; n <= 40; ++n) {
    std::vector<double> weights(n);
    bo::random_stream random{n};
    for (std::size_t i = 0; i < n; ++i) weights[i] = i % 3 == 1 ? 0.0 : random.uniform();
    const bo::detail::alias_table table(weights);
    bo::random_stream rng{7};
    for (int k = 0; k < 2000; ++k) CHECK(weights[table.draw(rng)] > 0);
  }
}

TEST_CASE("reshuffle draws every permutation equally often") {
  const std::uint64_t epochs = 6000;
  const auto order = draw(bo::random_reshuffle{}, 3, 3 * epochs);
  std::array<double, 9> counts{};
  for (std::size_t epoch = 0; epoch < epochs; ++epoch) counts[order[3 * epoch] * 3 + order[3 * epoch + 1]] += 1;
  for (std::size_t first = 0; first < 3; ++first) {
    for (std::size_t second = 0; second < 3; ++second) {
      const double expected = first == second ? 0.0 : 1000.0;
      CHECK(std::fabs(counts[first * 3 + second] - expected) <= 5 * std::sqrt(1000.0 * 5 / 6) * (expected > 0 ? 1 : 0));
    }
  }
}

TEST_CASE("uniform draws every block equally often and not in turn") {
  constexpr std::size_t blocks = 5;
  const auto drawn = draw(bo::uniform_random{}, blocks, 10'000);
  std::array<double, blocks> counts{};
  std::size_t twice_in_a_row = 0;
  for (std::size_t i = 0; i < drawn.size(); ++i) {
    counts[drawn[i]] += 1;
    if (i > 0 && drawn[i] == drawn[i - 1]) ++twice_in_a_row;
  }
  for (const double count : counts) CHECK(std::fabs(count - 2000) <= 5 * std::sqrt(1600.0));
  CHECK(std::fabs(static_cast<double>(twice_in_a_row) - 2000) <= 5 * std::sqrt(1600.0));
}

TEST_CASE("a seed gives the same order again and another seed another") {
  CHECK(draw(bo::random_reshuffle{}, 20, 60, 4) == draw(bo::random_reshuffle{}, 20, 60, 4));
  CHECK(draw(bo::random_reshuffle{}, 20, 60, 4) != draw(bo::random_reshuffle{}, 20, 60, 5));
  CHECK(draw(bo::uniform_random{}, 20, 60, 4) != draw(bo::uniform_random{}, 20, 60, 5));
}

TEST_CASE("the random stream has the published numbers of SplitMix64") {
  bo::random_stream rng{1234567};  // the reference sequence for this seed
  CHECK(rng.bits() == 6457827717110365317ULL);
  CHECK(rng.bits() == 3203168211198807973ULL);
  CHECK(rng.bits() == 9817491932198370423ULL);
}

TEST_CASE("below is in range for all small n and for the largest") {
  bo::random_stream rng{3};
  for (std::uint64_t n = 1; n < 70; ++n) {
    std::uint64_t largest = 0;
    for (int i = 0; i < 2000; ++i) {
      const std::uint64_t k = rng.below(n);
      REQUIRE(k < n);
      largest = std::max(largest, k);
    }
    CHECK(largest == n - 1);
  }
  CHECK(rng.below(~std::uint64_t{0}) < ~std::uint64_t{0});
  for (int i = 0; i < 1000; ++i) {
    const double u = rng.uniform();
    CHECK((u >= 0 && u < 1));
  }
}

TEST_CASE("derived streams differ") {
  std::vector<std::uint64_t> seeds;
  for (std::uint64_t seed = 0; seed < 30; ++seed) {
    for (std::uint64_t stream = 0; stream < 30; ++stream) seeds.push_back(bo::random_stream::derive(seed, stream));
  }
  std::sort(seeds.begin(), seeds.end());
  CHECK(std::adjacent_find(seeds.begin(), seeds.end()) == seeds.end());
}

TEST_CASE("a uniform subset names each pair of blocks equally often") {
  bo::uniform_subset policy{.size = 2};
  bo::random_stream rng{bo::random_stream::derive(3, 0)};
  std::map<std::pair<std::size_t, std::size_t>, int> times;
  constexpr int draws = 10'000;
  for (int i = 0; i < draws; ++i) {
    std::vector<std::size_t> chosen;
    for (int k = 0; k < 2; ++k) chosen.push_back(policy.next(rng, {.blocks = 5, .visits = {}, .chosen = chosen}));
    CHECK(chosen[0] != chosen[1]);
    ++times[std::minmax(chosen[0], chosen[1])];
  }
  CHECK(times.size() == 10);
  for (const auto& [pair, count] : times) {  // 1000 expected, standard deviation 30
    CHECK(count > 850);
    CHECK(count < 1150);
  }
}
