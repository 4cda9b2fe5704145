// SPDX-License-Identifier: MIT
// Part of blockopt: tests of the policies in numpy's numbers.

#include <algorithm>
#include <cmath>
#include <cstddef>
#include <cstdint>
#include <limits>
#include <string>
#include <string_view>
#include <vector>

#include <doctest/doctest.h>

#include <blockopt/conformance/check_selection_policy.hpp>
#include <blockopt/select/numpy_policies.hpp>

#include "support/message_of.hpp"

using namespace blockopt;
using blockopt_tests::message_of;

namespace {

/// What a checkpoint would keep, in the order of the names; then what a resumed policy gets back.
struct memory_archive {
  std::vector<std::vector<double>> kept{};
  std::size_t at = 0;
  bool loading = false;

  template <class T>
  void operator()(std::string_view, T& value) {
    if constexpr (requires { value.archive(*this); }) {
      value.archive(*this);
    } else if constexpr (requires { value.size(); }) {
      if (loading) {
        value.clear();
        for (const double x : kept.at(at)) value.push_back(static_cast<typename T::value_type>(x));
        ++at;
      } else {
        kept.emplace_back(value.begin(), value.end());
      }
    } else {
      if (loading) value = static_cast<T>(kept.at(at++).at(0));
      else kept.push_back({static_cast<double>(value)});
    }
  }
  template <class T>
  void same(std::string_view, T& value) {
    T stored = value;
    (*this)("", stored);
    CHECK(stored == value);
  }
};

template <class Policy>
std::vector<std::size_t> visits(Policy& policy, std::size_t blocks, std::uint64_t from, std::uint64_t count) {
  random_stream unused{7};
  std::vector<std::size_t> all;
  for (std::uint64_t k = from; k < from + count; ++k)
    all.push_back(policy.next(unused, {.blocks = blocks, .visit = k, .visits = {}}));
  CHECK(unused == random_stream{7});
  return all;
}

/// A run that is cut after `cut` visits and resumed goes on as if it had not been.
template <class Policy>
void check_resume(const Policy& fresh, std::size_t blocks, std::uint64_t cut) {
  CAPTURE(cut);
  Policy whole = fresh, first = fresh, second = fresh;
  for (Policy* p : {&whole, &first, &second}) p->start(blocks);
  const auto all = visits(whole, blocks, 0, cut + 20);
  (void)visits(first, blocks, 0, cut);
  memory_archive a;
  first.archive(a);
  a.loading = true;
  second.archive(a);
  const auto rest = visits(second, blocks, cut, 20);
  CHECK(std::equal(rest.begin(), rest.end(), all.begin() + static_cast<std::ptrdiff_t>(cut)));
}

}  // namespace

TEST_CASE("uniform draws are those of RandomState(seed).randint") {
  // numpy.random.RandomState(1).randint(10, size=10)
  numpy_uniform policy;
  policy.start(10);
  CHECK(visits(policy, 10, 0, 10) == std::vector<std::size_t>{5, 8, 9, 5, 0, 0, 1, 7, 6, 9});
  policy.start(10);  // begins anew
  CHECK(visits(policy, 10, 0, 3) == std::vector<std::size_t>{5, 8, 9});
  numpy_uniform other{.seed = 2};
  other.start(10);
  CHECK(visits(other, 10, 0, 10) != std::vector<std::size_t>{5, 8, 9, 5, 0, 0, 1, 7, 6, 9});
  policy.start(1);
  CHECK(visits(policy, 1, 0, 3) == std::vector<std::size_t>{0, 0, 0});
}

TEST_CASE("weighted draws are where random_sample falls among the sums") {
  // RandomState(1).random_sample(5) = .417022 .720324 .000114 .302333 .146756
  numpy_lipschitz policy{.constants = {1, 2, 3, 4}};  // sums .1 .3 .6 1
  policy.start(4);
  CHECK(visits(policy, 4, 0, 5) == std::vector<std::size_t>{2, 3, 0, 2, 1});
  numpy_lipschitz one{.constants = {1e-300}};
  one.start(1);
  CHECK(visits(one, 1, 0, 4) == std::vector<std::size_t>{0, 0, 0, 0});

  numpy_lipschitz many{.constants = {1, 9, 90}, .seed = 3};
  many.start(3);
  std::vector<double> count(3);
  for (const std::size_t b : visits(many, 3, 0, 100'000)) ++count[b];
  CHECK(count[0] == doctest::Approx(1000).epsilon(0.15));
  CHECK(count[1] == doctest::Approx(9000).epsilon(0.05));
}

TEST_CASE("a new order each epoch is that of RandomState(seed).permutation") {
  // RandomState(1): permutation(10) twice
  numpy_reshuffle policy;
  policy.start(10);
  CHECK(visits(policy, 10, 0, 10) == std::vector<std::size_t>{2, 9, 6, 4, 0, 3, 1, 7, 8, 5});
  CHECK(visits(policy, 10, 10, 10) == std::vector<std::size_t>{9, 5, 3, 0, 8, 4, 2, 1, 6, 7});
}

TEST_CASE("policies in numpy's numbers go on where they were cut") {
  for (const std::uint64_t cut : {0U, 1U, 6U, 7U, 700U}) {
    check_resume(numpy_uniform{.seed = 5}, 7, cut);
    check_resume(numpy_lipschitz{.constants = {1, 2, 3, 4, 5, 6, 7}, .seed = 5}, 7, cut);
    check_resume(numpy_reshuffle{.seed = 5}, 7, cut);
  }
}

TEST_CASE("policies in numpy's numbers are policies") {
  CHECK(bool(check_selection_policy(numpy_uniform{}, {.name = "numpy_uniform", .covers_within = 30})));
  CHECK(bool(check_selection_policy(numpy_reshuffle{}, {.name = "numpy_reshuffle"})));
}

TEST_CASE("seeds and constants that numpy could not take are refused") {
  numpy_uniform wide{.seed = std::uint64_t{1} << 32};
  CHECK(message_of<invalid_option>([&] { wide.start(3); }).find("4294967296") != std::string::npos);
  numpy_uniform widest{.seed = 0xffffffffU};
  widest.start(3);
  numpy_reshuffle other{.seed = ~std::uint64_t{0}};
  CHECK_THROWS_AS(other.start(3), invalid_option);
  numpy_lipschitz few{.constants = {1, 2}};
  CHECK(message_of<invalid_option>([&] { few.start(3); }).find("2 constants for 3 blocks") != std::string::npos);
  for (const double bad : {0.0, -1.0, std::nan(""), std::numeric_limits<double>::infinity()}) {
    numpy_lipschitz policy{.constants = {1, bad, 2}};
    CHECK(message_of<invalid_option>([&] { policy.start(3); }).find("constants[1]") != std::string::npos);
  }
}
