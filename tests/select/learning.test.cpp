// SPDX-License-Identifier: MIT
// Part of blockopt: tests of the policies that learn: bandits, importance sampling, and those for networks.
#include <algorithm>
#include <array>
#include <cmath>
#include <cstddef>
#include <cstdint>
#include <limits>
#include <numeric>
#include <string>
#include <vector>

#include <doctest/doctest.h>

#include <blockopt/block/coordinate_blocks.hpp>
#include <blockopt/error.hpp>
#include <blockopt/run/descent.hpp>
#include <blockopt/select/adagrad_select.hpp>
#include <blockopt/select/ascending.hpp>
#include <blockopt/select/bandit_max.hpp>
#include <blockopt/select/block_llm.hpp>
#include <blockopt/select/detail/gradient_bounds.hpp>
#include <blockopt/select/detail/sampling_tree.hpp>
#include <blockopt/select/duality_gap_sampling.hpp>
#include <blockopt/select/exp3_sampling.hpp>
#include <blockopt/select/gauss_southwell_lipschitz.hpp>
#include <blockopt/select/hift.hpp>
#include <blockopt/select/misa.hpp>
#include <blockopt/select/safe_adaptive_sampling.hpp>
#include <blockopt/select/steepest_approximate.hpp>
#include <blockopt/select/uniform_random.hpp>
#include <blockopt/update/block/gradient_step.hpp>

#include "select/lab.hpp"
#include "support/message_of.hpp"

namespace bo = blockopt;
using namespace blockopt_tests;

namespace {

template <class Policy>
std::string refusal(Policy policy, std::size_t blocks = 4) {
  return message_of<bo::invalid_option>([&] { policy.start(blocks); });
}

/// Visits of a policy that is told the mean squared gradient a_b of what it visits.
template <class Policy>
std::vector<double> visits_told(Policy policy, const std::vector<double>& a, std::size_t count, std::size_t skip = 0,
                                Policy* after = nullptr) {
  const std::size_t n = a.size(), together = bo::blocks_per_visit(policy);
  policy.start(n);
  bo::random_stream rng{5};
  std::vector<std::uint64_t> visits(n);
  std::vector<double> counted(n);
  for (std::uint64_t v = 0; v < count + skip; ++v) {
    std::vector<std::size_t> chosen;
    while (chosen.size() < together) {
      const std::size_t b = policy.next(rng, {n, v, visits, chosen});
      REQUIRE(b < n);
      REQUIRE(std::find(chosen.begin(), chosen.end(), b) == chosen.end());
      chosen.push_back(b);
    }
    for (const std::size_t b : chosen) {
      if constexpr (requires { policy.observe(b, bo::visit_feedback{}); })
        policy.observe(b, {.steps = 1, .mean_squared_gradient = a[b]});
      ++visits[b];
      if (v >= skip) counted[b] += 1;
    }
  }
  if (after != nullptr) *after = policy;
  return counted;
}

}  // namespace

TEST_CASE("the bandit with fresh estimates and no exploration is the greedy rule") {
  for (const std::size_t size : {std::size_t{1}, std::size_t{3}}) {
    dense_quadratic p = random_dense_quadratic(12, 8), q = p;
    const auto blocks = bo::coordinate_blocks::contiguous(12, size);
    bo::descent greedy(p, blocks, bo::gauss_southwell_lipschitz{}, bo::gradient_step{});
    bo::descent bandit(q, blocks, bo::bandit_max{.every = 1, .epsilon = 0}, bo::gradient_step{});
    int different = 0;
    for (int k = 0; k < 200; ++k) {
      greedy.advance(1);
      bandit.advance(1);
      different += greedy.last_chosen()[0] != bandit.last_chosen()[0];
    }
    CHECK(different == 0);
    CHECK(greedy.counts().derivatives == bandit.counts().derivatives);
  }
}

