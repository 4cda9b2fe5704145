// SPDX-License-Identifier: MIT
// Part of blockopt: tests of what goes wrong: each error names its culprit and leaves everything as it was.
#include <algorithm>
#include <cmath>
#include <cstddef>
#include <cstdint>
#include <limits>
#include <memory_resource>
#include <new>
#include <stdexcept>
#include <string>
#include <vector>

#include <doctest/doctest.h>

#include <blockopt/backend/plain/plain_backend.hpp>
#include <blockopt/memory/counting_resource.hpp>
#include <blockopt/memory/drop_state.hpp>
#include <blockopt/memory/keep_state.hpp>
#include <blockopt/run/block_optimizer.hpp>
#include <blockopt/select/ascending.hpp>
#include <blockopt/update/adamw.hpp>

#include "optimizer_support.hpp"

namespace bo = blockopt;
using namespace blockopt_tests;

namespace {

constexpr float not_a_number = std::numeric_limits<float>::quiet_NaN();
constexpr float infinity = std::numeric_limits<float>::infinity();
constexpr bo::adamw rule{.learning_rate = 0.01, .weight_decay = 0.1};

template <class T>
auto three_tensors(const tensors<T>& m) {
  return bo::by_list(m.parameters(), {{"front", {"layers.0.w", "layers.1.w"}}, {"back", {"layers.2.w"}}});
}

/// All that a caller can see of the optimizer and of its values.
template <class Optimizer, class T>
auto everything(Optimizer& optimizer, const tensors<T>& model) {
  struct seen {
    std::vector<std::vector<unsigned char>> values;
    std::vector<float> state;
    std::vector<std::uint64_t> counters;
    bool operator==(const seen& o) const {
      return values == o.values && same_bits(state, o.state) && counters == o.counters;
    }
  } result{model.image(), {}, {optimizer.steps(), optimizer.skipped(), optimizer.visits()}};
  for (std::size_t p = 0; p < model.values.size(); ++p) {
    for (std::size_t slot = 0; slot < 2; ++slot) {
      for (const float s : optimizer.state(p, slot)) result.state.push_back(s);
    }
  }
  for (std::size_t b = 0; b < optimizer.blocks().blocks().size(); ++b) {
    result.counters.push_back(optimizer.steps_of(b));
    result.counters.push_back(optimizer.visits_of(b));
  }
  return result;
}

}  // namespace

TEST_CASE("unchecked gradients are applied as they are") {
  const tensors<float> model({20, 30, 25});
  bo::block_optimizer optimizer{three_tensors(model), rule, bo::ascending{}, bo::drop_state{}, bo::plain_backend{}};
  feed(optimizer, 0);
  optimizer.active().gradient(1)(7) = not_a_number;
  optimizer.active().gradient(1)(8) = infinity;
  CHECK(optimizer.step().applied);
  for (std::size_t i = 0; i < 30; ++i) CHECK((model.values[1][i] != model.values[1][i]) == (i == 7 || i == 8));
  CHECK(optimizer.skipped() == 0);
}

TEST_CASE("a gradient that is not finite is thrown with its name and nothing has changed") {
  for (const float poison : {not_a_number, infinity, -infinity}) {
    const tensors<float> model({20, 30, 25}), twin({20, 30, 25});
    const bo::optimizer_options options{.switch_every = 4, .non_finite_gradients = bo::non_finite::throws};
    bo::block_optimizer optimizer{three_tensors(model), rule,   bo::ascending{}, bo::keep_state{},
                                  bo::plain_backend{},  options};
    bo::block_optimizer expected{three_tensors(twin), rule,   bo::ascending{}, bo::keep_state{},
                                 bo::plain_backend{}, options};
    for (std::uint64_t s = 0; s < 20; ++s) {
      if (s % 3 == 1) {
        feed(optimizer, 1000 + s);
        const auto active = optimizer.active();
        const std::size_t culprit = active.index == 0 ? 1 : 2;
        active.gradient(culprit)(active.gradient(culprit).size() - 1) = poison;
        const auto before = everything(optimizer, model);
        CHECK(message_of<bo::non_finite_gradient>([&] { optimizer.step(); }) ==
              "blockopt: the gradient of parameter 'layers." + std::to_string(culprit) + ".w' of block '" +
                  (culprit == 1 ? "front" : "back") + "' is not finite");
        CHECK(everything(optimizer, model) == before);
        optimizer.discard_gradients();
      }
      feed(optimizer, s);
      feed(expected, s);
      const auto a = optimizer.step(), b = expected.step();
      CHECK(a.visit_ended == b.visit_ended);
    }
    CHECK(model.image() == twin.image());
  }
}

