// SPDX-License-Identifier: MIT
// Part of blockopt: tests of the Gauss-Southwell rules and of the heap.
#include <algorithm>
#include <cmath>
#include <cstddef>
#include <cstdint>
#include <limits>
#include <span>
#include <string>
#include <vector>

#include <Eigen/Cholesky>
#include <Eigen/Core>
#include <doctest/doctest.h>

#include <blockopt/block/coordinate_blocks.hpp>
#include <blockopt/error.hpp>
#include <blockopt/run/descent.hpp>
#include <blockopt/select/detail/score_heap.hpp>
#include <blockopt/select/gauss_southwell.hpp>
#include <blockopt/select/gauss_southwell_diagonal.hpp>
#include <blockopt/select/gauss_southwell_lipschitz.hpp>
#include <blockopt/select/gauss_southwell_quadratic.hpp>
#include <blockopt/select/gauss_southwell_step.hpp>
#include <blockopt/select/greedy_heap.hpp>
#include <blockopt/select/lipschitz_sampling.hpp>
#include <blockopt/select/top_coordinates.hpp>
#include <blockopt/select/uniform_subset.hpp>
#include <blockopt/update/block/gradient_step.hpp>

#include "select/lab.hpp"
#include "support/message_of.hpp"

namespace bo = blockopt;
using namespace blockopt_tests;

namespace {

/// What a rule has to maximize, written anew from its definition: of block b, at the present point.
using measure_function = double (*)(const dense_quadratic&, std::span<const std::size_t>);

std::vector<double> gradient_of(const dense_quadratic& q, std::span<const std::size_t> block) {
  std::vector<double> g;
  for (const std::size_t i : block) g.push_back(q.derivative(i));
  return g;
}
double two_norm(const dense_quadratic& q, std::span<const std::size_t> block) {
  double sum = 0;
  for (const double g : gradient_of(q, block)) sum += g * g;
  return std::sqrt(sum);
}
double one_norm(const dense_quadratic& q, std::span<const std::size_t> block) {
  double sum = 0;
  for (const double g : gradient_of(q, block)) sum += std::fabs(g);
  return sum;
}
double decrease(const dense_quadratic& q, std::span<const std::size_t> block) {
  return two_norm(q, block) * two_norm(q, block) / q.block_lipschitz(block);
}
double scaled_sum(const dense_quadratic& q, std::span<const std::size_t> block) {
  return one_norm(q, block) / std::sqrt(q.block_lipschitz(block));
}
double diagonal(const dense_quadratic& q, std::span<const std::size_t> block) {
  double sum = 0;
  for (const std::size_t i : block) sum += q.derivative(i) * q.derivative(i) / q.lipschitz(i);
  return sum;
}
double longest(const dense_quadratic& q, std::span<const std::size_t> block) {
  double sum = 0;
  for (const std::size_t i : block) sum += std::pow(q.derivative(i) / q.lipschitz(i), 2);
  return sum;
}
double matrix(const dense_quadratic& q, std::span<const std::size_t> block) {
  const auto size = static_cast<Eigen::Index>(block.size());
  Eigen::MatrixXd h(size, size);
  q.curvature(block, {h.data(), block.size() * block.size()});
  const auto g = gradient_of(q, block);
  const Eigen::Map<const Eigen::VectorXd> v(g.data(), size);
  return v.dot(h.llt().solve(v));
}

/// Steps at which the policy took a block whose measure is not the largest, beyond rounding.
template <class Policy>
int wrong_choices(const Policy& policy, measure_function measure, std::size_t size, int& differs_from_norm) {
  dense_quadratic q = random_dense_quadratic(12, 5);
  const auto blocks = bo::coordinate_blocks::contiguous(12, size);
  bo::descent run(q, blocks, policy, bo::gradient_step{});
  int wrong = 0;
  for (int k = 0; k < 60; ++k) {
    std::vector<double> scores, norms;
    for (std::size_t b = 0; b < blocks.size(); ++b) {
      scores.push_back(measure(q, blocks[b]));
      norms.push_back(two_norm(q, blocks[b]));
    }
    run.advance(1);
    const std::size_t chosen = run.last_chosen()[0];
    wrong += scores[chosen] < *std::max_element(scores.begin(), scores.end()) * (1 - 1e-12);
    differs_from_norm += norms[chosen] < *std::max_element(norms.begin(), norms.end()) * (1 - 1e-12);
  }
  return wrong;
}

template <class Policy>
void check_rule(const Policy& policy, measure_function measure, bool is_norm = false) {
  for (const std::size_t size : {std::size_t{1}, std::size_t{3}, std::size_t{5}, std::size_t{12}}) {
    INFO("blocks of " << size);
    int differs = 0;
    CHECK(wrong_choices(policy, measure, size, differs) == 0);
    if (!is_norm && size <= 3) CHECK(differs > 0);  // another rule than Gauss-Southwell
  }
}

/// A fixed answer to everything.
struct fixed_oracle final : bo::selection_oracle {
  std::vector<double> answer;
  std::vector<std::size_t> all;
  explicit fixed_oracle(std::vector<double> a) : answer(std::move(a)), all(answer.size()) {
    for (std::size_t i = 0; i < all.size(); ++i) all[i] = i;
  }
  std::size_t coordinates() const override { return answer.size(); }
  std::span<const std::size_t> members(std::size_t b) const override { return {&all[b], 1}; }
  double lipschitz(std::size_t) const override { return 1; }
  double coordinate_lipschitz(std::size_t) const override { return 1; }
  double row_sum(std::size_t) const override { return 1; }
  std::span<const std::size_t> neighbours(std::size_t) const override { return all; }
  std::span<const double> gradient() override { return answer; }
  std::span<const double> scores(bo::block_measure) override { return answer; }
  double score(bo::block_measure, std::size_t b) override { return answer[b]; }
};

template <class Policy>
std::size_t choice(Policy policy, std::vector<double> scores) {
  fixed_oracle oracle(std::move(scores));
  bo::random_stream rng{1};
  if constexpr (requires { policy.start(oracle.answer.size(), oracle); }) policy.start(oracle.answer.size(), oracle);
  return policy.next(rng, {.blocks = oracle.answer.size(), .visits = {}, .oracle = &oracle});
}

}  // namespace

