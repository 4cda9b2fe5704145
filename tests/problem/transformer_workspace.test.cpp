// SPDX-License-Identifier: MIT
// Part of blockopt's tests: what the transformer keeps and computes for a block: bytes and flops against their formulas.
#include <cstddef>
#include <vector>

#include <doctest/doctest.h>

#include <blockopt/memory/counting_resource.hpp>
#include <blockopt/problem/transformer.hpp>
#include <blockopt/problem/transformer/planned.hpp>

#include "transformer_support.hpp"

namespace bo = blockopt;
using transformer_test::block;
using transformer_test::everything;
using transformer_test::tokens;

namespace {

constexpr bo::transformer_shape shape{
    .layers = 4, .width = 32, .heads = 4, .kv_heads = 2, .hidden = 96, .context = 32, .vocabulary = 64};
constexpr std::size_t sequences = 6;

// Flops of a layer's matrices, of its attention, of its query, key and value matrices, and of the head, one product each.
constexpr double tokens_here = 32 * sequences;
constexpr double matrices = 2 * tokens_here * (32.0 * 64 + 32 * 32 + 3 * 32 * 96),
                 attention = 2 * tokens_here * 2 * 32 * 32;
constexpr double projections = 2 * tokens_here * 32 * 64, head = 2 * tokens_here * 32 * 64;
constexpr double input_gradients = matrices + 2.5 * attention;  // of a whole layer

template <class T, class Wanted>
bo::transformer_work work_of(bo::transformer<T>& model, const tokens& data, const Wanted& wanted) {
  const block<T> b(model.parameters(), wanted);
  model.gradient(b.active(), data.batch());
  return model.last_work();
}

}  // namespace

TEST_CASE("a full gradient costs one forward pass again for inputs and once more for weights") {
  bo::transformer<float> model(shape, 1, sequences);
  const tokens data(shape, sequences);
  const auto work = work_of(model, data, everything);
  CHECK(work.forward_flops == 4 * (matrices + attention) + head);
  CHECK(work.weight_gradient_flops == 4 * matrices + head);
  CHECK(work.input_gradient_flops == 4 * input_gradients + head);
  model.loss(data.batch());
  CHECK(model.last_work().forward_flops == work.forward_flops);
  CHECK(model.last_work().input_gradient_flops == 0);
  CHECK(model.last_work().weight_gradient_flops == 0);
}

TEST_CASE("the backward pass stops at the lowest active layer and computes weight gradients of the block alone") {
  bo::transformer<float> model(shape, 1, sequences);
  const tokens data(shape, sequences);
  double weights = 0, inputs = 0;
  for (std::size_t l = 0; l < 4; ++l) {
    CAPTURE(l);
    const auto work = work_of(model, data, [&](std::size_t i) { return model.stage_of(i) == l + 1; });
    const double above = static_cast<double>(3 - l);
    CHECK(work.weight_gradient_flops == matrices);
    CHECK(work.input_gradient_flops == head + above * input_gradients + input_gradients - projections);
    weights += work.weight_gradient_flops / 4;
    inputs += work.input_gradient_flops / 4;
  }
  // BAdam's model over D = 4 equal layers: weight gradients 1/D, input gradients (D - 1)/2D of a full pass; beside it, the
  // head's, and what the block's own inner matrices need.
  CHECK(weights == 4 * matrices / 4);
  CHECK(inputs == doctest::Approx(4 * input_gradients * 3.0 / 8 + head + input_gradients - projections).epsilon(1e-14));
}

