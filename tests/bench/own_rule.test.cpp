// SPDX-License-Identifier: MIT
// Part of blockopt's tests: a rule from a user's header becomes a subject of the benchmarks.
#include <cstddef>
#include <span>
#include <string>
#include <type_traits>
#include <vector>

#include <doctest/doctest.h>

#include "registry.hpp"
#include "subject.hpp"

TEST_CASE("A rule of a header of the user joins the registered ones and is stepped") {
  std::vector<std::string> names;
  std::size_t own = 0;
  bench::for_each_rule([&]<class Rule>(const std::string& name, const Rule& rule) {
    names.push_back(name);
    if constexpr (std::is_same_v<Rule, half_step>) {
      ++own;
      std::vector<float> start;
      bench::subject<Rule, float, false> subject(
          rule, 128, 1, [&](std::span<const float> values) { start.assign(values.begin(), values.end()); });
      const auto arrays = subject.arrays();
      const float *x = subject.values(), *g = subject.gradient();
      for (std::size_t i = 0; i < start.size(); ++i) {
        REQUIRE(x[i] == start[i] - 0.5F * g[i]);
        REQUIRE(static_cast<const float*>(arrays.wide[0])[i] == g[i]);
      }
      CHECK(subject.shape.bytes_per_element() == 20);
    }
  });
  CHECK(own == 1);
  CHECK(names.size() == 13);
  CHECK(names.back() == "half_step");
}
