// SPDX-License-Identifier: MIT
// Part of blockopt's tests: the transformer's gradients against central differences, and against each other.
#include <algorithm>
#include <cmath>
#include <cstddef>
#include <string>
#include <vector>

#include <doctest/doctest.h>

#include <blockopt/problem/problem.hpp>
#include <blockopt/problem/transformer.hpp>

#include "oracle_check.hpp"
#include "transformer_support.hpp"

namespace bo = blockopt;
using transformer_test::block;
using transformer_test::everything;
using transformer_test::tokens;

static_assert(bo::block_differentiable<bo::transformer<float>> && bo::layered<bo::transformer<float>>);
static_assert(bo::block_differentiable<bo::transformer<bo::bfloat16>> && bo::layered<bo::transformer<bo::half>>);

namespace {

// Checks each element of each parameter, by central differences of five points: error O(h^4).
void check_against_differences(const bo::transformer_shape& shape, std::size_t sequences) {
  bo::transformer<double> model(shape, 1, sequences);
  auto parameters = model.parameters();
  transformer_test::stir(parameters);
  const tokens data(shape, sequences);
  model.set_batch(data.batch());
  const block<double> all(parameters, everything);
  const double loss = model.gradient(all.active());
  CHECK(loss == model.value());
  for (std::size_t i = 0; i < parameters.size(); ++i) {
    CAPTURE(parameters[i].name);
    double scale = 0;
    for (std::size_t k = 0; k < parameters[i].values.size(); ++k) scale = std::max(scale, std::abs(all.gradient(i)[k]));
    CHECK(scale > 1e-4);
    for (std::size_t k = 0; k < parameters[i].values.size(); ++k) {
      const double slope = blockopt_tests::central_difference(model, parameters[i].values.data()[k], 3e-4);
      if (std::abs(slope - all.gradient(i)[k]) > 1e-8 * scale + 1e-10) {
        FAIL("element " << k << ": gradient " << all.gradient(i)[k] << " is off by " << slope - all.gradient(i)[k]);
      }
    }
  }
  CHECK(loss == model.value());
}

constexpr bo::transformer_shape small{
    .layers = 1, .width = 8, .heads = 2, .kv_heads = 2, .hidden = 12, .context = 5, .vocabulary = 11};

// Wanted gradients have the full gradient's bits; guards and all other memory hold their sentinels.
template <class T>
void check_part(const block<T>& part, const block<T>& full) {
  for (std::size_t i = 0; i < part.memory.size(); ++i) {
    CAPTURE(i);
    const auto sentinel = part.memory[i][0];
    const bool equal = part.flags[i] != 0 ? part.memory[i] == full.memory[i]
                                          : std::all_of(part.memory[i].begin(), part.memory[i].end(),
                                                        [&](auto x) { return x == sentinel; });
    CHECK(sentinel == -77);
    CHECK(equal);
  }
}

}  // namespace

TEST_CASE("gradients of a transformer of one layer equal central differences") { check_against_differences(small, 2); }

TEST_CASE("gradients of a transformer of two layers equal central differences") {
  auto shape = small;
  shape.layers = 2;
  check_against_differences(shape, 1);
}

TEST_CASE("gradients with fewer key heads than query heads and an odd batch equal central differences") {
  auto shape = small;
  shape.heads = 4;
  shape.kv_heads = 2;
  check_against_differences(shape, 3);
}

TEST_CASE("gradients with one key head and a tied head equal central differences") {
  auto shape = small;
  shape.kv_heads = 1;
  shape.tied_head = true;
  shape.layers = 2;
  check_against_differences(shape, 1);
}

TEST_CASE("gradients with heads of a width of their own equal central differences") {
  auto shape = small;
  shape.kv_heads = 1;
  for (const std::size_t head_width : {2u, 10u}) {
    shape.head_width = head_width;
    check_against_differences(shape, 2);
  }
}

TEST_CASE("gradients of a context longer than a chunk of queries equal central differences") {
  const bo::transformer_shape shape{
      .layers = 1, .width = 4, .heads = 1, .kv_heads = 1, .hidden = 4, .context = 67, .vocabulary = 3};
  check_against_differences(shape, 2);
}

TEST_CASE("each parameter alone gets the bits of the full gradient and no other memory is touched") {
  auto shape = small;
  shape.layers = 2;
  shape.kv_heads = 1;
  for (const bool tied : {false, true}) {
    CAPTURE(tied);
    shape.tied_head = tied;
    bo::transformer<float> model(shape, 1, 3);
    const auto parameters = model.parameters();
    transformer_test::stir(parameters);
    const tokens data(shape, 3);
    const block<float> full(parameters, everything);
    const double loss = model.gradient(full.active(), data.batch());
    for (std::size_t wanted = 0; wanted < parameters.size(); ++wanted) {
      CAPTURE(parameters[wanted].name);
      const block<float> one(parameters, [&](std::size_t i) { return i == wanted; });
      CHECK(model.gradient(one.active(), data.batch()) == loss);
      check_part(one, full);
    }
  }
}

TEST_CASE("each layer alone gets the bits of the full gradient and leaves guards and other gradients as they are") {
  bo::transformer_shape shape{.layers = 3, .width = 32, .heads = 4, .kv_heads = 2, .context = 70, .vocabulary = 50};
  shape.head_width = 10;
  bo::transformer<bo::bfloat16> model(shape, 1, 3);
  const auto parameters = model.parameters();
  transformer_test::stir(parameters, 0.1);
  const tokens data(shape, 3);
  const block<bo::bfloat16> full(parameters, everything);
  const double loss = model.gradient(full.active(), data.batch());
  for (std::size_t stage = 0; stage < model.stages(); ++stage) {
    CAPTURE(stage);
    const auto wanted = [&](std::size_t i) { return model.stage_of(i) == stage; };
    const block<bo::bfloat16> one(parameters, wanted);
    CHECK(model.gradient(one.active(), data.batch()) == loss);
    check_part(one, full);
  }
}

TEST_CASE("gradients are added to what is there and scaled as the mean over the batch") {
  const bo::transformer_shape shape{
      .layers = 1, .width = 16, .heads = 2, .kv_heads = 2, .context = 8, .vocabulary = 20};
  bo::transformer<double> model(shape, 1, 4);
  const auto parameters = model.parameters();
  transformer_test::stir(parameters);
  const tokens data(shape, 4);
  const block<double> whole(parameters, everything), parts(parameters, everything, 0.0);
  const double loss = model.gradient(whole.active(), data.batch());
  double sum = 0;
  for (std::size_t s = 0; s < 4; ++s) {
    const std::span inputs(data.inputs), targets(data.targets);
    sum += model.gradient(parts.active(), {inputs.subspan(s * 8, 8), targets.subspan(s * 8, 8), 1});
  }
  CHECK(sum / 4 == doctest::Approx(loss).epsilon(1e-14));
  for (std::size_t i = 0; i < parameters.size(); ++i) {
    CAPTURE(parameters[i].name);
    for (std::size_t k = 0; k < parameters[i].values.size(); ++k) {
      REQUIRE(std::abs(parts.gradient(i)[k] / 4 - whole.gradient(i)[k]) <= 1e-14);
    }
  }
}
