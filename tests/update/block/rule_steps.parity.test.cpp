// SPDX-License-Identifier: MIT
// Part of blockopt: tests of rule_steps, against the optimizer and by hand, bit by bit.
#include <algorithm>
#include <cmath>
#include <cstddef>
#include <cstdint>
#include <memory>
#include <span>
#include <vector>

#include <doctest/doctest.h>

#include <blockopt/backend/plain/plain_backend.hpp>
#include <blockopt/block/by_list.hpp>
#include <blockopt/block/coordinate_blocks.hpp>
#include <blockopt/block/parameter.hpp>
#include <blockopt/block/partition.hpp>
#include <blockopt/memory/drop_state.hpp>
#include <blockopt/memory/keep_state.hpp>
#include <blockopt/run/block_optimizer.hpp>
#include <blockopt/run/descent.hpp>
#include <blockopt/select/ascending.hpp>
#include <blockopt/update/adagrad.hpp>
#include <blockopt/update/adam.hpp>
#include <blockopt/update/block/rule_steps.hpp>
#include <blockopt/update/nadam.hpp>
#include <blockopt/update/schedule_free_sgd.hpp>
#include <blockopt/update/sgd.hpp>
#include <blockopt/update/sign_momentum.hpp>

#include "block_support.hpp"
#include "support/message_of.hpp"

namespace bo = blockopt;
using namespace blockopt_tests;

namespace {

constexpr std::size_t n = 11;

auto logistic() {
  return bo::linear_model(random_columns(30, n, 9, 3), bo::logistic_loss{labels(30, 5)}, bo::ridge_penalty{0.1});
}

/// The rule on one block of all coordinates by the optimizer, the gradient by the problem at its point.
template <class Rule>
std::vector<double> by_optimizer(const Rule& rule, int steps) {
  auto p = logistic();
  std::vector<double> x(n);
  bo::block_optimizer optimizer{bo::as_one_block(std::vector{bo::parameter<double>{"x", {x.data(), n}, {}}}), rule,
                                bo::ascending{}, bo::keep_state{}, bo::plain_backend{}};
  for (int k = 0; k < steps; ++k) {
    const auto active = optimizer.active();
    p.set(x);
    const auto g = active.gradient(0);
    for (std::size_t i = 0; i < n; ++i) g.data()[i] = p.derivative(i);
    optimizer.step();
  }
  return x;
}

template <class Rule>
void check_one_block(const Rule& rule) {
  const auto blocks = bo::coordinate_blocks::contiguous(n, n);
  const std::vector<double> wanted = by_optimizer(rule, 60);
  auto p = logistic(), q = logistic();
  bo::descent kept(p, blocks, bo::ascending{}, bo::rule_steps<Rule>{.rule = rule, .keep_state = true});
  kept.advance(60);
  CHECK(point_of(p) == wanted);
  bo::descent one_visit(q, blocks, bo::ascending{}, bo::rule_steps<Rule>{.rule = rule, .steps = 60});
  one_visit.advance(1);
  CHECK(point_of(q) == wanted);
  CHECK(one_visit.counts().derivatives == 60 * n);
  CHECK(kept.state_bytes() == sizeof(std::uint64_t) + bo::slot_count<Rule> * n * sizeof(double));
}

}  // namespace

TEST_CASE("one block of all coordinates with kept state or one long visit is the rule itself") {
  check_one_block(bo::adam{.learning_rate = 0.05});
  check_one_block(bo::adam{.learning_rate = 0.05, .weight_decay = 0.01});
  check_one_block(bo::sgd{.learning_rate = 0.1});
  check_one_block(bo::sign_momentum{.learning_rate = 0.01});
  check_one_block(bo::adagrad{.learning_rate = 0.1});
  check_one_block(bo::nadam{.learning_rate = 0.01});
}

TEST_CASE("one step of Adam from zero is the sign step of BAdam") {
  for (const std::size_t size : {1u, 3u, 11u}) {
    const double rate = 0.01, epsilon = 1e-8;
    auto p = logistic();
    const auto blocks = bo::coordinate_blocks::contiguous(n, size);
    bo::descent run(p, blocks, bo::ascending{}, bo::rule_steps<bo::adam>{{.learning_rate = rate, .epsilon = epsilon}});
    for (int k = 0; k < 40; ++k) {
      const auto before = p;
      run.advance(1);
      const auto block = blocks[run.last_chosen()[0]];
      for (std::size_t i = 0; i < n; ++i) {
        const double g = before.derivative(i);
        const bool in = std::ranges::find(block, i) != block.end();
        CHECK(p.at(i) - before.at(i) ==
              doctest::Approx(in ? -rate * g / (std::fabs(g) + epsilon) : 0.0).epsilon(1e-10));
      }
    }
  }
}

