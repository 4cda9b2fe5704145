// SPDX-License-Identifier: MIT
// Part of blockopt: tests of working sets, shrinking, thrifty orders and essentially cyclic ones, and of resumption.
#include <algorithm>
#include <cmath>
#include <cstddef>
#include <cstdint>
#include <limits>
#include <numeric>
#include <string>
#include <type_traits>
#include <vector>

#include <doctest/doctest.h>

#include <blockopt/block/coordinate_blocks.hpp>
#include <blockopt/error.hpp>
#include <blockopt/run/descent.hpp>
#include <blockopt/select/adagrad_select.hpp>
#include <blockopt/select/ascending.hpp>
#include <blockopt/select/bandit_max.hpp>
#include <blockopt/select/block_llm.hpp>
#include <blockopt/select/descending.hpp>
#include <blockopt/select/duality_gap_sampling.hpp>
#include <blockopt/select/essentially_cyclic.hpp>
#include <blockopt/select/exp3_sampling.hpp>
#include <blockopt/select/fixed_block.hpp>
#include <blockopt/select/gauss_southwell.hpp>
#include <blockopt/select/gauss_southwell_diagonal.hpp>
#include <blockopt/select/gauss_southwell_lipschitz.hpp>
#include <blockopt/select/gauss_southwell_quadratic.hpp>
#include <blockopt/select/gauss_southwell_step.hpp>
#include <blockopt/select/greedy_heap.hpp>
#include <blockopt/select/hift.hpp>
#include <blockopt/select/lipschitz_sampling.hpp>
#include <blockopt/select/misa.hpp>
#include <blockopt/select/safe_adaptive_sampling.hpp>
#include <blockopt/select/shrinking.hpp>
#include <blockopt/select/steepest_approximate.hpp>
#include <blockopt/select/thrifty.hpp>
#include <blockopt/select/top_coordinates.hpp>
#include <blockopt/select/uniform_random.hpp>
#include <blockopt/select/uniform_subset.hpp>
#include <blockopt/select/working_set.hpp>
#include <blockopt/update/block/gradient_step.hpp>

#include "select/lab.hpp"
#include "support/message_of.hpp"

namespace bo = blockopt;
using namespace blockopt_tests;

namespace {

using svm_dual = bo::linear_model<bo::dense_columns, bo::squared_loss, bo::box_penalty>;

/// Two overlapping clouds; column j is y_j times sample j.
svm_dual random_svm(std::size_t samples, std::uint64_t seed) {
  bo::random_stream rng{seed};
  Eigen::MatrixXd a(5, static_cast<Eigen::Index>(samples));
  for (Eigen::Index j = 0; j < a.cols(); ++j) {
    const double label = j % 2 == 0 ? 1 : -1;
    for (Eigen::Index i = 0; i < 5; ++i) a(i, j) = label * (2 * rng.uniform() - 1 + (i == 0 ? 0.8 * label : 0.0));
  }
  return {bo::dense_columns(a), bo::squared_loss{std::vector<double>(5)},
          bo::box_penalty{.linear = -1, .lower = 0, .upper = 1}};
}

double largest_violation(const auto& problem) {
  double most = 0;
  for (std::size_t i = 0; i < problem.size(); ++i)
    most = std::max(most, std::fabs(problem.subgradient(i, problem.derivative(i))));
  return most;
}

}  // namespace

TEST_CASE("a working set finds the support of a lasso and its solution is that of cyclic steps") {
  for (const std::uint64_t seed : {1u, 2u, 3u}) {
    constexpr std::size_t n = 200;
    lasso_model cyclic = random_lasso(60, n, 0.15, seed), sets = cyclic, steps = cyclic;
    bo::descent c(cyclic, bo::each_coordinate{n}, bo::ascending{}, bo::gradient_step{});
    c.advance(1500 * n);
    bo::descent w(sets, bo::each_coordinate{n}, bo::working_set{}, bo::gradient_step{});
    std::size_t steps_to_six = 0;
    while (largest_violation(sets) > 1e-6 && steps_to_six < 100 * n) w.advance(50), steps_to_six += 50;
    const std::vector<std::size_t> set = w.selection().members;
    std::size_t rarely = 0;  // most coordinates were hardly visited
    for (const std::uint64_t v : w.visits()) rarely += v < 5;
    w.advance(100 * n);
    bo::descent by_step(steps, bo::each_coordinate{n},
                        bo::working_set{.measure = bo::block_measure::step_norm, .start_size = 3}, bo::gradient_step{});
    by_step.advance(100 * n);
    double apart = 0, apart_by_step = 0;
    std::vector<std::size_t> support;
    for (std::size_t i = 0; i < n; ++i) {
      apart = std::max(apart, std::fabs(cyclic.at(i) - sets.at(i)));
      apart_by_step = std::max(apart_by_step, std::fabs(cyclic.at(i) - steps.at(i)));
      if (cyclic.at(i) != 0) support.push_back(i);
    }
    CHECK(apart < 1e-10);
    CHECK(apart_by_step < 1e-10);
    REQUIRE(!support.empty());
    REQUIRE(support.size() < 40);
    CHECK(std::is_sorted(set.begin(), set.end()));
    CHECK(std::includes(set.begin(), set.end(), support.begin(), support.end()));
    CHECK(set.size() < n / 2);
    CHECK(rarely > n / 2);
  }
}