TEST_CASE("each Gauss-Southwell rule takes the block with the largest of its measure") {
  check_rule(bo::gauss_southwell{}, two_norm, true);
  check_rule(bo::gauss_southwell{.norm = bo::block_norm::one}, one_norm, true);
  check_rule(bo::gauss_southwell_lipschitz{}, decrease);
  check_rule(bo::gauss_southwell_lipschitz{.norm = bo::block_norm::one}, scaled_sum);
  check_rule(bo::gauss_southwell_step{}, longest);
  check_rule(bo::gauss_southwell_diagonal{}, diagonal);
  check_rule(bo::gauss_southwell_quadratic{}, matrix);
}

TEST_CASE("the norms of a block differ where the paper and the published code do") {
  // block 0 has the larger sum and block 1 the larger 2-norm: gradients (3, 3) and (-4.5, 0)
  dense_quadratic q(bo::dense_columns(Eigen::MatrixXd::Identity(4, 4)), {-3, -3, 4.5, 0});
  const auto blocks = bo::coordinate_blocks::contiguous(4, 2);
  bo::descent two(q, blocks, bo::gauss_southwell{}, bo::gradient_step{});
  two.advance(1);
  CHECK(two.last_chosen()[0] == 1);  // a large negative gradient wins
  q.set(std::vector<double>(4));
  bo::descent one(q, blocks, bo::gauss_southwell{.norm = bo::block_norm::one}, bo::gradient_step{});
  one.advance(1);
  CHECK(one.last_chosen()[0] == 0);
}

TEST_CASE("greedy rules take the first of equals and are not misled by what is no number") {
  constexpr double nan = std::numeric_limits<double>::quiet_NaN(), inf = std::numeric_limits<double>::infinity();
  const auto check = [&](const auto& policy) {
    CHECK(choice(policy, {1, 3, 2, 3}) == 1);
    CHECK(choice(policy, {0, 0, 0}) == 0);
    CHECK(choice(policy, {5}) == 0);
    CHECK(choice(policy, {nan, 1, nan, 2}) == 3);
    CHECK(choice(policy, {1, nan}) == 0);
    CHECK(choice(policy, {nan, nan}) < 2);
    CHECK(choice(policy, {nan, inf, inf}) == 1);
  };
  check(bo::gauss_southwell{});
  check(bo::gauss_southwell_lipschitz{});
  check(bo::gauss_southwell_step{});
  check(bo::gauss_southwell_diagonal{});
  check(bo::gauss_southwell_quadratic{});
  check(bo::greedy_heap{});
}