TEST_CASE("a gradient that is not finite is skipped and counted and belongs to the visit") {
  const tensors<float> model({20, 30, 25});
  bo::block_optimizer optimizer{
      three_tensors(model), rule,
      bo::ascending{},      bo::keep_state{},
      bo::plain_backend{},  bo::optimizer_options{.switch_every = 3, .non_finite_gradients = bo::non_finite::skip}};
  for (std::uint64_t s = 0; s < 12; ++s) {
    const std::size_t block = feed(optimizer, s);
    const bool poisoned = s % 4 == 1;
    if (poisoned) optimizer.active().gradient(block == 0 ? 0 : 2)(3) = not_a_number;
    const auto before = everything(optimizer, model);
    const auto result = optimizer.step();
    CHECK(result.skipped == poisoned);
    CHECK(result.applied == !poisoned);
    CHECK(result.visit_ended == (s % 3 == 2));
    if (poisoned) {
      auto wanted = before;
      ++wanted.counters[1];
      if (!result.visit_ended) CHECK(everything(optimizer, model) == wanted);
      CHECK(model.image() == wanted.values);
    }
  }
  CHECK(optimizer.skipped() == 3);
  CHECK(optimizer.steps() == 9);
  CHECK(optimizer.steps_of(0) + optimizer.steps_of(1) == 9);
}

TEST_CASE("the caller's micro batch that is not finite never reaches the sum") {
  for (const std::uint64_t bad : {0U, 1U, 2U}) {
    for (const auto policy : {bo::non_finite::throws, bo::non_finite::skip}) {
      const tensors<float> model({20});
      const tensors<float> g({20});
      const auto brought = [&] {
        return bo::as_one_block(
            std::vector{bo::parameter<float>{"w", {model.values[0].data(), 20}, {g.values[0].data(), 20}}});
      };
      bo::block_optimizer optimizer{
          brought(),           rule,
          bo::ascending{},     bo::keep_state{},
          bo::plain_backend{}, bo::optimizer_options{.accumulate = 3, .non_finite_gradients = policy}};
      std::vector<double> sum(20);
      for (std::uint64_t k = 0; k < 3; ++k) {
        if (k == bad) {
          const float kept = g.values[0][11];
          g.values[0][11] = k == 1 ? not_a_number : infinity;
          const auto before = model.image();
          if (policy == bo::non_finite::throws) {
            CHECK(message_of<bo::non_finite_gradient>([&] { optimizer.step(); }) ==
                  "blockopt: the gradient of parameter 'w' of block 'all' is not finite");
          } else {
            CHECK(optimizer.step().skipped);
          }
          CHECK(model.image() == before);
          g.values[0][11] = kept;
          if (policy == bo::non_finite::skip) break;  // the whole update is given up
        }
        for (std::size_t i = 0; i < 20; ++i) {
          g.values[0][i] = static_cast<float>(test_gradient(k, 0, i));
          sum[i] += test_gradient(k, 0, i);
        }
        CHECK(optimizer.step().applied == (k == 2));
      }
      CHECK(optimizer.skipped() == (policy == bo::non_finite::skip ? 1 : 0));
      CHECK(optimizer.steps() == (policy == bo::non_finite::skip ? 0 : 1));
      if (policy == bo::non_finite::throws) {
        for (std::size_t i = 0; i < 20; ++i)
          CHECK(std::abs(optimizer.state(0, 0)[i] - 0.1 * sum[i] / 3) <= 1e-6 * std::abs(sum[i]) + 1e-8);
      }
    }
  }
}