TEST_CASE("a working set asks for lengths where the update does not tell them") {
  struct silent_step {
    bo::gradient_step inner{};
    bo::block_step step(lasso_model& p, std::span<const std::size_t> block, std::size_t b) {
      return {.squared_gradient = inner.step(p, block, b).squared_gradient};
    }
  };
  lasso_model cyclic = random_lasso(60, 100, 0.2, 5), sets = cyclic;
  bo::descent c(cyclic, bo::each_coordinate{100}, bo::ascending{}, bo::gradient_step{});
  c.advance(100'000);
  const auto blocks = bo::coordinate_blocks::contiguous(100, 1);
  bo::descent w(sets, blocks, bo::working_set{}, silent_step{});
  w.advance(20'000);
  for (std::size_t i = 0; i < 100; ++i) CHECK(cyclic.at(i) == doctest::Approx(sets.at(i)).epsilon(1e-9));
  CHECK(w.selection().members.size() < 60);
}

TEST_CASE("a working set on a smooth objective grows to everything") {
  dense_quadratic q = random_dense_quadratic(30, 2);
  bo::descent run(q, bo::each_coordinate{30}, bo::working_set{.start_size = 2}, bo::gradient_step{});
  run.advance(1);
  CHECK(run.selection().members.size() == 2);
  run.advance(30 * 400);
  CHECK(run.selection().members.size() == 30);
  CHECK(q.suboptimality() < 1e-10);
  const auto refusal = [](bo::working_set p) { return message_of<bo::invalid_option>([&] { p.start(3); }); };
  CHECK(refusal({.start_size = 0}).find("start_size = 0") != std::string::npos);
  CHECK(refusal({.fraction = 1}).find("fraction = 1") != std::string::npos);
  CHECK(refusal({.fraction = NAN}).find("fraction") != std::string::npos);
  CHECK(refusal({.most_passes = 0}).find("most_passes = 0") != std::string::npos);
}

TEST_CASE("shrinking solves lasso and support vector machine with visits to what moves") {
  constexpr std::size_t n = 200;
  lasso_model cyclic = random_lasso(60, n, 0.15, 4), shrunk = cyclic;
  bo::descent c(cyclic, bo::each_coordinate{n}, bo::ascending{}, bo::gradient_step{});
  c.advance(1500 * n);
  bo::descent s(shrunk, bo::each_coordinate{n}, bo::shrinking{}, bo::gradient_step{});
  std::size_t steps = 0;
  while (largest_violation(shrunk) > 1e-8 && steps < 150 * n) s.advance(n), steps += n;
  const auto fewest = *std::min_element(s.visits().begin(), s.visits().end());
  const auto most = *std::max_element(s.visits().begin(), s.visits().end());
  s.advance(150 * n);
  double apart = 0;
  for (std::size_t i = 0; i < n; ++i) apart = std::max(apart, std::fabs(cyclic.at(i) - shrunk.at(i)));
  CHECK(apart < 1e-10);
  CHECK(fewest >= 3);
  CHECK(most > 2 * fewest);

  svm_dual svm = random_svm(120, 1), plain = svm;
  bo::descent v(svm, bo::each_coordinate{120}, bo::shrinking{}, bo::gradient_step{});
  bo::descent p(plain, bo::each_coordinate{120}, bo::ascending{}, bo::gradient_step{});
  v.advance(120 * 400);
  p.advance(120 * 4000);
  CHECK(largest_violation(plain) < 1e-6);
  CHECK(largest_violation(svm) < 1e-4);
  CHECK(svm.value() == doctest::Approx(plain.value()).epsilon(1e-8));
}

TEST_CASE("shrinking leaves out what stays and brings all back") {
  bo::shrinking policy{.patience = 2, .fraction = 0.5};
  policy.start(4);
  bo::random_stream rng{1};
  std::vector<std::size_t> order;
  // 1 and 3 never move; 0 and 2 move by less and less
  double length = 1;
  for (int k = 0; k < 40; ++k) {
    const std::size_t b = policy.next(rng, {});
    order.push_back(b);
    policy.observe(b, {.steps = 1, .squared_step = b % 2 == 0 ? length : 0});
    length *= 0.9;
  }
  const std::vector<std::size_t> expected{0, 1, 2, 3, 0, 1, 2, 3, 0, 2};
  CHECK(std::equal(expected.begin(), expected.end(), order.begin()));
  CHECK(std::count(order.begin() + 10, order.end(), std::size_t{1}) > 0);  // checked again
  CHECK(std::count(order.begin(), order.end(), std::size_t{1}) <
        std::count(order.begin(), order.end(), std::size_t{0}));
  // without lengths it is cyclic
  policy.start(3);
  for (std::size_t k = 0; k < 20; ++k) {
    const std::size_t b = policy.next(rng, {});
    CHECK(b == k % 3);
    policy.observe(b, {.steps = 1});
  }
  const auto refusal = [](bo::shrinking p) { return message_of<bo::invalid_option>([&] { p.start(3); }); };
  CHECK(refusal({.patience = 0}).find("patience is 0") != std::string::npos);
  CHECK(refusal({.fraction = -1}).find("fraction = -1") != std::string::npos);
}

TEST_CASE("thrifty orders a cycle by what each coordinate would move at its start") {
  dense_quadratic q = random_dense_quadratic(9, 7);
  bo::descent run(q, bo::each_coordinate{9}, bo::thrifty{}, bo::gradient_step{});
  for (int cycle = 0; cycle < 5; ++cycle) {
    std::vector<std::size_t> order(9);
    std::iota(order.begin(), order.end(), std::size_t{0});
    std::vector<double> step(9);
    for (std::size_t i = 0; i < 9; ++i) step[i] = std::fabs(q.derivative(i)) / q.lipschitz(i);
    std::stable_sort(order.begin(), order.end(), [&](std::size_t i, std::size_t j) { return step[i] > step[j]; });
    for (const std::size_t i : order) {
      run.advance(1);
      CHECK(run.last_chosen()[0] == i);
    }
  }
  CHECK(run.counts().derivatives == 5 * 9 + 45);
}

TEST_CASE("an essentially cyclic policy sees every block in each window and else its own choice") {
  const auto visits = [](auto inner, std::size_t blocks, std::uint64_t window, std::size_t count) {
    bo::essentially_cyclic<decltype(inner)> policy{.policy = inner, .window = window};
    policy.start(blocks);
    bo::random_stream rng{2};
    std::vector<std::uint64_t> seen(blocks);
    std::vector<std::size_t> order;
    for (std::uint64_t v = 0; v < count; ++v) order.push_back(policy.next(rng, {blocks, v, seen}));
    return order;
  };
  const auto longest_absence = [](const std::vector<std::size_t>& order, std::size_t blocks) {
    std::vector<std::size_t> last(blocks, 0);
    std::size_t most = 0;
    for (std::size_t k = 0; k < order.size(); ++k) {
      REQUIRE(order[k] < blocks);
      most = std::max(most, k + 1 - last[order[k]]);
      last[order[k]] = k + 1;
    }
    for (const std::size_t l : last) most = std::max(most, order.size() + 1 - l);
    return most;
  };
  for (const std::size_t blocks : {std::size_t{1}, std::size_t{2}, std::size_t{5}, std::size_t{16}}) {
    for (const std::uint64_t window : {blocks, blocks + 1, 2 * blocks, 5 * blocks}) {
      INFO(blocks << " blocks in windows of " << window);
      CHECK(longest_absence(visits(bo::uniform_random{}, blocks, window, 2000), blocks) <= 2 * window - 1);
      CHECK(longest_absence(visits(bo::fixed_block{0}, blocks, window, 2000), blocks) <= 2 * window - 1);
      const auto order = visits(bo::descending{}, blocks, window, 20 * window);
      for (std::size_t w = 0; w < 20; ++w) {
        std::vector<std::size_t> one(order.begin() + static_cast<std::ptrdiff_t>(w * window),
                                     order.begin() + static_cast<std::ptrdiff_t>((w + 1) * window));
        std::sort(one.begin(), one.end());
        one.erase(std::unique(one.begin(), one.end()), one.end());
        CHECK(one.size() == blocks);
      }
    }
  }
  const auto fixed = visits(bo::fixed_block{2}, 4, 10, 20);  // its own choice for as long as there is room
  for (std::size_t v = 0; v < 7; ++v) CHECK(fixed[v] == 2);
  CHECK(visits(bo::ascending{}, 3, 12, 12) == std::vector<std::size_t>{0, 1, 2, 0, 1, 2, 0, 1, 2, 0, 1, 2});
  const auto refusal = [](auto policy) { return message_of<bo::invalid_option>([&] { policy.start(5); }); };
  CHECK(refusal(bo::essentially_cyclic<bo::ascending>{.window = 4}).find("window is 4") != std::string::npos);
  CHECK(refusal(bo::essentially_cyclic<bo::uniform_subset>{}).find("2 blocks at once") != std::string::npos);
}

namespace {

/// A run that is archived after `cut` steps goes on, in objects made alike, as one that was not.
template <class Problem, class Blocks, class Policy>
void check_resumed(const char* name, const Problem& fresh, const Blocks& blocks, const Policy& policy) {
  INFO(name);
  for (const std::uint64_t cut : {0u, 1u, 7u, 23u}) {
    Problem straight = fresh, first = fresh, second = fresh;
    bo::descent whole(straight, blocks, policy, bo::gradient_step{});
    whole.advance(cut + 40);
    bo::descent before(first, blocks, policy, bo::gradient_step{});
    before.advance(cut);
    memory_archive archive;
    before.archive(archive);
    archive.rewind();
    bo::descent after(second, blocks, policy, bo::gradient_step{});
    after.archive(archive);
    after.advance(40);
    before.advance(40);  // saving changes nothing
    int different = 0;
    for (std::size_t i = 0; i < fresh.size(); ++i)
      different += straight.at(i) != second.at(i) || straight.at(i) != first.at(i);
    CHECK(different == 0);
    CHECK(whole.counts().derivatives == after.counts().derivatives);
    CHECK(whole.counts().flops == after.counts().flops);
  }
}

}  // namespace

TEST_CASE("every policy goes on from an archive as if it had not been interrupted") {
  const sparse_quadratic q = random_sparse_quadratic(9, 3, 3);
  const bo::each_coordinate each{9};
  const auto on_quadratic = [&](const char* name, const auto& policy) { check_resumed(name, q, each, policy); };
  on_quadratic("gauss_southwell", bo::gauss_southwell{});
  on_quadratic("gauss_southwell_lipschitz", bo::gauss_southwell_lipschitz{});
  on_quadratic("gauss_southwell_step", bo::gauss_southwell_step{});
  on_quadratic("gauss_southwell_diagonal", bo::gauss_southwell_diagonal{});
  on_quadratic("gauss_southwell_quadratic", bo::gauss_southwell_quadratic{});
  on_quadratic("greedy_heap", bo::greedy_heap{.measure = bo::block_measure::decrease});
  on_quadratic("top_coordinates", bo::top_coordinates{.size = 3, .weight = bo::coordinate_weight::row_sum});
  on_quadratic("lipschitz_sampling", bo::lipschitz_sampling{});
  on_quadratic("uniform_subset", bo::uniform_subset{.size = 4});
  on_quadratic("bandit_max", bo::bandit_max{});
  on_quadratic("exp3_sampling", bo::exp3_sampling{});
  on_quadratic("safe_adaptive_sampling", bo::safe_adaptive_sampling{.every = 3});
  on_quadratic("steepest_approximate", bo::steepest_approximate{.refresh = 11});
  on_quadratic("thrifty", bo::thrifty{});
  on_quadratic("working_set", bo::working_set{.start_size = 2});
  on_quadratic("shrinking", bo::shrinking{});
  on_quadratic("essentially_cyclic", bo::essentially_cyclic<bo::greedy_heap>{});
  on_quadratic("hift", bo::hift{.order = bo::hift_order::random});
  on_quadratic("misa", bo::misa{.size = 2});
  on_quadratic("block_llm", bo::block_llm{});
  on_quadratic("adagrad_select", bo::adagrad_select{.decay = 0.9});
  const dense_quadratic dense = random_dense_quadratic(9, 3);
  check_resumed("safe_adaptive_sampling", dense, bo::coordinate_blocks::contiguous(9, 2), bo::safe_adaptive_sampling{});
  const lasso_model lasso = random_lasso(20, 9, 0.2, 3);
  check_resumed("duality_gap_sampling", lasso, each, bo::duality_gap_sampling{.every = 5});
  check_resumed("working_set", lasso, each, bo::working_set{.start_size = 2});
  check_resumed("shrinking", lasso, each, bo::shrinking{});
}
