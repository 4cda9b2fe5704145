// SPDX-License-Identifier: MIT
// Part of blockopt: blocks of slices, and several blocks at once, step as whole parameters would.
#include <cstddef>
#include <cstdint>
#include <cstring>
#include <numeric>
#include <set>
#include <vector>

#include <doctest/doctest.h>

#include <blockopt/backend/eigen/eigen_backend.hpp>
#include <blockopt/backend/plain/plain_backend.hpp>
#include <blockopt/block/by_bytes.hpp>
#include <blockopt/block/by_index.hpp>
#include <blockopt/block/by_ratio.hpp>
#include <blockopt/memory/counting_resource.hpp>
#include <blockopt/memory/drop_state.hpp>
#include <blockopt/memory/keep_state.hpp>
#include <blockopt/run/block_optimizer.hpp>
#include <blockopt/select/ascending.hpp>
#include <blockopt/select/uniform_subset.hpp>
#include <blockopt/update/adamw.hpp>

#include "run/optimizer_support.hpp"

namespace bo = blockopt;
using blockopt_tests::advance;
using blockopt_tests::feed;
using blockopt_tests::tensors;

namespace {

const std::vector<std::size_t> sizes{37, 300, 5, 64};

/// One block of all for `steps` steps: what any partition that keeps state reaches after as many steps of each block,
/// since gradients here depend on the step of the block only.
template <class T>
tensors<T> reference(std::uint64_t steps) {
  tensors<T> t(sizes);
  bo::block_optimizer optimizer{t.one_block(), bo::adamw{}, bo::ascending{}, bo::keep_state{}, bo::plain_backend{}, {}};
  advance(optimizer, 1, steps);
  return t;
}

/// Every block in turn for 3 steps, then again for 4; what is planned must be what is measured.
template <class T, class Backend>
void check(const bo::partition<bo::parameter<T>>& parts, const tensors<T>& t, Backend backend) {
  bo::counting_resource counter;
  backend.resource = &counter;
  const auto expected = reference<T>(7).image();
  bo::block_optimizer optimizer{parts, bo::adamw{}, bo::ascending{}, bo::keep_state{}, backend, {}};
  const bo::memory_plan plan = optimizer.plan();
  for (std::uint64_t round = 0; round < 2; ++round) {
    for (std::size_t b = 0; b < parts.blocks().size(); ++b) {
      CHECK(optimizer.active().index == b);
      advance(optimizer, round == 0 ? 1 : 4, round == 0 ? 3 : 4);
      optimizer.switch_block();
      CHECK(counter.bytes() == plan.allocated());
      CHECK(optimizer.allocated() == plan);
    }
  }
  CHECK(t.intact());
  CHECK(t.image() == expected);
}

}  // namespace

TEST_CASE_TEMPLATE("slices give the bits of whole parameters", T, float, double, bo::bfloat16) {
  {
    tensors<T> t(sizes);
    check(bo::by_bytes(t.parameters(), 6), t, bo::plain_backend{});
  }
  {
    tensors<T> t(sizes);
    check(bo::by_bytes(t.parameters(), 6), t, bo::eigen_backend{});
  }
  for (const bo::slice_shape shape : {bo::slice_shape::adjacent, bo::slice_shape::scattered}) {
    tensors<T> t(sizes);
    check(bo::by_ratio(t.parameters(), 0.2, {.shape = shape}), t, bo::eigen_backend{});
    tensors<T> u(sizes);
    check(bo::by_ratio(u.parameters(), 0.2, {.shape = shape}), u, bo::plain_backend{});
  }
}

