// SPDX-License-Identifier: MIT
// Part of blockopt: tests of gradients that are summed up in 16 bits.
#include <cstddef>
#include <cstdint>
#include <string>
#include <vector>

#include <doctest/doctest.h>

#include <blockopt/backend/eigen/eigen_backend.hpp>
#include <blockopt/backend/plain/plain_backend.hpp>
#include <blockopt/block/by_matrix.hpp>
#include <blockopt/block/by_ratio.hpp>
#include <blockopt/memory/counting_resource.hpp>
#include <blockopt/memory/drop_state.hpp>
#include <blockopt/run/block_optimizer.hpp>
#include <blockopt/select/ascending.hpp>
#include <blockopt/update/sgd.hpp>

#include "run/optimizer_support.hpp"

namespace bo = blockopt;
using namespace blockopt_tests;

namespace {

const std::vector<std::size_t> sizes{100, 33, 5};

/// The gradient of a micro-batch, which bfloat16 can hold.
float gradient_of(std::uint64_t micro_batch, std::size_t parameter, std::size_t i) {
  return static_cast<float>(static_cast<int>((i + 3 * parameter + 7 * micro_batch) % 17) - 8) / 8;
}

template <class Backend>
std::vector<std::vector<unsigned char>> run(const bo::optimizer_options& options, Backend backend = {}) {
  const tensors<bo::bfloat16> model(sizes);
  bo::block_optimizer optimizer{bo::by_matrix(model.parameters()),
                                bo::sgd{.learning_rate = 0.125},
                                bo::ascending{},
                                bo::drop_state{},
                                backend,
                                options};
  const auto plan = optimizer.plan();
  for (std::uint64_t k = 0; k < 24; ++k) {
    const auto active = optimizer.active();
    for (const std::size_t p : active.parameters) {
      std::vector<float> g(sizes[p]);
      for (std::size_t i = 0; i < g.size(); ++i) g[i] = gradient_of(k, p, i);
      if (options.reduced_gradients) {
        CHECK(active.gradient(p).empty());
        optimizer.add_gradient(p, bo::tensor_view<const float>(g.data(), g.size()));
      } else {
        for (std::size_t i = 0; i < g.size(); ++i) active.gradient(p).data()[i] += g[i];
      }
    }
    optimizer.step();
    CHECK(optimizer.allocated() == plan);
  }
  CHECK(model.intact());
  return model.image();
}

}  // namespace

TEST_CASE("gradients summed up in bfloat16: half the bytes, and where sums are exact the same bits") {
  for (const std::uint64_t accumulate : {1U, 4U}) {
    const bo::optimizer_options full{.switch_every = 2, .accumulate = accumulate, .master = false};
    bo::optimizer_options reduced = full;
    reduced.reduced_gradients = true;
    const auto wanted = run<bo::plain_backend>(full);
    CHECK(run<bo::plain_backend>(reduced) == wanted);
    CHECK(run<bo::eigen_backend>(reduced) == wanted);
    const tensors<bo::bfloat16> model(sizes);
    CHECK(bo::plan(bo::by_matrix(model.parameters()), bo::sgd{}, bo::drop_state{}, full).gradients == 448);
    CHECK(bo::plan(bo::by_matrix(model.parameters()), bo::sgd{}, bo::drop_state{}, reduced).gradients == 256);
  }
}