TEST_CASE("a sum of finite micro batches that overflows is not finite") {
  const tensors<float> model({4});
  const std::vector<float> g(4, 3e38F);
  bo::block_optimizer optimizer{
      bo::as_one_block(std::vector{bo::parameter<float>{"w", {model.values[0].data(), 4}, {g.data(), 4}}}),
      rule,
      bo::ascending{},
      bo::keep_state{},
      bo::plain_backend{},
      bo::optimizer_options{.accumulate = 2, .non_finite_gradients = bo::non_finite::skip}};
  const auto before = model.image();
  CHECK_FALSE(optimizer.step().skipped);
  CHECK(optimizer.step().skipped);
  CHECK(model.image() == before);
}

TEST_CASE("consumed gradients that are not finite are refused one by one") {
  const tensors<float> model({20, 30, 25});
  bo::block_optimizer optimizer{
      three_tensors(model), rule,
      bo::ascending{},      bo::keep_state{},
      bo::plain_backend{},  bo::optimizer_options{.non_finite_gradients = bo::non_finite::throws, .consume = true}};
  std::vector<float> g(20, 0.5F);
  g[19] = infinity;
  const auto before = everything(optimizer, model);
  CHECK(message_of<bo::non_finite_gradient>([&] { optimizer.consume(0, bo::view(g)); }) ==
        "blockopt: the gradient of parameter 'layers.0.w' is not finite");
  CHECK(model.image() == before.values);
  CHECK(std::ranges::all_of(optimizer.state(0, 1), [](float v) { return v == 0; }));
  // a new rate before the next try holds for it
  optimizer.rule().learning_rate = 0.5;
  optimizer.rule().weight_decay = 0;
  g[19] = 0.5F;
  const float x = model.values[0][0];
  CHECK(optimizer.consume(0, bo::view(g)).applied);
  CHECK(std::abs(model.values[0][0] - (x - 0.5F)) < 1e-6F);
}

TEST_CASE("errors of consume name the parameter and change nothing") {
  const tensors<float> model({20, 30, 25});
  bo::block_optimizer optimizer{three_tensors(model), rule,
                                bo::ascending{},      bo::keep_state{},
                                bo::plain_backend{},  bo::optimizer_options{.consume = true}};
  const std::vector<float> g(20, 0.5F), h(30, 0.5F), other(25, 0.5F);
  static_cast<void>(optimizer.active());
  const auto start = everything(optimizer, model);
  CHECK(message_of<bo::invalid_call>([&] { optimizer.step(); }) ==
        "blockopt: parameter 'layers.0.w' of block 'front' was not consumed in this step, and brings no gradient");
  CHECK(message_of<bo::invalid_call>([&] { optimizer.consume(2, bo::view(other)); }) ==
        "blockopt: parameter 'layers.2.w' is not active: block 'front' is");
  CHECK(message_of<bo::invalid_call>([&] { optimizer.consume(17, bo::view(other)); }) ==
        "blockopt: parameter number 17 is not active: block 'front' is");
  CHECK(message_of<bo::invalid_call>([&] { optimizer.consume("layers.9.w", bo::view(other)); }) ==
        "blockopt: no parameter is named 'layers.9.w'");
  CHECK(message_of<bo::invalid_view>([&] { optimizer.consume(0, bo::view(h)); }) ==
        "blockopt: the gradient of parameter 'layers.0.w' has extents 30, its values 20");
  CHECK(message_of<bo::invalid_view>([&] {
          optimizer.consume(0, bo::view(g.data(), {4, 5}));
        }) == "blockopt: the gradient of parameter 'layers.0.w' has extents 4 x 5, its values 20");
  CHECK(everything(optimizer, model) == start);
  optimizer.consume(0, bo::view(g));
  const auto one = everything(optimizer, model);
  CHECK(message_of<bo::invalid_call>([&] { optimizer.consume(0, bo::view(g)); }) ==
        "blockopt: parameter 'layers.0.w' was consumed already in this step");
  CHECK(message_of<bo::invalid_call>([&] { optimizer.step(); }) ==
        "blockopt: parameter 'layers.1.w' of block 'front' was not consumed in this step, and brings no gradient");
  CHECK(everything(optimizer, model) == one);
  optimizer.consume(1, bo::view(h));
  CHECK(optimizer.step().applied);
  CHECK(optimizer.steps() == 1);
}