TEST_CASE("the backward pass ends at the head when nothing below is active") {
  bo::transformer<float> model(shape, 1, sequences);
  const tokens data(shape, sequences);
  const std::size_t last = model.parameters().size() - 1;
  auto work = work_of(model, data, [&](std::size_t i) { return i == last; });
  CHECK(work.weight_gradient_flops == head);
  CHECK(work.input_gradient_flops == 0);
  work = work_of(model, data, [&](std::size_t i) { return i == last - 1; });
  CHECK(work.weight_gradient_flops == 0);
  CHECK(work.input_gradient_flops == head);
  // The embedding needs all input gradients and no weight gradient of a matrix, unless it is the head too.
  work = work_of(model, data, [&](std::size_t i) { return i == 0; });
  CHECK(work.weight_gradient_flops == 0);
  CHECK(work.input_gradient_flops == 4 * input_gradients + head);
  auto with_tied_head = shape;
  with_tied_head.tied_head = true;
  bo::transformer<float> tied(with_tied_head, 1, sequences);
  work = work_of(tied, data, [&](std::size_t i) { return i == 0; });
  CHECK(work.weight_gradient_flops == head);
  CHECK(work.input_gradient_flops == 4 * input_gradients + head);
}

TEST_CASE("within the lowest layer only what the active matrix needs is computed") {
  bo::transformer<float> model(shape, 1, sequences);
  const tokens data(shape, sequences);
  const auto check = [&](std::size_t part, double weight, double input) {
    CAPTURE(part);
    const auto work = work_of(model, data, [&](std::size_t i) { return i == 1 + 9 * 3 + part; });
    CHECK(work.weight_gradient_flops == 2 * tokens_here * weight);
    CHECK(work.input_gradient_flops == head + 2 * tokens_here * input + (part <= 3 ? 2.5 * attention : 0.0));
  };
  const double down = 32 * 96, gates = 2 * 32 * 96, output = 32 * 32;
  check(8, down, 0);
  check(7, gates / 2, down);
  check(6, gates / 2, down);
  check(5, gates, down);
  check(4, output, down + gates);
  check(3, 32 * 16, down + gates + output);
  check(2, 32 * 16, down + gates + output);
  check(1, 32 * 32, down + gates + output);
  check(0, 32 * 64, down + gates + output);
}

TEST_CASE("the workspace takes what was planned in one allocation and no more later") {
  const tokens data(shape, sequences);
  const auto check = [&]<class T>(T, const auto& wanted) {
    bo::counting_resource values, activations;
    bo::transformer<T> model(shape, 1, sequences, &values, &activations);
    const std::size_t own = values.bytes();
    CHECK(activations.allocations() == 0);
    const block<T> b(model.parameters(), wanted);
    model.gradient(b.active(), data.batch());
    CHECK(activations.bytes() == bo::transformer<T>::activation_bytes(shape, sequences, b.flags));
    CHECK(activations.bytes() == model.workspace_bytes());
    model.loss(data.batch());
    model.gradient(b.active(), data.batch());
    model.reserve();
    CHECK(activations.allocations() == 1);
    CHECK(values.bytes() == own);
    return activations.bytes();
  };
  const auto stage = [](std::size_t s) { return [s](std::size_t i) { return shape.stage_of(i) == s; }; };
  const auto nothing = [](std::size_t) { return false; };
  const std::size_t full = check(float{}, everything);
  // The embedding's block keeps the same as the first layer's but for what that layer's attention gave.
  std::size_t below = check(float{}, stage(1));
  CHECK(below < full);
  CHECK(below - check(float{}, stage(0)) == 4 * 32 * sequences * 32);
  for (std::size_t s = 2; s < shape.stages(); ++s) {
    CAPTURE(s);
    const std::size_t bytes = check(float{}, stage(s));
    CHECK(bytes < below);  // the later the block, the less is kept
    below = bytes;
  }
  CHECK(check(float{}, nothing) < below);
  CHECK(check(bo::bfloat16{}, stage(2)) > check(float{}, stage(2)));  // the converted norm
  CHECK(check(bo::half{}, everything) > full);
  check(double{}, everything);
}