TEST_CASE("the bandit follows its stale estimates and pays for few gradients") {
  constexpr std::size_t n = 12, steps = 240;
  dense_quadratic p = random_dense_quadratic(n, 9), uniform = p;
  bo::descent run(p, bo::each_coordinate{n}, bo::bandit_max{.epsilon = 0}, bo::gradient_step{});
  std::vector<double> stale(n);
  int wrong = 0;
  for (std::size_t k = 0; k < steps; ++k) {
    if (k % n == 0) {
      for (std::size_t i = 0; i < n; ++i) stale[i] = p.derivative(i) * p.derivative(i) / (2 * p.lipschitz(i));
    }
    const auto best = static_cast<std::size_t>(std::max_element(stale.begin(), stale.end()) - stale.begin());
    run.advance(1);
    wrong += run.last_chosen()[0] != best;
    stale[best] = p.derivative(best) * p.derivative(best) / (2 * p.lipschitz(best));
  }
  CHECK(wrong == 0);
  // a step, its own new score, and a full gradient every n visits
  CHECK(run.counts().derivatives == steps + steps + steps / n * n);

  // all exploration is uniform
  bo::descent explores(uniform, bo::each_coordinate{n}, bo::bandit_max{.epsilon = 1}, bo::gradient_step{});
  explores.advance(24'000);
  const std::vector<double> seen(explores.visits().begin(), explores.visits().end());
  CHECK(chi_square(seen, std::vector<double>(n, 1.0 / n)) < chi_square_limit(n));
  CHECK(refusal(bo::bandit_max{.epsilon = 1.5}).find("epsilon = 1.5") != std::string::npos);
  CHECK(refusal(bo::bandit_max{.epsilon = NAN}).find("epsilon") != std::string::npos);
}

TEST_CASE("a sampling tree draws by weights that change") {
  for (std::size_t n = 1; n <= 33; ++n) {
    bo::random_stream rng{n};
    std::vector<double> weights(n);
    for (std::size_t i = 0; i < n; ++i) weights[i] = i % 3 == 1 ? 0 : rng.uniform();
    bo::detail::sampling_tree tree;
    tree.assign(std::vector<double>(n, 1.0));
    for (std::size_t i = 0; i < n; ++i) tree.change(i, weights[i]);
    const double sum = std::accumulate(weights.begin(), weights.end(), 0.0);
    CHECK(tree.sum() == doctest::Approx(sum).epsilon(1e-14));
    std::vector<double> seen, chances, counts(n);
    for (int k = 0; k < 3000; ++k) counts[tree.draw(rng)] += 1;
    for (std::size_t i = 0; i < n; ++i) {
      if (weights[i] > 0) {
        seen.push_back(counts[i]);
        chances.push_back(weights[i] / sum);
      } else {
        CHECK(counts[i] == 0);
      }
    }
    CHECK(chi_square(seen, chances) < chi_square_limit(seen.size()) + 10);
  }
}

TEST_CASE("bandit sampling learns to draw by the length of gradients and keeps its floor") {
  const std::vector<double> norms{1, 4, 2, 1, 8};
  std::vector<double> squares;
  for (const double g : norms) squares.push_back(g * g);
  bo::exp3_sampling policy{.step = 0.02};
  const auto seen = visits_told(policy, squares, 40'000, 5000, &policy);
  for (std::size_t b = 0; b < 5; ++b) {
    INFO("block " << b);
    CHECK(seen[b] / 40'000 == doctest::Approx(norms[b] / 16).epsilon(0.15));
  }
  // nothing to learn from, and one block
  const auto flat = visits_told(bo::exp3_sampling{}, std::vector<double>(6, 3.0), 12'000);
  for (const double s : flat) CHECK(s / 12'000 == doctest::Approx(1.0 / 6).epsilon(0.2));
  CHECK(visits_told(bo::exp3_sampling{}, {2.0}, 50)[0] == 50);
  // blocks without gradient fall to the floor and not below
  bo::exp3_sampling floors{.step = 0.01, .floor = 0.2};
  const auto hard = visits_told(floors, {0, 0, 1, 0}, 40'000, 20'000, &floors);
  for (const std::size_t b : {0u, 1u, 3u}) {
    CHECK(hard[b] / 40'000 > 0.045);
    CHECK(hard[b] / 40'000 < 0.1);
  }
  CHECK(hard[2] / 40'000 > 0.75);
  double sum = 0;
  for (std::size_t b = 0; b < 4; ++b) {
    sum += floors.chance(b);
    CHECK(floors.chance(b) >= 0.05 * (1 - 1e-12));
  }
  CHECK(sum == doctest::Approx(1).epsilon(1e-12));
  CHECK(refusal(bo::exp3_sampling{.step = 0}).find("step = 0") != std::string::npos);
  CHECK(refusal(bo::exp3_sampling{.floor = 1}).find("floor = 1") != std::string::npos);
}

TEST_CASE("bandit sampling follows gradients that move") {
  bo::exp3_sampling policy;
  policy.start(4);
  bo::random_stream rng{3};
  for (int phase = 0; phase < 3; ++phase) {
    const auto top = static_cast<std::size_t>(phase);
    const double scale = std::pow(1e-6, phase);  // gradients shrink on the way
    for (int k = 0; k < 5000; ++k) {
      const std::size_t b = policy.next(rng, {});
      policy.observe(b, {.steps = 1, .mean_squared_gradient = scale * (b == top ? 100.0 : 1.0)});
    }
    for (std::size_t b = 0; b < 4; ++b) CHECK((b == top || policy.chance(b) < policy.chance(top) / 2));
  }
}

TEST_CASE("duality gap sampling draws by the parts of the gap of the last refresh") {
  lasso_model lasso = random_lasso(40, 12, 0.2, 3);
  bo::descent warm(lasso, bo::each_coordinate{12}, bo::ascending{}, bo::gradient_step{});
  warm.advance(5);
  std::vector<double> chances(12);
  double sum = 0;
  for (std::size_t j = 0; j < 12; ++j) sum += chances[j] = lasso.gap_part(j);
  REQUIRE(sum > 0);
  REQUIRE(std::isfinite(sum));
  for (double& c : chances) c = 0.9 * c / sum + 0.1 / 12;
  constexpr std::uint64_t draws = 30'000;
  bo::duality_gap_sampling policy{.every = draws};  // what is drawn stays the same, whatever the steps do
  bo::descent run(lasso, bo::each_coordinate{12}, policy, bo::gradient_step{});
  run.advance(draws);
  const std::vector<double> seen(run.visits().begin(), run.visits().end());
  CHECK(chi_square(seen, chances) < chi_square_limit(12));
  CHECK(run.counts().derivatives == draws + 12);  // the refresh is charged like a gradient
  dense_quadratic q = random_dense_quadratic(4, 1);
  bo::descent none(q, bo::each_coordinate{4}, bo::duality_gap_sampling{}, bo::gradient_step{});
  CHECK(message_of<bo::invalid_option>([&] { none.advance(1); }).find("duality gap") != std::string::npos);
  CHECK(refusal(bo::duality_gap_sampling{.uniform = -1}).find("uniform = -1") != std::string::npos);
}

TEST_CASE("the parts of a gap are not negative and their sum bounds the suboptimality") {
  for (const double l2 : {0.0, 0.5}) {
    lasso_model lasso = random_lasso(40, 15, 0.1, 4, l2);
    lasso_model solved = lasso;
    bo::descent solver(solved, bo::each_coordinate{15}, bo::ascending{}, bo::gradient_step{});
    solver.advance(15 * 3000);
    bo::descent run(lasso, bo::each_coordinate{15}, bo::uniform_random{}, bo::gradient_step{});
    double last = std::numeric_limits<double>::infinity();
    for (int k = 0; k < 40; ++k) {
      double sum = 0;
      for (std::size_t j = 0; j < 15; ++j) {
        CHECK(lasso.gap_part(j) >= -1e-10);
        sum += lasso.gap_part(j);
      }
      CHECK(sum >= lasso.value() - solved.value() - 1e-10);
      last = sum;
      run.advance(15);
    }
    CHECK(last < 1e-3 * solved.value());
  }
}

TEST_CASE("bounds on gradients hold all the time") {
  const auto check = [](auto problem, const auto& blocks, auto sample) {
    using problem_type = decltype(problem);
    problem_type shadow = problem;
    bo::detail::problem_oracle truth(shadow, blocks);
    bo::descent run(shadow, blocks, sample, bo::gradient_step{});
    int broken = 0;
    double widest = 0;
    for (int k = 0; k < 300; ++k) {
      run.advance(1);
      const auto& bounds = run.selection().bounds;
      for (std::size_t b = 0; b < blocks.size(); ++b) {
        const double norm = truth.score(bo::block_measure::gradient_norm, b), slack = 1e-9;
        broken += norm > bounds.upper(b) + slack || norm < bounds.lower(b) - slack;
        widest = std::max(widest, bounds.upper(b) - bounds.lower(b));
      }
      CHECK(bounds.upper(run.last_chosen()[0]) == bounds.lower(run.last_chosen()[0]));
    }
    CHECK(broken == 0);
    CHECK(widest > 0);
  };
  check(random_dense_quadratic(10, 3), bo::each_coordinate{10}, bo::safe_adaptive_sampling{});
  check(random_dense_quadratic(10, 3), bo::coordinate_blocks::contiguous(10, 3), bo::safe_adaptive_sampling{});
  check(random_sparse_quadratic(30, 3, 2), bo::each_coordinate{30}, bo::safe_adaptive_sampling{});
  check(random_sparse_quadratic(30, 3, 2), bo::coordinate_blocks::contiguous(30, 4), bo::steepest_approximate{});
  check(random_lasso(30, 12, 0.2, 5), bo::each_coordinate{12}, bo::safe_adaptive_sampling{});
  check(random_lasso(30, 12, 0.2, 5), bo::each_coordinate{12}, bo::steepest_approximate{.refresh = 40});
}

namespace {

/// A step that does not tell its length.
struct silent_step {
  bo::gradient_step inner{};
  template <class P, class Block>
  bo::block_step step(P& p, const Block& block, std::size_t b) {
    return {.squared_gradient = inner.step(p, block, b).squared_gradient};
  }
};

/// Gradient norms and constants.
struct bounded_oracle final : bo::selection_oracle {
  std::vector<double> norms, constants;
  std::size_t coordinates() const override { return norms.size(); }
  std::span<const std::size_t> members(std::size_t) const override { return {}; }
  double lipschitz(std::size_t b) const override { return constants[b]; }
  double coordinate_lipschitz(std::size_t b) const override { return constants[b]; }
  double row_sum(std::size_t) const override { return 1; }
  std::span<const std::size_t> neighbours(std::size_t) const override { return {}; }
  std::span<const double> gradient() override { return norms; }
  std::span<const double> scores(bo::block_measure) override { return norms; }
  double score(bo::block_measure, std::size_t b) override { return norms[b]; }
};

/// The largest sum L c^2 / p / sum c^2 over the corners of the box of bounds.
double worst(const std::vector<double>& p, const bo::detail::gradient_bounds& bounds, const std::vector<double>& l) {
  double most = 0;
  for (std::size_t corner = 0; corner < (std::size_t{1} << p.size()); ++corner) {
    double above = 0, below = 0;
    for (std::size_t b = 0; b < p.size(); ++b) {
      const double c = (corner >> b & 1) != 0 ? bounds.upper(b) : bounds.lower(b);
      if (c == 0) continue;
      above += l[b] * c * c / p[b];
      below += c * c;
    }
    if (below > 0) most = std::max(most, above / below);
  }
  return most;
}

std::vector<double> chances_of(const bo::safe_adaptive_sampling& policy) {
  std::vector<double> p(policy.cumulative);
  std::adjacent_difference(p.begin(), p.end(), p.begin());
  for (double& x : p) x /= policy.cumulative.back();
  return p;
}

}  // namespace

TEST_CASE("safe adaptive sampling is the best for its bounds") {
  for (std::uint64_t seed = 1; seed <= 30; ++seed) {
    bo::random_stream rng{seed};
    bounded_oracle oracle;
    const std::size_t n = 2 + seed % 5;
    for (std::size_t b = 0; b < n; ++b) {
      oracle.norms.push_back(rng.uniform());
      oracle.constants.push_back(0.2 + 3 * rng.uniform());
    }
    bo::safe_adaptive_sampling policy;
    policy.start(n, oracle);
    const bo::selection_statistics s{.blocks = n, .visits = {}, .oracle = &oracle};
    CHECK(policy.next(rng, s) < n);
    auto p = chances_of(policy);
    double sum = 0;  // exact gradients: p ~ sqrt(L) ||g||
    for (std::size_t b = 0; b < n; ++b) sum += std::sqrt(oracle.constants[b]) * oracle.norms[b];
    for (std::size_t b = 0; b < n; ++b)
      CHECK(p[b] == doctest::Approx(std::sqrt(oracle.constants[b]) * oracle.norms[b] / sum).epsilon(1e-9));
    for (const double length : {0.05, 0.3, 10.0}) {
      policy.observe(0, {.steps = 1, .squared_step = length * length});
      policy.moved(0, oracle);
      CHECK(policy.next(rng, s) < n);
      p = chances_of(policy);
      const double best = worst(p, policy.bounds, oracle.constants);
      for (int k = 0; k < 200; ++k) {  // no other distribution does better
        std::vector<double> other(n);
        double total = 0;
        for (std::size_t b = 0; b < n; ++b) {
          other[b] = k < 100 ? rng.uniform() + 1e-3 : p[b] * (1 + 0.02 * (rng.uniform() - 0.5)) + 1e-9;
          total += other[b];
        }
        for (double& x : other) x /= total;
        CHECK(worst(other, policy.bounds, oracle.constants) >= best * (1 - 1e-9));
      }
    }
    // nothing is known of the others: by their constants
    policy.observe(0, {.steps = 1, .squared_step = 1e12});
    policy.moved(0, oracle);
    CHECK(policy.next(rng, s) < n);
    p = chances_of(policy);
    for (std::size_t b = 2; b < n; ++b)
      CHECK(p[b] / p[1] == doctest::Approx(oracle.constants[b] / oracle.constants[1]).epsilon(1e-4));
  }
}

TEST_CASE("a step of unknown length makes the bounds anew") {
  dense_quadratic q = random_dense_quadratic(6, 2);
  bo::descent run(q, bo::each_coordinate{6}, bo::steepest_approximate{}, silent_step{});
  for (int k = 0; k < 20; ++k) {  // exact bounds each time: the steepest
    std::size_t best = 0;
    for (std::size_t i = 1; i < 6; ++i) best = std::fabs(q.derivative(i)) > std::fabs(q.derivative(best)) ? i : best;
    run.advance(1);
    CHECK(run.last_chosen()[0] == best);
  }
  CHECK(message_of<bo::invalid_option>([&] {
          bo::descent(q, bo::each_coordinate{6}, bo::safe_adaptive_sampling{.every = 0}, bo::gradient_step{});
        }).find("every is 0") != std::string::npos);
}

TEST_CASE("approximately steepest selection is better than uniform on the average") {
  double steepest = 0, uniform = 0;
  for (std::uint64_t seed = 1; seed <= 8; ++seed) {
    sparse_quadratic p = random_sparse_quadratic(40, 2, seed, 0.5), q = p;
    bo::descent a(p, bo::each_coordinate{40}, bo::steepest_approximate{.seed = seed}, bo::gradient_step{});
    bo::descent b(q, bo::each_coordinate{40}, bo::uniform_random{.seed = seed}, bo::gradient_step{});
    a.advance(80);
    b.advance(80);
    steepest += std::log(p.suboptimality());
    uniform += std::log(q.suboptimality());
  }
  CHECK(steepest < uniform);
}

TEST_CASE("HiFT goes bottom up or top down or in one random order") {
  const std::vector<double> nothing(5);
  const auto order = [&](bo::hift_order o, std::uint64_t seed) {
    bo::hift policy{.order = o};
    policy.start(5);
    bo::random_stream rng{seed};
    std::vector<std::size_t> all;
    for (std::uint64_t v = 0; v < 15; ++v) all.push_back(policy.next(rng, {.blocks = 5, .visit = v, .visits = {}}));
    return all;
  };
  const auto up = order(bo::hift_order::bottom_up, 1), down = order(bo::hift_order::top_down, 1);
  const auto random = order(bo::hift_order::random, 1);
  for (std::size_t v = 0; v < 15; ++v) {
    CHECK(up[v] == v % 5);
    CHECK(down[v] == 4 - v % 5);
    CHECK(random[v] == random[v % 5]);
  }
  std::vector<std::size_t> sorted(random.begin(), random.begin() + 5);
  std::sort(sorted.begin(), sorted.end());
  CHECK(sorted == std::vector<std::size_t>{0, 1, 2, 3, 4});
  CHECK(order(bo::hift_order::random, 2) != random);
}

TEST_CASE("MISA draws modules by the exponential of their gradients") {
  const std::vector<double> a{0.5, 2, 1, 0};
  // the estimates go to a: p ~ exp(eta a)
  const auto seen = visits_told(bo::misa{.eta = 1.5}, a, 40'000, 2000);
  std::vector<double> chances;
  double sum = 0;
  for (const double x : a) sum += std::exp(1.5 * x);
  for (const double x : a) chances.push_back(std::exp(1.5 * x) / sum);
  CHECK(chi_square(seen, chances) < chi_square_limit(4));
  // two of four: the first as above, the second among the rest
  std::vector<double> second(4);
  for (std::size_t i = 0; i < 4; ++i) {
    for (std::size_t j = 0; j < 4; ++j) second[j] += i == j ? chances[j] : chances[i] * chances[j] / (1 - chances[i]);
  }
  const auto two = visits_told(bo::misa{.size = 2, .eta = 1.5}, a, 20'000, 2000);
  for (std::size_t b = 0; b < 4; ++b) CHECK(two[b] / 20'000 == doctest::Approx(second[b]).epsilon(0.05));

  bo::misa policy{.eta = 1, .smoothing = 0.75, .weights = {2, 1}};
  policy.start(2);
  policy.observe(0, {.steps = 1, .mean_squared_gradient = 4});
  CHECK(policy.estimates[0] == 2);
  policy.observe(0, {.steps = 1, .mean_squared_gradient = 0});
  CHECK(policy.estimates[0] == 1.5);
  policy.observe(0, {.steps = 0});
  CHECK(policy.estimates == std::vector<double>{1.5, 0});
  CHECK(refusal(bo::misa{.smoothing = 1}).find("smoothing = 1") != std::string::npos);
  CHECK(refusal(bo::misa{.weights = {1, 2}}).find("2 weights for 4") != std::string::npos);
  CHECK(refusal(bo::misa{.eta = INFINITY}).find("eta") != std::string::npos);
}

TEST_CASE("BlockLLM takes large gradients and lets the visited ones wait") {
  bo::block_llm policy{.size = 2, .refresh = 0};
  policy.start(4);
  policy.norms = {3, 1, 2.9, 0.5};
  bo::random_stream rng{1};
  const auto pair = [&](std::vector<std::uint64_t> visits, std::uint64_t visit) {
    std::vector<std::size_t> chosen;
    for (int k = 0; k < 2; ++k) chosen.push_back(policy.next(rng, {4, visit, visits, chosen}));
    return chosen;
  };
  CHECK(pair({0, 0, 0, 0}, 0) == std::vector<std::size_t>{0, 2});
  CHECK(pair({8, 0, 2, 0}, 10) == std::vector<std::size_t>{2, 0});  // 3 exp(-.8), 2.9 exp(-.2)
  CHECK(pair({10, 0, 10, 0}, 10) == std::vector<std::size_t>{0, 2});
  policy.norms = {1, 0.5, 1, 0.9};
  CHECK(pair({10, 0, 10, 0}, 10) == std::vector<std::size_t>{3, 1});  // exp(-1) below 1/2
  policy.observe(3, {.steps = 2, .mean_squared_gradient = 16});
  CHECK(policy.norms[3] == 4);
  // a block that got small norms is measured again by the refresh
  const auto seen = visits_told(bo::block_llm{.size = 2}, {100, 100, 1e-6, 1e-6, 1e-6}, 4000);
  for (std::size_t b = 2; b < 5; ++b) CHECK(seen[b] > 200);
  CHECK(seen[0] > 3000);
}

TEST_CASE("AdaGradSelect explores first and then draws what it drew among large gradients") {
  // no exploration: a Polya urn among the upper half
  const auto seen = visits_told(bo::adagrad_select{.epsilon = 0}, {9, 1, 8, 1}, 2000);
  CHECK(seen[0] + seen[2] > 1990);
  // frozen counts: P ~ visits + prior
  bo::adagrad_select policy{.epsilon = 0, .prior = 2, .share = 1};
  policy.start(3);
  const std::vector<std::uint64_t> visits{0, 3, 8};
  bo::random_stream rng{4};
  std::vector<double> counts(3);
  for (int k = 0; k < 17'000; ++k) counts[policy.next(rng, {3, 11, visits})] += 1;
  CHECK(chi_square(counts, {2 / 17.0, 5 / 17.0, 10 / 17.0}) < chi_square_limit(3));
  // exploration is uniform and dies out
  const auto uniform = visits_told(bo::adagrad_select{.epsilon = 1, .decay = 1}, {9, 1, 8, 1}, 8000);
  CHECK(chi_square(uniform, std::vector<double>(4, 0.25)) < chi_square_limit(4));
  const auto fading = visits_told(bo::adagrad_select{}, {9, 1, 8, 1}, 3000, 1000);
  CHECK(fading[1] + fading[3] < 5);
  CHECK(refusal(bo::adagrad_select{.epsilon = 2}).find("epsilon = 2") != std::string::npos);
  CHECK(refusal(bo::adagrad_select{.share = 0}).find("share = 0") != std::string::npos);
}