TEST_CASE("a step on slices touches no other element, and takes state for the slices only") {
  tensors<float> t({100, 40});
  const auto parts = bo::by_ratio(t.parameters(), 0.25, {.shape = bo::slice_shape::scattered});
  bo::block_optimizer optimizer{parts, bo::adamw{}, bo::ascending{}, bo::drop_state{}, bo::plain_backend{}, {}};
  std::vector<std::vector<float>> before;
  for (const auto& v : t.values) before.emplace_back(v.data(), v.data() + v.size());
  CHECK(optimizer.plan().state == 2 * (128 + 64));  // 25 and 10 floats, two moments, in lines of 64 bytes
  CHECK(optimizer.plan().gradients == 448 + 192);   // of the whole tensors: oracles do not know of slices
  advance(optimizer, 1, 2);
  for (std::size_t p = 0; p < 2; ++p) {
    const bo::slice& s = parts.blocks()[0].slices[p];
    const std::set<std::uint32_t> mine(s.indices.begin(), s.indices.end());
    for (std::uint32_t i = 0; i < before[p].size(); ++i) CHECK((t.values[p][i] != before[p][i]) == mine.contains(i));
  }
  CHECK(optimizer.active().parameters.size() == 2);
}

TEST_CASE("slices of column-major and gapped matrices follow their natural order") {
  std::vector<float> dense(20), gapped(40), expected_dense, expected_gapped;
  const auto run = [&](std::size_t blocks) {
    std::iota(dense.begin(), dense.end(), 1.0F);
    std::iota(gapped.begin(), gapped.end(), 1.0F);
    std::vector<bo::parameter<float>> parameters{
        {"dense", bo::tensor_view<float>(dense.data(), {4, 5}, {1, 4}), {}},
        {"gapped", bo::tensor_view<float>(gapped.data(), {4, 5}, {10, 2}), {}}};
    bo::block_optimizer optimizer{bo::by_bytes(parameters, blocks),
                                  bo::adamw{},
                                  bo::ascending{},
                                  bo::keep_state{},
                                  bo::eigen_backend{},
                                  {.switch_every = 2}};
    for (std::size_t step = 0; step < 2 * blocks; ++step) {
      const auto active = optimizer.active();
      for (const std::size_t p : active.parameters) {
        for (std::size_t i = 0; i < 4; ++i) {
          for (std::size_t k = 0; k < 5; ++k) active.gradient(p)(i, k) += static_cast<float>(i) - static_cast<float>(k);
        }
      }
      optimizer.step();
    }
  };
  run(1);
  expected_dense = dense;
  expected_gapped = gapped;
  for (const std::size_t blocks : {3, 7, 40}) {
    run(blocks);
    CHECK(dense == expected_dense);
    CHECK(gapped == expected_gapped);
  }
}

TEST_CASE("gradients of the caller are cut like the values, borrowed or consumed or summed") {
  const std::vector<float> start(50, 1.0F);
  std::vector<float> expected = start, gradient(50);
  const auto fill = [&](int step) {
    for (std::size_t i = 0; i < gradient.size(); ++i)
      gradient[i] = static_cast<float>(static_cast<int>(i * 7) % 11 - 5 + step);
  };
  {
    bo::parameter<float> p{"w", bo::view(expected), bo::view(std::as_const(gradient))};
    bo::block_optimizer whole{
        bo::as_one_block(std::vector{p}), bo::adamw{}, bo::ascending{}, bo::keep_state{}, bo::plain_backend{}, {}};
    for (int s = 0; s < 2; ++s) {
      fill(s);
      whole.step();
    }
  }
  for (const int way : {0, 1, 2, 3, 4}) {
    std::vector<float> values = start;
    bo::parameter<float> p{"w", bo::view(values), {}};
    if (way == 0 || way == 2) p.gradient = bo::view(std::as_const(gradient));
    bo::block_optimizer optimizer{bo::by_index(p, {{0, 2, 4, 6, 49}, {1, 3, 5, 7, 8, 9}}),
                                  bo::adamw{},
                                  bo::ascending{},
                                  bo::keep_state{},
                                  bo::plain_backend{},
                                  {.switch_every = 2,
                                   .accumulate = way == 2 || way == 4 ? 2U : 1U,
                                   .consume = way == 1,
                                   .borrow_gradients = way >= 3}};
    for (int s = 0; s < 4; ++s) {
      fill(s % 2);
      if (way == 1) optimizer.consume(0, bo::view(std::as_const(gradient)));
      for (int k = 0; k < (way == 2 || way == 4 ? 2 : 1); ++k) {
        if (way < 3) optimizer.step();
        else optimizer.step([&](std::size_t) { return bo::view(std::as_const(gradient)); });
      }
    }
    for (std::size_t i = 0; i < values.size(); ++i) {
      CAPTURE(i);
      CHECK(values[i] == (i < 10 || i == 49 ? expected[i] : 1.0F));
    }
  }
}