TEST_CASE("the composite rules measure steps and decreases with the penalty") {
  lasso_model lasso = random_lasso(30, 20, 0.3, 7);
  bo::descent warm(lasso, bo::each_coordinate{20}, bo::gauss_southwell{}, bo::gradient_step{});
  warm.advance(7);
  const std::vector<double> start(lasso.point().begin(), lasso.point().end());
  const auto best_of = [&](auto measure) {
    std::size_t best = 0;
    for (std::size_t j = 1; j < 20; ++j) best = measure(j) > measure(best) ? j : best;
    return best;
  };
  const auto step = [&](std::size_t j) { return std::fabs(lasso.exact(j)); };
  const auto gain = [&](std::size_t j) {
    lasso_model copy = lasso;
    copy.move(j, lasso.exact(j));
    return lasso.value() - copy.value();
  };
  const auto least = [&](std::size_t j) { return std::fabs(lasso.subgradient(j, lasso.derivative(j))); };
  const std::size_t r = best_of(step), q = best_of(gain), s = best_of(least);
  const auto chosen = [&](const auto& policy) {
    lasso.set(start);
    bo::descent run(lasso, bo::each_coordinate{20}, policy, bo::gradient_step{});
    run.advance(1);
    return run.last_chosen()[0];
  };
  CHECK(chosen(bo::gauss_southwell_step{}) == r);
  CHECK(chosen(bo::gauss_southwell_lipschitz{}) == q);
  CHECK(chosen(bo::gauss_southwell{}) == s);
}

TEST_CASE("the matrix rule needs a problem that knows bounds of blocks and keeps their factors apart") {
  struct plain {  // a problem without more than it must have
    std::vector<double> x{1, 2};
    std::size_t size() const { return 2; }
    double at(std::size_t i) const { return x[i]; }
    double derivative(std::size_t i) const { return x[i]; }
    double value() const { return 0.5 * (x[0] * x[0] + x[1] * x[1]); }
    double lipschitz(std::size_t) const { return 1; }
    double flops(std::size_t) const { return 1; }
    double gradient_flops() const { return 2; }
    void gradient(std::span<double> g) const { std::copy(x.begin(), x.end(), g.begin()); }
    void move(std::size_t i, double d) { x[i] += d; }
    void set(std::span<const double> p) { x.assign(p.begin(), p.end()); }
  } problem;
  bo::descent run(problem, bo::each_coordinate{2}, bo::gauss_southwell_quadratic{}, bo::gradient_step{});
  CHECK(message_of<bo::invalid_option>([&] { run.advance(1); }).find("bound on the Hessian") != std::string::npos);

  // other blocks with the same first coordinate, and a singular one
  const dense_quadratic q = random_dense_quadratic(6, 3);
  const std::vector<double> g{1, -2, 0.5};
  for (int round = 0; round < 2; ++round) {
    for (const std::vector<std::size_t>& block :
         {std::vector<std::size_t>{0, 1, 2}, std::vector<std::size_t>{0, 3, 5}, std::vector<std::size_t>{0, 2, 1}}) {
      Eigen::MatrixXd h(3, 3);
      q.curvature(block, {h.data(), 9});
      const Eigen::Map<const Eigen::VectorXd> v(g.data(), 3);
      CHECK(q.quadratic_decrease(block, g) == doctest::Approx(0.5 * v.dot(h.llt().solve(v))).epsilon(1e-12));
    }
  }
  Eigen::MatrixXd a(3, 2);
  a << 1, 1, 2, 2, 2, 2;  // A'A = 9 in every element
  const bo::linear_model<bo::dense_columns, bo::squared_loss> least(bo::dense_columns(a), bo::squared_loss{{1, 1, 1}});
  const std::vector<std::size_t> both{0, 1};
  CHECK(least.quadratic_decrease(both, std::vector<double>{3, 3}) == doctest::Approx(0.5));
}

