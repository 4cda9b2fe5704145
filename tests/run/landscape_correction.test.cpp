// SPDX-License-Identifier: MIT
// Part of blockopt's tests: steps without state of parameters that are not active.
#include <algorithm>
#include <cstddef>
#include <cstdint>
#include <set>
#include <vector>

#include <doctest/doctest.h>

#include <blockopt/backend/eigen/eigen_backend.hpp>
#include <blockopt/backend/plain/plain_backend.hpp>
#include <blockopt/run/landscape_correction.hpp>
#include <blockopt/update/sgd.hpp>

namespace bo = blockopt;

namespace {

template <class T, class Backend>
std::vector<float> corrected(Backend backend, bo::correction_direction direction, bo::rounding rounding,
                             std::size_t steps = 1, double factor = 1) {
  std::vector<T> values(37);
  std::vector<float> gradient(37);
  for (std::size_t i = 0; i < values.size(); ++i) values[i] = T(1.0F + static_cast<float>(i) / 4);
  bo::landscape_correction correction(bo::sgd{.learning_rate = 0.5}, backend, direction, rounding, 3);
  for (std::size_t s = 0; s < steps; ++s) {
    for (std::size_t i = 0; i < gradient.size(); ++i) gradient[i] = (static_cast<float>(i % 5) - 2) / 512;
    correction.apply(2, bo::tensor_view<T>(values.data(), values.size()),
                     bo::tensor_view<float>(gradient.data(), gradient.size()), factor);
    correction.end_step();
  }
  return {values.begin(), values.end()};
}

}  // namespace

TEST_CASE("a correction steps along the gradient or its signs, times the rate and a factor") {
  using bo::correction_direction;
  const auto plain =
      corrected<float>(bo::plain_backend{}, correction_direction::gradient, bo::rounding::nearest, 1, 0.5);
  const auto signs = corrected<float>(bo::plain_backend{}, correction_direction::sign, bo::rounding::nearest, 2);
  for (std::size_t i = 0; i < 37; ++i) {
    const float start = 1.0F + static_cast<float>(i) / 4, g = static_cast<float>(i % 5) - 2;
    CHECK(plain[i] == start - 0.25F * (g / 512));
    CHECK(signs[i] == start - static_cast<float>((g > 0) - (g < 0)));
  }
  CHECK(plain == corrected<float>(bo::eigen_backend{}, correction_direction::gradient, bo::rounding::nearest, 1, 0.5));
}

TEST_CASE("16-bit values take a correction to nearest, or at random, with other bits in each step") {
  using bo::correction_direction;
  const auto nearest =
      corrected<bo::bfloat16>(bo::plain_backend{}, correction_direction::gradient, bo::rounding::nearest, 8);
  const auto stochastic =
      corrected<bo::bfloat16>(bo::plain_backend{}, correction_direction::gradient, bo::rounding::stochastic, 8);
  // A step of at most 1/512 is lost below the spacing 1/32 of numbers from 4 on; not when it is rounded at random.
  std::size_t moved = 0;
  for (std::size_t i = 12; i < 37; ++i) {
    CHECK(nearest[i] == 1.0F + static_cast<float>(i) / 4);
    moved += stochastic[i] != nearest[i] ? 1 : 0;
  }
  CHECK(moved > 0);
  CHECK(moved < 20);
  CHECK(stochastic ==
        corrected<bo::bfloat16>(bo::eigen_backend{}, correction_direction::gradient, bo::rounding::stochastic, 8));
}

TEST_CASE("a correction refuses other extents, and copies that would not know of it") {
  bo::landscape_correction correction(bo::sgd{}, bo::plain_backend{});
  std::vector<float> values(6);
  CHECK_THROWS_WITH_AS(
      correction.apply(4, bo::tensor_view<float>(values.data(), {2, 3}), bo::tensor_view<float>(values.data(), 6)),
      doctest::Contains("the gradient of parameter number 4 has extents"), bo::invalid_view);
  CHECK_THROWS_WITH_AS(bo::landscape_correction(bo::sgd{.learning_rate = -1}, bo::plain_backend{}),
                       doctest::Contains("learning_rate"), bo::invalid_option);
  using checked = decltype(correction);
  CHECK_THROWS_WITH_AS(checked::check<bo::bfloat16>(true), doctest::Contains("drop_state"), bo::invalid_option);
  checked::check<float>(true);
  checked::check<bo::bfloat16>(false);
}
