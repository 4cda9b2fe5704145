// SPDX-License-Identifier: MIT
// Part of blockopt: identities that hold bit by bit between the optimizer and direct loops over a rule.
#include <algorithm>
#include <cmath>
#include <cstddef>
#include <cstdint>
#include <cstring>
#include <limits>
#include <string>
#include <utility>
#include <vector>

#include <doctest/doctest.h>

#include <blockopt/backend/eigen/eigen_backend.hpp>
#include <blockopt/backend/plain/plain_backend.hpp>
#include <blockopt/memory/drop_state.hpp>
#include <blockopt/memory/keep_state.hpp>
#include <blockopt/run/block_optimizer.hpp>
#include <blockopt/select/ascending.hpp>
#include <blockopt/select/descending.hpp>
#include <blockopt/select/random_reshuffle.hpp>
#include <blockopt/update/adam.hpp>
#include <blockopt/update/adamw.hpp>
#include <blockopt/update/momentum.hpp>
#include <blockopt/update/sgd.hpp>

#include "optimizer_support.hpp"

namespace bo = blockopt;
using namespace blockopt_tests;

namespace {

/// A rule on flat arrays, without any of the optimizer: what D = 1 and K without end must equal.
template <class Rule, class S>
struct direct_loop {
  Rule rule;
  std::vector<S> x, m, v;
  std::uint64_t t = 0;

  direct_loop(const Rule& r, std::vector<S> start) : rule(r), x(std::move(start)), m(x.size()), v(x.size()) {}

  void step(const std::vector<S>& g) {
    const auto c = rule.template at<S>(bo::step_count{++t});
    for (std::size_t i = 0; i < x.size(); ++i) {
      if constexpr (bo::slot_count<Rule> == 0) Rule::update(c, x[i], g[i]);
      else if constexpr (bo::slot_count<Rule> == 1) Rule::update(c, x[i], g[i], m[i]);
      else Rule::update(c, x[i], g[i], m[i], v[i]);
    }
  }
};

template <class Memory, class Backend, class T, class Rule>
void check_one_block(const Rule& rule, Memory memory, Backend backend) {
  using S = bo::compute_type_t<T>;
  const tensors<T> model({1, 33, 100});
  std::vector<direct_loop<Rule, S>> wanted;
  for (const auto& v : model.values) wanted.emplace_back(rule, std::vector<S>(v.span().begin(), v.span().end()));
  bo::block_optimizer optimizer{model.one_block(), rule, bo::ascending{}, memory, backend};
  for (std::uint64_t s = 0; s < 60; ++s) {
    feed(optimizer, s);
    CHECK_FALSE(optimizer.step().visit_ended);
    for (std::size_t p = 0; p < wanted.size(); ++p) {
      std::vector<S> g(wanted[p].x.size());
      for (std::size_t i = 0; i < g.size(); ++i) g[i] = static_cast<S>(test_gradient(s, p, i));
      wanted[p].step(g);
    }
  }
  for (std::size_t p = 0; p < wanted.size(); ++p) {
    std::vector<T> rounded;
    for (const S x : wanted[p].x) rounded.push_back(static_cast<T>(x));
    CHECK(same_bits(rounded, model.values[p].span()));
    if constexpr (bo::slot_count < Rule >> 0) CHECK(same_bits(wanted[p].m, optimizer.state(p, 0)));
    if constexpr (bo::slot_count < Rule >> 1) CHECK(same_bits(wanted[p].v, optimizer.state(p, 1)));
  }
  CHECK(model.intact());
  CHECK(optimizer.visits() == 1);
}

constexpr bo::adamw test_adamw{.learning_rate = 3e-3, .weight_decay = 0.05};

}  // namespace

TEST_CASE("one block and visits without end give AdamW bit for bit") {
  check_one_block<bo::keep_state, bo::plain_backend, float>(test_adamw, {}, {});
  check_one_block<bo::keep_state, bo::eigen_backend, float>(test_adamw, {}, {});
  check_one_block<bo::drop_state, bo::plain_backend, double>(test_adamw, {}, {});
  check_one_block<bo::drop_state, bo::eigen_backend, double>(test_adamw, {}, {});
}