TEST_CASE("a heap has the first of the largest on top after any changes") {
  for (const std::size_t n : {1, 2, 3, 4, 5, 7, 8, 9, 15, 16, 17, 31, 32, 33, 40, 300}) {
    bo::random_stream rng{n};
    std::vector<double> scores(n);
    for (double& s : scores) s = static_cast<double>(rng.below(5));
    bo::detail::score_heap heap;
    heap.assign(scores);
    int wrong = 0;
    for (int k = 0; k < 600; ++k) {
      const auto first = static_cast<std::size_t>(std::max_element(scores.begin(), scores.end()) - scores.begin());
      wrong += heap.top() != first;
      const auto item = static_cast<std::size_t>(rng.below(n));
      scores[item] = static_cast<double>(rng.below(6)) - (k > 300 ? 6 : 0);  // in the end negative numbers only
      heap.change(item, scores[item]);
      wrong += heap.score(item) != scores[item];
    }
    CHECK(wrong == 0);
  }
}

TEST_CASE("a heap orders infinities and zeros of both signs and has NaN below all") {
  constexpr double inf = std::numeric_limits<double>::infinity(), nan = std::numeric_limits<double>::quiet_NaN();
  bo::detail::score_heap heap;
  heap.assign(std::vector<double>{nan, -inf, -0.0, 0.0, 5e-324});
  CHECK(heap.top() == 4);
  heap.change(4, -5e-324);
  CHECK(heap.top() == 2);  // -0 is not below 0
  heap.change(2, -1e308);
  CHECK(heap.top() == 3);
  heap.change(3, nan);
  CHECK(heap.top() == 4);
  CHECK(heap.score(4) == -5e-324);
  heap.change(4, -inf);
  CHECK(heap.top() == 2);
  CHECK(heap.score(2) == -1e308);
  heap.change(2, nan);
  CHECK(heap.top() == 0);  // nothing is above -inf
  heap.change(1, inf);
  CHECK(heap.top() == 1);
  heap.assign(std::vector<double>{nan});
  CHECK(heap.top() == 0);
}

TEST_CASE("the heap names step by step what the full search names") {
  const auto compare = [](auto full, bo::block_measure measure, std::size_t n, std::size_t size, std::uint64_t seed) {
    INFO("n " << n << " blocks of " << size << " seed " << seed);
    sparse_quadratic a = random_sparse_quadratic(n, 4, seed), b = a;
    const auto blocks = bo::coordinate_blocks::contiguous(n, size);
    bo::descent searched(a, blocks, full, bo::gradient_step{});
    bo::descent heaped(b, blocks, bo::greedy_heap{.measure = measure}, bo::gradient_step{});
    int different = 0;
    for (int k = 0; k < 400; ++k) {
      searched.advance(1);
      heaped.advance(1);
      different += searched.last_chosen()[0] != heaped.last_chosen()[0];
    }
    CHECK(different == 0);
    CHECK(a.value() == b.value());
    if (n >= 50 && size == 1) CHECK(heaped.counts().derivatives < searched.counts().derivatives / 2);
  };
  for (const std::uint64_t seed : {1u, 2u, 3u}) {
    for (const std::size_t n : {std::size_t{1}, std::size_t{2}, std::size_t{9}, std::size_t{60}}) {
      for (const std::size_t size : {std::size_t{1}, std::size_t{3}}) {
        if (size > n) continue;
        compare(bo::gauss_southwell{}, bo::block_measure::gradient_norm, n, size, seed);
        compare(bo::gauss_southwell_lipschitz{}, bo::block_measure::decrease, n, size, seed);
        compare(bo::gauss_southwell_quadratic{}, bo::block_measure::quadratic_decrease, n, size, seed);
      }
    }
  }
}