TEST_CASE("dropped state begins anew in each visit and kept state does not") {
  const auto blocks = bo::coordinate_blocks::contiguous(n, 4);
  const bo::adam rule{.learning_rate = 0.02};
  for (const bool keep : {false, true}) {
    auto p = logistic();
    bo::descent run(p, blocks, bo::ascending{}, bo::rule_steps<bo::adam>{rule, 5, keep});
    run.advance(12);
    // by hand
    auto q = logistic();
    std::vector<double> m(n), v(n);
    std::vector<std::uint64_t> t(3);
    for (std::size_t visit = 0; visit < 12; ++visit) {
      const std::size_t b = visit % 3;
      if (!keep) {
        t[b] = 0;
        for (const std::size_t i : blocks[b]) m[i] = v[i] = 0;
      }
      for (int k = 0; k < 5; ++k) {
        const auto c = rule.at<double>(bo::step_count{++t[b]});
        std::vector<double> g, x;
        for (const std::size_t i : blocks[b]) g.push_back(q.derivative(i));
        for (std::size_t a = 0; a < g.size(); ++a) {
          const std::size_t i = blocks[b][a];
          double to = q.at(i);
          bo::adam::update(c, to, g[a], m[i], v[i]);
          x.push_back(to);
        }
        for (std::size_t a = 0; a < g.size(); ++a) q.move(blocks[b][a], x[a] - q.at(blocks[b][a]));
      }
    }
    CHECK(distance(point_of(p), point_of(q)) < 1e-14);
    CHECK(run.counts().coordinates == 4 * n * 5);
  }
}

TEST_CASE("a rule with two points shows the point at which it is judged after each visit") {
  const auto blocks = bo::coordinate_blocks::contiguous(n, n);
  const bo::schedule_free_sgd rule{.learning_rate = 0.1};
  auto p = logistic();
  bo::descent run(p, blocks, bo::ascending{}, bo::rule_steps<bo::schedule_free_sgd>{rule, 200});
  run.advance(1);
  std::vector<double> x(n);
  auto q = logistic();
  bo::block_optimizer optimizer{bo::as_one_block(std::vector{bo::parameter<double>{"x", {x.data(), n}, {}}}), rule,
                                bo::ascending{}, bo::keep_state{}, bo::plain_backend{}};
  for (int k = 0; k < 200; ++k) {
    const auto active = optimizer.active();
    q.set(x);
    for (std::size_t i = 0; i < n; ++i) active.gradient(0).data()[i] = q.derivative(i);
    optimizer.step();
  }
  CHECK(point_of(p) != x);  // that is y
  optimizer.evaluation_point();
  CHECK(distance(point_of(p), x) == 0);
  // and visits with kept state go on from y
  auto r = logistic();
  bo::descent kept(r, blocks, bo::ascending{}, bo::rule_steps<bo::schedule_free_sgd>{rule, 10, true});
  kept.advance(20);
  CHECK(distance(point_of(r), point_of(p)) < 1e-12);
}

TEST_CASE("runs of rules resume with their state") {
  const auto with = [](auto rule, bool keep) {
    return resumes([] { return logistic(); },
                   [&](auto& p) {
                     using steps = bo::rule_steps<decltype(rule)>;
                     using run =
                         bo::descent<std::remove_reference_t<decltype(p)>, bo::coordinate_blocks, bo::ascending, steps>;
                     return std::make_unique<run>(p, bo::coordinate_blocks::contiguous(n, 3), bo::ascending{},
                                                  steps{.rule = rule, .steps = 3, .keep_state = keep});
                   },
                   5, 9);
  };
  CHECK(with(bo::adam{}, true));
  CHECK(with(bo::adam{}, false));
  CHECK(with(bo::nadam{}, true));
  CHECK(with(bo::schedule_free_sgd{.learning_rate = 0.1}, true));
  CHECK(with(bo::sgd{}, true));
}

TEST_CASE("settings of rule_steps out of range and foreign blocks are named") {
  auto p = logistic();
  const auto message = [&](auto update) {
    return message_of<bo::invalid_option>([&] { update.start(p, bo::each_coordinate{n}); });
  };
  CHECK(message(bo::rule_steps<bo::adam>{.steps = 0}).find("steps = 0") != std::string::npos);
  CHECK(message(bo::rule_steps<bo::adam>{.rule = {.beta1 = 2}}).find("beta1") != std::string::npos);
  bo::rule_steps<bo::adam> s{.keep_state = true};
  s.start(p, bo::each_coordinate{n});
  CHECK_THROWS_AS(s.step(p, bo::single_coordinate{0}, n), bo::invalid_option);
}