TEST_CASE("a later block keeps exactly the activations of one layer less") {
  const auto bytes = [](std::size_t s) {
    std::vector<unsigned char> flags(shape.parameters());
    for (std::size_t i = 0; i < flags.size(); ++i) flags[i] = shape.stage_of(i) == s ? 1 : 0;
    return bo::transformer<float>::activation_bytes(shape, sequences, flags);
  };
  // Two stream rows, the projections, log-sum-exps, the gate's inputs and two scales for each token.
  const std::size_t layer = 4 * 32 * sequences * (2 * 32 + 64 + 4 + 2 * 96 + 2);
  CHECK(bytes(2) - bytes(3) == layer);
  CHECK(bytes(3) - bytes(4) == layer);
}

TEST_CASE("a reservation for each block leaves nothing to allocate") {
  const tokens data(shape, sequences);
  bo::counting_resource activations;
  bo::transformer<float> model(shape, 1, sequences, std::pmr::get_default_resource(), &activations);
  std::vector<block<float>> blocks;
  for (std::size_t s = 0; s < shape.stages(); ++s) {
    blocks.emplace_back(model.parameters(), [&](std::size_t i) { return model.stage_of(i) == s; });
  }
  for (auto b = blocks.rbegin(); b != blocks.rend(); ++b) model.reserve(b->flags);
  const std::size_t reserved = activations.allocations();
  CHECK(activations.bytes() == bo::transformer<float>::activation_bytes(shape, sequences, blocks[1].flags));
  CHECK(activations.peak_bytes() == activations.bytes());  // growth never holds the old and the new workspace
  for (auto b = blocks.rbegin(); b != blocks.rend(); ++b) model.gradient(b->active(), data.batch());
  model.loss(data.batch());
  CHECK(activations.allocations() == reserved);
}

TEST_CASE("a smaller batch gives the same loss in a workspace for a larger one") {
  const tokens data(shape, 1);
  bo::transformer<float> large(shape, 1, 5), exact(shape, 1, 1);
  const block<float> a(large.parameters(), everything), b(exact.parameters(), everything);
  CHECK(large.gradient(a.active(), data.batch()) == exact.gradient(b.active(), data.batch()));
  CHECK(a.memory == b.memory);
}

TEST_CASE("a plan without values has the names, extents and places of the parameters and the flops of a pass exactly") {
  for (const bool tied : {false, true}) {
    auto s = shape;
    s.tied_head = tied;
    s.context = 40;  // attention is cut in chunks of 32
    bo::transformer<float> model(s, 1, 2);
    const tokens data(s, 2);
    const auto real = model.parameters();
    const auto planned = bo::planned_parameters<float>(s);
    REQUIRE(planned.size() == real.size());
    for (std::size_t i = 0; i < real.size(); ++i) {
      CHECK(planned[i].name == real[i].name);
      CHECK(planned[i].values.describe_extents() == real[i].values.describe_extents());
      CHECK(planned[i].values.data() - planned[0].values.data() == real[i].values.data() - real[0].values.data());
    }
    const auto check = [&](const auto& wanted) {
      const block<float> b(real, wanted);
      model.gradient(b.active(), data.batch());
      const auto plan = bo::planned_work(s, 2, b.flags);
      CHECK(plan.forward_flops == model.last_work().forward_flops);
      CHECK(plan.input_gradient_flops == model.last_work().input_gradient_flops);
      CHECK(plan.weight_gradient_flops == model.last_work().weight_gradient_flops);
    };
    check(everything);
    check([](std::size_t) { return false; });
    for (std::size_t one = 0; one < real.size(); ++one) check([&](std::size_t i) { return i == one; });
    for (std::size_t stage = 0; stage < s.stages(); ++stage)
      check([&](std::size_t i) { return s.stage_of(i) == stage; });
    for (std::size_t k = 2; k < 6; ++k) check([&](std::size_t i) { return i % k == 1; });
    model.loss(data.batch());
    CHECK(bo::planned_work(s, 2).forward_flops == model.last_work().forward_flops);
    CHECK(bo::planned_work(s, 2, {}, s.layers).forward_flops == 2.0 * 80 * 64 * 32);
  }
}