TEST_CASE("the heap and the full search agree where scores tie") {
  // a path with the same numbers everywhere: steps leave equal gradients behind
  const std::size_t n = 31;
  Eigen::MatrixXd a = 2 * Eigen::MatrixXd::Identity(31, 31);
  for (Eigen::Index i = 0; i + 1 < 31; ++i) a(i, i + 1) = a(i + 1, i) = -1;
  sparse_quadratic p(bo::sparse_columns(Eigen::SparseMatrix<double>(a.sparseView())), std::vector<double>(n, 1.0));
  sparse_quadratic q = p;
  bo::descent full(p, bo::each_coordinate{n}, bo::gauss_southwell{}, bo::gradient_step{});
  bo::descent heap(q, bo::each_coordinate{n}, bo::greedy_heap{}, bo::gradient_step{});
  int different = 0;
  for (int k = 0; k < 1000; ++k) {
    full.advance(1);
    heap.advance(1);
    different += full.last_chosen()[0] != heap.last_chosen()[0];
  }
  CHECK(different == 0);
}

TEST_CASE("the heap refuses problems whose neighbours nobody knows") {
  dense_quadratic q = random_dense_quadratic(5, 1);
  CHECK(message_of<bo::invalid_option>([&] {
          bo::descent(q, bo::each_coordinate{5}, bo::greedy_heap{}, bo::gradient_step{});
        }).find("neighbours") != std::string::npos);
  sparse_quadratic s = random_sparse_quadratic(5, 2, 1);
  CHECK(message_of<bo::invalid_option>([&] {
          bo::descent(s, bo::each_coordinate{5}, bo::greedy_heap{.measure = bo::block_measure::gap_part},
                      bo::gradient_step{});
        }).find("duality gap") != std::string::npos);
}

TEST_CASE("top coordinates are those with the largest weighted gradients and ties go to lower numbers") {
  for (const std::size_t size : {std::size_t{1}, std::size_t{4}, std::size_t{19}, std::size_t{20}}) {
    sparse_quadratic q = random_sparse_quadratic(20, 3, 4);
    const std::vector<double> given = [] {
      bo::random_stream rng{3};
      std::vector<double> w(20);
      for (double& x : w) x = 0.1 + rng.uniform();
      return w;
    }();
    using weight = bo::coordinate_weight;
    for (const weight w : {weight::one, weight::lipschitz, weight::row_sum, weight::given}) {
      bo::top_coordinates policy{.size = size, .weight = w};
      if (w == weight::given) policy.weights = given;
      bo::descent run(q, bo::each_coordinate{20}, policy, bo::gradient_step{});
      for (int k = 0; k < 20; ++k) {
        std::vector<double> score(20);
        for (std::size_t i = 0; i < 20; ++i) {
          double row = 0;
          for (const double v : q.matrix().values_of(i)) row += std::fabs(v);
          const double by = w == weight::one         ? 1
                            : w == weight::lipschitz ? q.lipschitz(i)
                            : w == weight::row_sum   ? row
                                                     : given[i];
          score[i] = std::fabs(q.derivative(i)) / std::sqrt(by);
        }
        run.advance(1);
        const std::vector<std::size_t> chosen(run.last_chosen().begin(), run.last_chosen().end());
        REQUIRE(chosen.size() == size);
        CHECK(std::is_sorted(chosen.begin(), chosen.end()));
        CHECK(std::adjacent_find(chosen.begin(), chosen.end()) == chosen.end());
        double least = std::numeric_limits<double>::infinity(), most_outside = 0;
        for (std::size_t i = 0; i < 20; ++i) {
          const bool in = std::binary_search(chosen.begin(), chosen.end(), i);
          (in ? least : most_outside) = in ? std::min(least, score[i]) : std::max(most_outside, score[i]);
        }
        CHECK(least >= most_outside * (1 - 1e-14));
      }
    }
  }
  bo::top_coordinates policy{.size = 3};
  fixed_oracle oracle({1, -2, 2, 1, NAN, 1});
  bo::random_stream rng{1};
  policy.start(6, oracle);
  std::vector<std::size_t> chosen;
  policy.choose(rng, {.blocks = 6, .visits = {}, .oracle = &oracle}, chosen);
  CHECK(chosen == std::vector<std::size_t>{0, 1, 2});
  policy.size = 6;
  policy.choose(rng, {.blocks = 6, .visits = {}, .oracle = &oracle}, chosen);
  CHECK(chosen.size() == 6);
  const auto error = [&](bo::top_coordinates p) { return message_of<bo::invalid_option>([&] { p.start(6, oracle); }); };
  CHECK(error({.size = 0}).find("size is 0") != std::string::npos);
  CHECK(error({.size = 7}).find("6 coordinates") != std::string::npos);
  CHECK(error({.size = 1, .weight = bo::coordinate_weight::given, .weights = {1, 2}}).find("2 weights") !=
        std::string::npos);
  CHECK(error({.size = 1, .weight = bo::coordinate_weight::given, .weights = {1, 2, 0, 1, 1, 1}}).find("weights[2]") !=
        std::string::npos);
}