TEST_CASE("one block and visits without end give AdamW on the master copy of 16 bit values bit for bit") {
  check_one_block<bo::keep_state, bo::plain_backend, bo::bfloat16>(test_adamw, {}, {});
  check_one_block<bo::drop_state, bo::eigen_backend, bo::half>(test_adamw, {}, {});
}

TEST_CASE("one block and visits without end give every other rule bit for bit") {
  check_one_block<bo::keep_state, bo::plain_backend, float>(bo::sgd{.weight_decay = 0.1}, {}, {});
  check_one_block<bo::drop_state, bo::plain_backend, float>(bo::momentum{.nesterov = true, .weight_decay = 0.1}, {},
                                                            {});
  check_one_block<bo::drop_state, bo::plain_backend, float>(bo::adam{.weight_decay = 0.1}, {}, {});
}

TEST_CASE("visits of one step with dropped state are sign descent whatever the betas") {
  const double rate = 0.01, epsilon = 1e-3;
  for (const auto& [beta1, beta2] : {std::pair{0.9, 0.999}, std::pair{0.5, 0.9}, std::pair{0.0, 0.0}}) {
    const tensors<double> model({17, 40});
    bo::block_optimizer optimizer{
        model.blocks(),
        bo::adamw{.learning_rate = rate, .beta1 = beta1, .beta2 = beta2, .epsilon = epsilon, .weight_decay = 0},
        bo::ascending{},
        bo::drop_state{},
        bo::plain_backend{},
        bo::optimizer_options{.switch_every = 1}};
    for (std::uint64_t s = 0; s < 12; ++s) {
      const auto& x = model.values[s % 2];
      const std::vector<double> before(x.span().begin(), x.span().end());
      CHECK(feed(optimizer, s) == s % 2);
      CHECK(optimizer.step().visit_ended);
      for (std::size_t i = 0; i < before.size(); ++i) {
        const double g = test_gradient(s, s % 2, i);
        const double wanted = before[i] - rate * g / (std::abs(g) + epsilon);
        CHECK(std::abs(x[i] - wanted) <= 8 * std::numeric_limits<double>::epsilon() * std::abs(before[i]) + 1e-17);
      }
    }
  }
}

TEST_CASE("two equal blocks that get equal gradients in turn stay equal bit for bit") {
  for (const std::uint64_t k : {1U, 3U, 7U}) {
    tensors<float> model({50, 50});
    for (std::size_t i = 0; i < 50; ++i) model.values[1][i] = model.values[0][i];
    bo::block_optimizer optimizer{model.blocks(),   test_adamw,          bo::descending{},
                                  bo::keep_state{}, bo::eigen_backend{}, bo::optimizer_options{.switch_every = k}};
    for (std::uint64_t epoch = 0; epoch < 4; ++epoch) {
      for (int turn = 0; turn < 2; ++turn) {
        for (std::uint64_t s = 0; s < k; ++s) {
          const auto active = optimizer.active();
          for (std::size_t i = 0; i < 50; ++i)
            active.gradient(active.index)(i) = static_cast<float>(test_gradient(epoch * k + s, 0, i));
          optimizer.step();
        }
      }
      CHECK(same_bits(model.values[0].span(), model.values[1].span()));
    }
  }
}

TEST_CASE("with kept state a block continues as if it had never sat out") {
  const tensors<float> model({20, 30, 25}), alone({20});
  bo::block_optimizer optimizer{model.blocks(),   test_adamw,          bo::ascending{},
                                bo::keep_state{}, bo::plain_backend{}, bo::optimizer_options{.switch_every = 4}};
  bo::block_optimizer single{alone.one_block(), test_adamw, bo::ascending{}, bo::keep_state{}, bo::plain_backend{}};
  std::uint64_t own = 0;
  for (std::uint64_t s = 0; s < 36; ++s) {
    if (feed(optimizer, own) == 0) {
      feed(single, own++);
      single.step();
    }
    optimizer.step();
  }
  CHECK(own == 12);
  CHECK(optimizer.steps_of(0) == 12);
  CHECK(same_bits(model.values[0].span(), alone.values[0].span()));
}