TEST_CASE("the norm is that of the slices") {
  std::vector<float> values(10, 0.0F);
  bo::block_optimizer optimizer{bo::by_index(bo::parameter<float>{"w", bo::view(values), {}}, {{0, 9}, {1, 2}}),
                                bo::adamw{},
                                bo::ascending{},
                                bo::drop_state{},
                                bo::plain_backend{},
                                {.clip_norm = 1e9}};
  const auto g = optimizer.active().gradient(0);
  for (std::size_t i = 0; i < 10; ++i) g(i) = i == 0 ? 3.0F : i == 9 ? 4.0F : NAN;
  CHECK(optimizer.step().gradient_norm == 5.0);
  CHECK(values[1] == 0);
}

TEST_CASE_TEMPLATE("blocks that are active together step as they would alone", Memory, bo::keep_state, bo::drop_state) {
  // every subset of 4 blocks of 4 is all of them: the plain optimizer
  tensors<float> t(sizes);
  bo::counting_resource counter;
  bo::plain_backend backend;
  backend.resource = &counter;
  bo::block_optimizer optimizer{t.blocks(), bo::adamw{}, bo::uniform_subset{.size = 4}, Memory{}, backend, {}};
  advance(optimizer, 1, 7);
  CHECK(t.image() == reference<float>(7).image());
  CHECK(counter.bytes() == optimizer.plan().allocated());
  CHECK(optimizer.active().blocks.size() == 4);
}

TEST_CASE("two of four blocks are active, with step counts of their own") {
  tensors<float> t(sizes);
  bo::counting_resource counter;
  bo::plain_backend backend;
  backend.resource = &counter;
  bo::block_optimizer optimizer{t.blocks(),       bo::adamw{}, bo::uniform_subset{.size = 2},
                                bo::keep_state{}, backend,     {.switch_every = 3}};
  std::vector<std::uint64_t> steps(4);
  tensors<float> alone(sizes);  // each tensor by an optimizer of its own
  std::vector<bo::partition<bo::parameter<float>>> parts;
  for (const auto& p : alone.parameters()) parts.push_back(bo::as_one_block(std::vector{p}));
  std::vector<bo::block_optimizer<bo::parameter<float>, bo::adamw, bo::ascending, bo::keep_state, bo::plain_backend>>
      single;
  for (const auto& p : parts)
    single.push_back({p, bo::adamw{}, bo::ascending{}, bo::keep_state{}, bo::plain_backend{}});
  for (std::uint64_t s = 0; s < 30; ++s) {
    const auto active = optimizer.active();
    const std::vector<std::size_t> blocks(active.blocks.begin(), active.blocks.end());
    REQUIRE(blocks.size() == 2);
    CHECK(blocks[0] != blocks[1]);
    CHECK(active.parameters.size() == 2);
    for (const std::size_t b : blocks) {
      const auto mine = active.gradient(b);
      const auto its = single[b].active().gradient(0);
      for (std::size_t i = 0; i < mine.size(); ++i)
        mine(i) = its(i) = static_cast<float>(blockopt_tests::test_gradient(s, b, i));
      single[b].step();
      ++steps[b];
    }
    optimizer.step();
    CHECK(counter.bytes() == optimizer.plan().allocated());
  }
  for (std::size_t b = 0; b < 4; ++b) CHECK(optimizer.steps_of(b) == steps[b]);
  CHECK(t.image() == alone.image());
  CHECK(std::accumulate(steps.begin(), steps.end(), std::uint64_t{0}) == 60);
}