TEST_CASE("what needs the whole gradient cannot be consumed") {
  const tensors<float> model({20});
  bo::block_optimizer optimizer{model.one_block(),   rule,
                                bo::ascending{},     bo::keep_state{},
                                bo::plain_backend{}, bo::optimizer_options{.clip_norm = 1.0}};
  const std::vector<float> g(20, 0.5F);
  CHECK(
      message_of<bo::invalid_call>([&] { optimizer.consume(0, bo::view(g)); }) ==
      "blockopt: parameter 'layers.0.w' cannot be consumed: this optimizer needs the whole gradient first (clip_norm, "
      "accumulate or feedback)");
}

TEST_CASE("settings out of range are refused before anything is allocated") {
  const tensors<float> model({20});
  bo::counting_resource memory;
  bo::plain_backend backend;
  backend.resource = &memory;
  const auto message = [&](const bo::optimizer_options& options, const bo::adamw& r = rule) {
    return message_of<bo::invalid_option>([&] {
      const bo::block_optimizer refused{model.one_block(), r, bo::ascending{}, bo::keep_state{}, backend, options};
    });
  };
  CHECK(message({.clip_norm = 0}) == "blockopt: optimizer_options.clip_norm is 0; it must be positive");
  CHECK(message({.clip_norm = static_cast<double>(not_a_number)}).find("clip_norm is nan") != std::string::npos);
  CHECK(message({.clip_value = -1}) == "blockopt: optimizer_options.clip_value is -1; it must be positive");
  CHECK(message({.accumulate = 0}) == "blockopt: optimizer_options.accumulate is 0; it must be at least 1");
  CHECK(message({.accumulate = 2, .consume = true}).find("cannot accumulate 2 of them") != std::string::npos);
  CHECK(message({.clip_norm = 1, .consume = true}).find("drop clip_norm") != std::string::npos);
  CHECK(message({}, {.beta2 = 1.0}).find("adamw.beta2 is 1;") != std::string::npos);
  CHECK(message({}, {.learning_rate = -1.0}).find("adamw.learning_rate is -1;") != std::string::npos);
  CHECK(memory.allocations() == 0);
  bo::block_optimizer optimizer{model.one_block(), rule, bo::ascending{}, bo::keep_state{}, backend};
  CHECK(message_of<bo::invalid_option>([&] { optimizer.assign_block(0, {.epsilon = -1.0}); }).find("adamw.epsilon") !=
        std::string::npos);
  CHECK(optimizer.rule_of(0).epsilon == rule.epsilon);
}

TEST_CASE("a gradient of other extents than its values is refused by name") {
  const tensors<float> model({20});
  const std::vector<float> g(21);
  CHECK(message_of<bo::invalid_view>([&] {
          const bo::block_optimizer refused{
              bo::as_one_block(std::vector{bo::parameter<float>{"w", {model.values[0].data(), 20}, {g.data(), 21}}}),
              rule, bo::ascending{}, bo::keep_state{}, bo::plain_backend{}};
        }) == "blockopt: the gradient of parameter 'w' has extents 21, its values 20");
}

TEST_CASE("tensors without elements are refused and tensors of one element or many dimensions work") {
  const tensors<float> model({1, 64});
  auto parameters = model.parameters();
  parameters[1].values = {model.values[1].data(), {2, 1, 2, 2, 2, 1, 2, 2}};  // the largest rank
  auto empty = parameters;
  empty.push_back({"nothing", {model.values[0].data(), 0}, {}});
  CHECK(message_of<bo::invalid_partition>([&] { static_cast<void>(bo::as_one_block(empty)); }) ==
        "blockopt: parameter 'nothing' of block 'all' has no elements");
  bo::block_optimizer optimizer{bo::by_layer(parameters), rule,
                                bo::ascending{},          bo::drop_state{},
                                bo::plain_backend{},      bo::optimizer_options{.switch_every = 1}};
  const auto before = model.image();
  advance(optimizer, 0, 4);
  CHECK(model.image() != before);
  CHECK(model.intact());
  // extents whose product or bytes overflow never become a view
  const std::size_t huge = std::size_t{1} << 33;
  CHECK(message_of<bo::invalid_view>([&] {
          bo::tensor_view<float>(model.values[0].data(), {huge, huge});
        }).find("overflows") != std::string::npos);
}