TEST_CASE("with dropped state each visit is a fresh start from the present values") {
  const tensors<float> model({20, 30}), alone({20});
  bo::block_optimizer optimizer{model.blocks(),   test_adamw,          bo::ascending{},
                                bo::drop_state{}, bo::plain_backend{}, bo::optimizer_options{.switch_every = 5}};
  for (std::uint64_t visit = 0; visit < 6; ++visit) {
    advance(optimizer, 100 * visit, 5);
    if (visit % 2 != 0) continue;
    bo::block_optimizer fresh{alone.one_block(), test_adamw, bo::ascending{}, bo::drop_state{}, bo::plain_backend{}};
    advance(fresh, 100 * visit, 5);
    CHECK(same_bits(model.values[0].span(), alone.values[0].span()));
  }
}

TEST_CASE_TEMPLATE("consumed gradients give the bits of a step", T, float, double, bo::bfloat16) {
  using S = bo::compute_type_t<T>;
  const tensors<T> stepped({30, 41, 9, 64}), consumed({30, 41, 9, 64});
  const auto parts = [](const tensors<T>& m) {
    return bo::by_list(m.parameters(), {{"front", {"layers.0.", "layers.1."}}, {"back", {"layers.2."}}}, {"layers.3."});
  };
  const bo::optimizer_options options{.switch_every = 3, .clip_value = 0.7};
  bo::optimizer_options consuming = options;
  consuming.consume = true;
  bo::block_optimizer a{parts(stepped), test_adamw, bo::ascending{}, bo::keep_state{}, bo::eigen_backend{}, options};
  bo::block_optimizer b{parts(consumed), test_adamw, bo::ascending{}, bo::keep_state{}, bo::eigen_backend{}, consuming};
  for (std::uint64_t s = 0; s < 20; ++s) {
    feed(a, s);
    const auto ra = a.step();
    const auto active = b.active();
    std::vector<std::size_t> order(active.parameters.rbegin(), active.parameters.rend());  // as backward passes do
    for (const std::size_t p : order) {
      CHECK(active.gradient(p).empty());
      std::vector<S> g(consumed.values[p].size());
      for (std::size_t i = 0; i < g.size(); ++i) g[i] = static_cast<S>(test_gradient(s, p, i));
      CHECK(b.consume(p, bo::view(g)).applied);
      std::ranges::fill(g, std::numeric_limits<S>::quiet_NaN());  // the gradient is gone
    }
    const auto rb = b.step();
    CHECK(ra.visit_ended == rb.visit_ended);
    CHECK(rb.applied);
  }
  CHECK(stepped.image() == consumed.image());
  CHECK(a.steps() == b.steps());
}

TEST_CASE("some gradients may be consumed and the rest stepped") {
  const tensors<float> stepped({30, 41}), mixed({30, 41});
  bo::block_optimizer a{stepped.one_block(), test_adamw, bo::ascending{}, bo::drop_state{}, bo::plain_backend{}};
  bo::block_optimizer b{mixed.one_block(), test_adamw, bo::ascending{}, bo::drop_state{}, bo::plain_backend{}};
  for (std::uint64_t s = 0; s < 9; ++s) {
    feed(a, s);
    a.step();
    std::vector<float> g(30);
    for (std::size_t i = 0; i < g.size(); ++i) g[i] = static_cast<float>(test_gradient(s, 0, i));
    const auto active = b.active();
    if (s % 3 == 1) b.consume("layers.0.w", bo::view(g));
    for (const std::size_t p : active.parameters) {
      for (std::size_t i = 0; i < mixed.values[p].size(); ++i)
        active.gradient(p)(i) += static_cast<float>(test_gradient(s, p, i));
    }
    b.step();
  }
  CHECK(stepped.image() == mixed.image());
}