TEST_CASE("slices of one parameter in two active blocks share its gradient") {
  std::vector<float> values(40, 1.0F), expected(40, 1.0F);
  const auto run = [](bo::partition<bo::parameter<float>> parts, std::size_t together) {
    bo::block_optimizer optimizer{std::move(parts), bo::adamw{},         bo::uniform_subset{.size = together},
                                  bo::keep_state{}, bo::plain_backend{}, {}};
    advance(optimizer, 1, 3);
  };
  run(bo::by_bytes(std::vector<bo::parameter<float>>{{"w", bo::view(values), {}}}, 5), 5);
  run(bo::by_bytes(std::vector<bo::parameter<float>>{{"w", bo::view(expected), {}}}, 1), 1);
  CHECK(values == expected);
}

TEST_CASE("more blocks at once than there are is refused") {
  tensors<float> t(sizes);
  const auto make = [&](std::size_t together) {
    bo::block_optimizer optimizer{t.blocks(),       bo::adamw{},         bo::uniform_subset{.size = together},
                                  bo::keep_state{}, bo::plain_backend{}, {}};
  };
  CHECK_THROWS_WITH_AS(make(5), "blockopt: the selection policy wants 5 blocks active at once; the partition has 4",
                       bo::invalid_option);
  CHECK_THROWS_AS(make(0), bo::invalid_option);
}

TEST_CASE("hyper-parameters reach slices, and slices of one parameter cannot be parted") {
  std::vector<float> norm(4, 1.0F), matrix(16, 1.0F);
  const std::vector<bo::parameter<float>> parameters{{"norm", bo::view(norm), {}},
                                                     {"matrix", bo::tensor_view<float>(matrix.data(), {4, 4}), {}}};
  bo::block_optimizer optimizer{bo::by_ratio(parameters, 0.5),
                                bo::adamw{.learning_rate = 0, .weight_decay = 0},
                                bo::ascending{},
                                bo::keep_state{},
                                bo::plain_backend{},
                                {.switch_every = 1}};
  optimizer.rule().learning_rate = 0.5;
  optimizer.rule().weight_decay = 0.5;
  optimizer.assign(bo::adamw{.learning_rate = 0.5, .weight_decay = 0},
                   [](const auto& p, std::size_t) { return p.values.rank() == 1; });
  CHECK(optimizer.rule_of(0).weight_decay == 0);
  for (int s = 0; s < 2; ++s) {
    static_cast<void>(optimizer.active());
    optimizer.step();
  }
  CHECK(norm == std::vector<float>(4, 1.0F));  // no decay, no gradient
  CHECK(matrix == std::vector<float>(16, 0.75F));
  CHECK_THROWS_WITH_AS(optimizer.assign_block(1, bo::adamw{}),
                       "blockopt: parameter 'norm' lies in several blocks, as slices; they share its hyper-parameters",
                       bo::invalid_call);
  CHECK(optimizer.rule_of(0).weight_decay == 0);
}

TEST_CASE("slices of one parameter round with bits of their own") {
  std::vector<bo::bfloat16> values(512, bo::bfloat16(1.0F));
  bo::block_optimizer optimizer{
      bo::by_ratio(std::vector<bo::parameter<bo::bfloat16>>{{"w", bo::view(values), {}}}, 0.5),
      bo::adamw{.learning_rate = 1e-3, .weight_decay = 0},
      bo::uniform_subset{.size = 2},
      bo::drop_state{},
      bo::plain_backend{},
      {.write_back = bo::rounding::stochastic}};
  const auto g = optimizer.active().gradient(0);
  for (std::size_t i = 0; i < 512; ++i) g(i) = 1;
  optimizer.step();
  CHECK(std::memcmp(values.data(), values.data() + 256, 512) != 0);
}