TEST_CASE("Lipschitz sampling takes the constants of the problem") {
  sparse_quadratic q = random_sparse_quadratic(8, 3, 6, 1);
  bo::descent run(q, bo::each_coordinate{8}, bo::lipschitz_sampling{.power = 0.5}, bo::gradient_step{});
  run.advance(40'000);
  double sum = 0;
  for (std::size_t i = 0; i < 8; ++i) sum += std::sqrt(q.lipschitz(i));
  std::vector<double> seen(run.visits().begin(), run.visits().end()), chances;
  for (std::size_t i = 0; i < 8; ++i) chances.push_back(std::sqrt(q.lipschitz(i)) / sum);
  CHECK(chi_square(seen, chances) < chi_square_limit(8));

  struct zeros final : bo::selection_oracle {
    std::size_t coordinates() const override { return 3; }
    std::span<const std::size_t> members(std::size_t) const override { return {}; }
    double lipschitz(std::size_t b) const override { return b == 1 ? 0 : 2; }
    double coordinate_lipschitz(std::size_t b) const override { return lipschitz(b); }
    double row_sum(std::size_t) const override { return 1; }
    std::span<const std::size_t> neighbours(std::size_t) const override { return {}; }
    std::span<const double> gradient() override { return {}; }
    std::span<const double> scores(bo::block_measure) override { return {}; }
    double score(bo::block_measure, std::size_t) override { return 0; }
  } oracle;
  const auto visits_of_one = [&](double power) {
    bo::lipschitz_sampling policy{.power = power};
    policy.start(3, oracle);
    bo::random_stream rng{2};
    int count = 0;
    for (int k = 0; k < 3000; ++k) count += policy.next(rng, {}) == 1;
    return count;
  };
  CHECK(visits_of_one(1) == 0);
  CHECK(visits_of_one(0) > 800);
  CHECK(message_of<bo::invalid_option>([&] { visits_of_one(-1); }).find("constants[1] = 0") != std::string::npos);
  bo::lipschitz_sampling given{.constants = {1, 1, 1}};
  given.start(3, oracle);  // the user's come first
  CHECK(given.table_.size() == 3);
}

TEST_CASE("a subset of many blocks is uniform and does not look at all of them") {
  bo::random_stream rng{8};
  const auto subset = [&](std::size_t size, std::size_t blocks) {
    const bo::uniform_subset policy{.size = size};
    std::vector<std::size_t> chosen;
    for (std::size_t k = 0; k < size; ++k)
      chosen.push_back(policy.next(rng, {.blocks = blocks, .visits = {}, .chosen = chosen}));
    return chosen;
  };
  // every triple of 6 in every order: 120 cells
  std::vector<double> times(216);
  for (int k = 0; k < 60'000; ++k) {
    const auto c = subset(3, 6);
    times[c[0] * 36 + c[1] * 6 + c[2]] += 1;
  }
  std::vector<double> seen;
  for (std::size_t c = 0; c < 216; ++c) {
    const std::size_t i = c / 36, j = c / 6 % 6, k = c % 6;
    if (i != j && j != k && i != k) seen.push_back(times[c]);
    else CHECK(times[c] == 0);
  }
  CHECK(chi_square(seen, std::vector<double>(120, 1 / 120.0)) < chi_square_limit(120));
  for (int k = 0; k < 50; ++k) {  // all of them, and few of very many
    auto all = subset(40, 40);
    std::sort(all.begin(), all.end());
    for (std::size_t i = 0; i < 40; ++i) CHECK(all[i] == i);
    auto few = subset(100, std::size_t{1} << 40);
    std::sort(few.begin(), few.end());
    CHECK(std::adjacent_find(few.begin(), few.end()) == few.end());
    CHECK(few.back() < (std::size_t{1} << 40));
  }
}
