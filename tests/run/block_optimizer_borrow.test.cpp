// SPDX-License-Identifier: MIT
// Part of blockopt: tests of steps whose gradients are handed over by the caller, anew every time.
#include <cstddef>
#include <cstdint>
#include <limits>
#include <memory>
#include <string>
#include <vector>

#include <doctest/doctest.h>

#include <blockopt/backend/plain/plain_backend.hpp>
#include <blockopt/memory/counting_resource.hpp>
#include <blockopt/memory/drop_state.hpp>
#include <blockopt/memory/keep_state.hpp>
#include <blockopt/run/block_optimizer.hpp>
#include <blockopt/select/random_reshuffle.hpp>
#include <blockopt/update/adamw.hpp>

#include "optimizer_support.hpp"

namespace bo = blockopt;
using namespace blockopt_tests;

namespace {

constexpr bo::adamw rule{.learning_rate = 0.01, .weight_decay = 0.1};

auto parts(const tensors<float>& model) {
  return bo::by_list(model.parameters(), {{"a", {"layers.0.w"}}, {"b", {"layers.1.w", "layers.2.w"}}}, {"layers.3.w"});
}

template <class Memory = bo::drop_state>
auto optimizer_of(const tensors<float>& model, bo::optimizer_options options, bo::plain_backend backend = {}) {
  return bo::block_optimizer{parts(model), rule,    bo::random_reshuffle{.seed = 3},
                             Memory{},     backend, std::move(options)};
}

/// A framework's gradients of one step: memory that is gone afterwards.
struct fresh_gradients {
  std::vector<std::unique_ptr<float[]>> memory;
  std::vector<bo::tensor_view<const float>> views;
  std::vector<std::size_t> asked;

  fresh_gradients(const tensors<float>& model, std::uint64_t step) {
    for (std::size_t p = 0; p < model.values.size(); ++p) {
      const std::size_t n = model.values[p].size();
      memory.push_back(std::make_unique<float[]>(n));
      for (std::size_t i = 0; i < n; ++i) memory[p][i] = static_cast<float>(test_gradient(step, p, i));
      views.emplace_back(memory[p].get(), n);
    }
  }
  [[nodiscard]] auto reader() {
    return [this](std::size_t p) {
      asked.push_back(p);
      return views[p];
    };
  }
};

}  // namespace

TEST_CASE("borrowed gradients give the bits of owned ones") {
  for (const std::uint64_t accumulate : {1U, 3U}) {
    for (const double clip : {0.5, std::numeric_limits<double>::infinity()}) {
      const std::vector<std::size_t> sizes{20, 8192 * 2 + 5, 1, 33};
      const tensors<float> mine(sizes), twin(sizes);
      bo::optimizer_options options{.switch_every = 4, .clip_norm = clip, .accumulate = accumulate};
      auto expected = optimizer_of(twin, options);
      options.borrow_gradients = true;
      auto optimizer = optimizer_of(mine, options);
      for (std::uint64_t s = 0; s < 60; ++s) {
        fresh_gradients gradients(mine, s);
        const std::vector<std::size_t> active(optimizer.active().parameters.begin(),
                                              optimizer.active().parameters.end());
        for (const std::size_t p : active) CHECK(optimizer.active().gradient(p).empty());
        const auto result = optimizer.step(gradients.reader());
        CHECK(gradients.asked == active);
        feed(expected, s);
        const auto wanted = expected.step();
        CHECK(result.applied == wanted.applied);
        CHECK(result.visit_ended == wanted.visit_ended);
        if (result.applied && clip < 1) CHECK(result.gradient_norm == wanted.gradient_norm);
      }
      CHECK(mine.image() == twin.image());
      CHECK(optimizer.steps() == 60 / accumulate);
    }
  }
}

TEST_CASE("an optimizer that borrows owns no gradient") {
  const tensors<float> model({200, 300, 25, 40});
  bo::counting_resource memory;
  bo::plain_backend backend;
  backend.resource = &memory;
  auto optimizer = optimizer_of<bo::keep_state>(model, {.switch_every = 1, .borrow_gradients = true}, backend);
  CHECK(optimizer.plan().gradients == 0);
  for (std::uint64_t s = 0; s < 6; ++s) optimizer.step(fresh_gradients(model, s).reader());
  CHECK(optimizer.allocated() == optimizer.plan());
  CHECK(memory.bytes() == optimizer.plan().allocated());
  CHECK(memory.allocations() == 2);  // always-active state, state of the blocks
}