TEST_CASE_TEMPLATE("gradients of the caller give the bits of owned ones and are never written", G, float, double) {
  const tensors<float> owned({30, 41}), brought({30, 41});
  const tensors<G> gradients({30, 41});
  std::vector<bo::parameter<float, G>> parameters;
  for (std::size_t p = 0; p < 2; ++p) {
    parameters.push_back({"layers." + std::to_string(p) + ".w",
                          {brought.values[p].data(), brought.values[p].size()},
                          {gradients.values[p].data(), gradients.values[p].size()}});
  }
  const bo::optimizer_options options{.switch_every = 2, .clip_norm = 2.0};
  bo::block_optimizer a{owned.blocks(), test_adamw, bo::ascending{}, bo::drop_state{}, bo::eigen_backend{}, options};
  bo::block_optimizer b{bo::by_layer(parameters), test_adamw,          bo::ascending{},
                        bo::drop_state{},         bo::eigen_backend{}, options};
  for (std::uint64_t s = 0; s < 12; ++s) {
    feed(a, s);
    a.step();
    const auto active = b.active();
    for (const std::size_t p : active.parameters) {
      CHECK(active.gradient(p).empty());
      // a float, so that both types hold it
      for (std::size_t i = 0; i < gradients.values[p].size(); ++i)
        gradients.values[p][i] = static_cast<G>(static_cast<float>(test_gradient(s, p, i)));
    }
    const auto before = gradients.image();
    b.step();
    CHECK(before == gradients.image());
  }
  CHECK(owned.image() == brought.image());
  CHECK(a.allocated().gradients > 0);
  CHECK(b.allocated().gradients == 0);
}

TEST_CASE("a sum over micro batches equals one batch of their mean") {
  for (const bool clips : {false, true}) {
    const tensors<double> whole({30, 41}), parts({30, 41});
    bo::optimizer_options options{.switch_every = 2};
    if (clips) options.clip_norm = 1.0;
    bo::block_optimizer a{whole.blocks(), test_adamw, bo::ascending{}, bo::drop_state{}, bo::plain_backend{}, options};
    options.accumulate = 4;
    bo::block_optimizer b{parts.blocks(), test_adamw, bo::ascending{}, bo::drop_state{}, bo::plain_backend{}, options};
    for (std::uint64_t s = 0; s < 8; ++s) {
      // micro batches 1, 2, 3 and -2 times g: their sum is 4 g and their mean g, all exact
      const auto active = a.active();
      const auto rounded = [&](std::size_t p, std::size_t i) {
        return std::round(test_gradient(s, p, i) * 1024) / 1024;
      };
      for (const std::size_t p : active.parameters) {
        for (std::size_t i = 0; i < whole.values[p].size(); ++i) active.gradient(p)(i) += rounded(p, i);
      }
      const auto wanted = a.step();
      for (const double factor : {1.0, 2.0, 3.0, -2.0}) {
        const auto micro = b.active();
        for (const std::size_t p : micro.parameters) {
          for (std::size_t i = 0; i < parts.values[p].size(); ++i) micro.gradient(p)(i) += factor * rounded(p, i);
        }
        const auto result = b.step();
        CHECK(result.applied == (factor == -2.0));
        CHECK(result.visit_ended == (wanted.visit_ended && factor == -2.0));
        if (clips && result.applied) CHECK(result.gradient_norm == wanted.gradient_norm);
      }
    }
    CHECK(whole.image() == parts.image());
    CHECK(b.steps() == 8);
  }
}

TEST_CASE("micro batches of the caller are summed in memory of the optimizer") {
  const tensors<bo::bfloat16> whole({30}), parts({30});
  std::vector<float> g(30);
  std::vector<bo::bfloat16> micro(30);
  bo::block_optimizer a{bo::as_one_block(std::vector{
                            bo::parameter<bo::bfloat16, float>{"w", {whole.values[0].data(), 30}, {g.data(), 30}}}),
                        test_adamw, bo::ascending{}, bo::drop_state{}, bo::plain_backend{}};
  bo::block_optimizer b{
      bo::as_one_block(std::vector{bo::parameter<bo::bfloat16>{"w", {parts.values[0].data(), 30}, {micro.data(), 30}}}),
      test_adamw,
      bo::ascending{},
      bo::drop_state{},
      bo::plain_backend{},
      bo::optimizer_options{.accumulate = 2}};
  for (std::uint64_t s = 0; s < 5; ++s) {
    for (std::size_t i = 0; i < 30; ++i) g[i] = 0;
    for (std::uint64_t k = 0; k < 2; ++k) {
      for (std::size_t i = 0; i < 30; ++i) {
        micro[i] = bo::bfloat16(static_cast<float>(test_gradient(2 * s + k, 0, i)));
        g[i] += static_cast<float>(micro[i]);
      }
      CHECK(b.step().applied == (k == 1));
    }
    for (float& element : g) element *= 0.5F;
    a.step();
  }
  CHECK(whole.image() == parts.image());
  CHECK(b.allocated().gradients == 128);
}