TEST_CASE("an allocation that fails leaves the optimizer as it was and usable") {
  struct failing_resource final : std::pmr::memory_resource {
    int fail_at = 0, calls = 0;
    std::size_t live = 0;
    void* do_allocate(std::size_t n, std::size_t a) override {
      if (++calls == fail_at) throw std::bad_alloc();
      live += n;
      return std::pmr::new_delete_resource()->allocate(n, a);
    }
    void do_deallocate(void* p, std::size_t n, std::size_t a) override {
      live -= n;
      std::pmr::new_delete_resource()->deallocate(p, n, a);
    }
    bool do_is_equal(const memory_resource& other) const noexcept override { return this == &other; }
  };
  for (int fail_at = 1; fail_at <= 3; ++fail_at) {  // always-active memory, workspace, storage
    failing_resource memory;
    memory.fail_at = fail_at;
    {
      bo::plain_backend backend;
      backend.resource = &memory;
      const tensors<float> model({20, 30, 25}), twin({20, 30, 25});
      const auto parts = [](const tensors<float>& m) {
        return bo::by_list(m.parameters(), {{"a", {"layers.0.w"}}, {"b", {"layers.1.w"}}}, {"layers.2.w"});
      };
      const bo::optimizer_options options{.switch_every = 2, .clip_norm = 1.0};
      bo::block_optimizer optimizer{parts(model), rule, bo::ascending{}, bo::drop_state{}, backend, options};
      bo::block_optimizer expected{parts(twin), rule, bo::ascending{}, bo::drop_state{}, bo::plain_backend{}, options};
      const auto before = model.image();
      CHECK_THROWS_AS(static_cast<void>(optimizer.active()), std::bad_alloc);
      CHECK(model.image() == before);
      CHECK(optimizer.visits() == 0);
      CHECK(optimizer.allocated() == bo::memory_plan{.values = 75 * sizeof(float), .elements = 75});
      advance(optimizer, 0, 6);
      advance(expected, 0, 6);
      CHECK(model.image() == twin.image());
      CHECK(memory.live == optimizer.allocated().allocated());
      memory.fail_at = memory.calls + 1;
      CHECK_THROWS_AS(auto copy = optimizer, std::bad_alloc);
      CHECK(memory.live == optimizer.plan().allocated());
      advance(optimizer, 6, 3);
      advance(expected, 6, 3);
      CHECK(model.image() == twin.image());
    }
    CHECK(memory.live == 0);
  }
}

TEST_CASE("a schedule that throws leaves values and the sum of micro batches as they were") {
  const tensors<float> model({20}), twin({20});
  std::vector<float> g(20);
  const auto brought = [&](const tensors<float>& m) {
    return bo::as_one_block(std::vector{bo::parameter<float>{"w", {m.values[0].data(), 20}, {g.data(), 20}}});
  };
  bool fails = false;
  bo::optimizer_options options{.accumulate = 2};
  bo::block_optimizer expected{brought(twin), rule, bo::ascending{}, bo::keep_state{}, bo::plain_backend{}, options};
  options.schedule = [&](const bo::schedule_point&) {
    if (fails) throw std::runtime_error("no rate");
    return 1.0;
  };
  bo::block_optimizer optimizer{brought(model), rule, bo::ascending{}, bo::keep_state{}, bo::plain_backend{}, options};
  for (std::uint64_t s = 0; s < 4; ++s) {
    for (std::size_t i = 0; i < 20; ++i) g[i] = static_cast<float>(test_gradient(s, 0, i));
    if (s % 2 == 1) {
      fails = true;
      const auto before = everything(optimizer, model);
      CHECK_THROWS_AS(optimizer.step(), std::runtime_error);
      CHECK(everything(optimizer, model) == before);
      fails = false;
    }
    optimizer.step();
    expected.step();
  }
  CHECK(model.image() == twin.image());
}