TEST_CASE("a borrowed gradient may lie in memory in another order than its values") {
  const tensors<double> model({6}), twin({6});
  const auto one = [](const tensors<double>& m) {
    return bo::as_one_block(std::vector{bo::parameter<double>{"w", {m.values[0].data(), {2, 3}}, {}}});
  };
  bo::block_optimizer optimizer{one(model),
                                rule,
                                bo::random_reshuffle{},
                                bo::keep_state{},
                                bo::plain_backend{},
                                bo::optimizer_options{.borrow_gradients = true}};
  bo::block_optimizer expected{one(twin), rule, bo::random_reshuffle{}, bo::keep_state{}, bo::plain_backend{}};
  for (std::uint64_t s = 0; s < 3; ++s) {
    std::vector<double> transposed(6);
    for (std::size_t i = 0; i < 2; ++i)
      for (std::size_t j = 0; j < 3; ++j) transposed[j * 2 + i] = test_gradient(s, 0, i * 3 + j);
    optimizer.step([&](std::size_t) { return bo::tensor_view<const double>(transposed.data(), {2, 3}, {1, 2}); });
    feed(expected, s);
    expected.step();
  }
  CHECK(model.image() == twin.image());
}

TEST_CASE("a missing borrowed gradient or one of other extents is named and nothing changes") {
  for (const std::uint64_t accumulate : {1U, 2U}) {
    const tensors<float> model({20, 30, 25, 4});
    auto optimizer = optimizer_of(model, {.accumulate = accumulate, .borrow_gradients = true});
    while (optimizer.active().index != 1) optimizer.switch_block();
    const auto before = model.image();
    fresh_gradients gradients(model, 1);
    const auto right = gradients.views[2];
    gradients.views[2] = {};
    CHECK(message_of<bo::invalid_call>([&] { optimizer.step(gradients.reader()); }) ==
          "blockopt: parameter 'layers.2.w' of block 'b' has no gradient");
    gradients.views[2] = {right.data(), {5, 5}};
    CHECK(message_of<bo::invalid_view>([&] { optimizer.step(gradients.reader()); }) ==
          "blockopt: the gradient of parameter 'layers.2.w' has extents 5 x 5, its values 25");
    // what was handed over before the culprit is forgotten
    CHECK(message_of<bo::invalid_call>([&] { optimizer.step(); }) ==
          "blockopt: parameter 'layers.1.w' of block 'b' was not consumed in this step, and brings no gradient");
    CHECK(model.image() == before);
    CHECK(optimizer.steps() == 0);
    gradients.views[2] = right;
    for (std::uint64_t k = 0; k < accumulate; ++k) optimizer.step(gradients.reader());
    CHECK(optimizer.steps() == 1);
    CHECK(model.image() != before);
    CHECK(model.intact());
  }
}

TEST_CASE("handing over gradients needs the option and excludes consume") {
  const tensors<float> model({20, 30, 25, 4});
  auto optimizer = optimizer_of(model, {});
  fresh_gradients gradients(model, 1);
  CHECK(message_of<bo::invalid_call>([&] { optimizer.step(gradients.reader()); }) ==
        "blockopt: step was handed gradients, and the optimizer owns some; set optimizer_options.borrow_gradients");
  CHECK(message_of<bo::invalid_option>([&] {
          static_cast<void>(optimizer_of(model, {.consume = true, .borrow_gradients = true}));
        }).find("give consume or borrow_gradients") != std::string::npos);
}

TEST_CASE("a consumed parameter is not asked for its gradient again") {
  const tensors<float> model({20, 30, 25, 4}), twin({20, 30, 25, 4});
  auto optimizer = optimizer_of(model, {.borrow_gradients = true});
  auto expected = optimizer_of(twin, {.borrow_gradients = true});
  for (auto* o : {&optimizer, &expected}) {
    while (o->active().index != 1) o->switch_block();
  }
  fresh_gradients gradients(model, 1), same(model, 1);
  optimizer.consume(1, gradients.views[1]);
  optimizer.step(gradients.reader());
  CHECK(gradients.asked == std::vector<std::size_t>{2, 3});
  expected.step(same.reader());
  CHECK(model.image() == twin.image());
}

TEST_CASE("a gradient that a parameter brings is read again after a borrowed one") {
  const tensors<float> model({20}), twin({20}), brought({20}, 5);
  const auto one = [&](const tensors<float>& m) {
    return bo::as_one_block(
        std::vector{bo::parameter<float>{"w", {m.values[0].data(), 20}, {brought.values[0].data(), 20}}});
  };
  const auto make = [&](const tensors<float>& m) {
    return bo::block_optimizer{one(m),
                               rule,
                               bo::random_reshuffle{},
                               bo::keep_state{},
                               bo::plain_backend{},
                               bo::optimizer_options{.borrow_gradients = true}};
  };
  auto optimizer = make(model), expected = make(twin);
  fresh_gradients gradients(model, 1);
  optimizer.step(gradients.reader());
  expected.step(gradients.reader());
  optimizer.step();
  expected.step([&](std::size_t) { return bo::tensor_view<const float>(brought.values[0].data(), 20); });
  CHECK(model.image() == twin.image());
}