TEST_CASE("sums in 16 bits are rounded: a small gradient is lost by nearest, and kept on average by stochastic") {
  constexpr std::size_t n = 4096;
  for (const bo::rounding how : {bo::rounding::nearest, bo::rounding::stochastic}) {
    std::vector<float> values(n), large(n, 256.0F), small(n, 0.5F);
    const std::vector<bo::parameter<float, bo::bfloat16>> parameters{{"w", {values.data(), n}, {}}};
    bo::block_optimizer optimizer{
        bo::by_matrix(parameters), bo::sgd{.learning_rate = 1},
        bo::ascending{},           bo::drop_state{},
        bo::eigen_backend{},       {.accumulate = 2, .write_back = how, .reduced_gradients = true}};
    optimizer.add_gradient(0, bo::tensor_view<const float>(large.data(), n));
    CHECK_FALSE(optimizer.step().applied);
    optimizer.add_gradient(0,
                           bo::tensor_view<const float>(small.data(), n));  // a quarter of a unit of 256's last place
    CHECK(optimizer.step().applied);
    double mean = 0;
    for (const float v : values) mean -= v / static_cast<double>(n);
    if (how == bo::rounding::nearest) CHECK(mean == 128);
    else CHECK(mean == doctest::Approx(128.25).epsilon(2e-4));
  }
}

TEST_CASE("slices share the sum of their parameter, strided gradients are read as they lie") {
  std::vector<float> values(60), twin(60), g(120);
  for (std::size_t i = 0; i < g.size(); ++i) g[i] = gradient_of(i, 1, i);
  const auto step = [&](std::vector<float>& x, bool reduced) {
    const std::vector<bo::parameter<float, bo::bfloat16>> parameters{
        {"w", bo::tensor_view<float>(x.data(), {6, 10}), {}}};
    bo::block_optimizer optimizer{
        bo::by_ratio(parameters, 0.5), bo::sgd{.learning_rate = 1},   bo::ascending{}, bo::drop_state{},
        bo::plain_backend{},           {.reduced_gradients = reduced}};
    const std::vector<std::size_t> extents{6, 10};
    const std::vector<std::ptrdiff_t> strides{20, 2};
    const bo::tensor_view<const float> every_other(g.data(), extents, strides);
    const auto active = optimizer.active();
    if (reduced) {
      optimizer.add_gradient(0, every_other);
    } else {
      for (std::size_t i = 0; i < 60; ++i) active.gradient(0).data()[i] = g[2 * i];
    }
    optimizer.step();
  };
  step(values, true);
  step(twin, false);
  CHECK(values == twin);
  CHECK(values != std::vector<float>(60));
}

TEST_CASE("what cannot be is refused") {
  const tensors<bo::bfloat16> model(sizes);
  const auto optimizer_of = [&](const bo::optimizer_options& options) {
    return bo::block_optimizer{
        bo::by_matrix(model.parameters()), bo::sgd{}, bo::ascending{}, bo::drop_state{}, bo::plain_backend{}, options};
  };
  CHECK(message_of<bo::invalid_option>([&] {
          static_cast<void>(optimizer_of({.consume = true, .reduced_gradients = true}));
        }).find("reduced_gradients or consume") != std::string::npos);
  std::vector<float> g(100);
  const bo::tensor_view<const float> view(g.data(), 100);
  auto plain = optimizer_of({});
  CHECK(message_of<bo::invalid_call>([&] { plain.add_gradient(0, view); }).find("'layers.0.w'") != std::string::npos);
  auto reduced = optimizer_of({.reduced_gradients = true});
  CHECK(message_of<bo::invalid_call>([&] { reduced.add_gradient(1, view); }).find("is not active") !=
        std::string::npos);
  CHECK(message_of<bo::invalid_view>([&] {
          reduced.add_gradient(0, bo::tensor_view<const float>(g.data(), 99));
        }).find("'layers.0.w'") != std::string::npos);
  std::vector<float> values(4);
  const std::vector<bo::parameter<float>> brings{{"w", {values.data(), 4}, {g.data(), 4}}};
  CHECK(message_of<bo::invalid_option>([&] {
          static_cast<void>(bo::block_optimizer{bo::by_matrix(brings),
                                                bo::sgd{},
                                                bo::ascending{},
                                                bo::drop_state{},
                                                bo::plain_backend{},
                                                {.reduced_gradients = true}});
        }).find("brings a gradient") != std::string::npos);
}