TEST_CASE("a copy continues with the same bits as the original") {
  // at every point of a visit, also with micro batches and with stochastic rounding under way
  for (std::uint64_t cut = 0; cut < 14; ++cut) {
    const tensors<bo::bfloat16> model({30, 41, 9});
    const bo::optimizer_options options{.switch_every = 2,
                                        .accumulate = 2,
                                        .write_back = bo::rounding::stochastic,
                                        .schedule = bo::warmup_after_switch{.steps = 2}};
    bo::block_optimizer original{
        bo::by_list(model.parameters(), {{"a", {"layers.0.w"}}, {"b", {"layers.1.w"}}}, {"layers.2.w"}),
        test_adamw,
        bo::random_reshuffle{.seed = 5},
        bo::keep_state{},
        bo::eigen_backend{},
        options};
    original.assign(bo::adamw{.learning_rate = 0.1}, [](const auto& p, std::size_t) { return p.name == "layers.2.w"; });
    advance(original, 0, cut);
    auto copy = original;
    auto assigned = original;
    assigned = copy;
    const auto start = model.image();
    const auto rewind = [&] {
      for (std::size_t p = 0; p < model.values.size(); ++p) {
        const auto& image = start[p];
        std::memcpy(model.values[p].data(), image.data() + (image.size() - model.values[p].size() * 2) / 2,
                    model.values[p].size() * 2);
      }
      CHECK(model.image() == start);
    };
    advance(original, cut, 17);
    const auto wanted = model.image();
    CHECK(wanted != start);
    rewind();
    advance(copy, cut, 17);
    CHECK(model.image() == wanted);
    rewind();
    auto moved = std::move(assigned);
    advance(moved, cut, 17);
    CHECK(model.image() == wanted);
    CHECK(moved.steps() == original.steps());
  }
}

TEST_CASE("a copy made between two consumed gradients ends the step as the original does") {
  const tensors<float> model({12, 20, 15});
  bo::block_optimizer original{bo::by_list(model.parameters(), {{"a", {"layers.0.w", "layers.1.w"}}}, {"layers.2.w"}),
                               test_adamw,
                               bo::ascending{},
                               bo::drop_state{},
                               bo::plain_backend{},
                               bo::optimizer_options{.switch_every = 2, .consume = true}};
  original.assign(bo::adamw{.learning_rate = 0.25}, [](const auto& p, std::size_t) { return p.name != "layers.0.w"; });
  const auto consume = [&](auto& optimizer, std::size_t p, std::uint64_t s) {
    std::vector<float> g(model.values[p].size());
    for (std::size_t i = 0; i < g.size(); ++i) g[i] = static_cast<float>(test_gradient(s, p, i));
    optimizer.consume(p, bo::view(g));
  };
  for (std::uint64_t s = 0; s < 3; ++s) {  // the step counts of block and always-active parameters now differ
    for (std::size_t p = 0; p < 3; ++p) consume(original, p, s);
    original.step();
  }
  consume(original, 0, 3);
  auto copy = original;
  const tensors<float> saved = model;
  consume(original, 1, 3);
  consume(original, 2, 3);
  original.step();
  const auto wanted = model.image();
  for (std::size_t p = 0; p < 3; ++p) std::ranges::copy(saved.values[p].span(), model.values[p].data());
  consume(copy, 1, 3);
  consume(copy, 2, 3);
  copy.step();
  CHECK(model.image() == wanted);
}
