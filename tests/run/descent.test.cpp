// SPDX-License-Identifier: MIT
// Part of blockopt: tests of the loop over a problem in coordinates: what it counts, asks and tells.
#include <cmath>
#include <cstddef>
#include <cstdint>
#include <numeric>
#include <string>
#include <vector>

#include <doctest/doctest.h>

#include <blockopt/problem/quadratic_model.hpp>
#include <blockopt/run/descent.hpp>
#include <blockopt/run/minimize_coordinates.hpp>
#include <blockopt/select/ascending.hpp>
#include <blockopt/select/gauss_southwell.hpp>
#include <blockopt/select/random_reshuffle.hpp>
#include <blockopt/select/uniform_random.hpp>
#include <blockopt/select/uniform_subset.hpp>
#include <blockopt/update/block/gradient_step.hpp>

#include "support/message_of.hpp"

namespace bo = blockopt;

namespace {

/// A = 2 I + 11'/n, b = 1..n.
bo::quadratic_model<bo::dense_columns> problem_of(std::size_t n) {
  const auto size = static_cast<Eigen::Index>(n);
  Eigen::MatrixXd a = Eigen::MatrixXd::Constant(size, size, 1.0 / static_cast<double>(n));
  a.diagonal().array() += 2.0;
  std::vector<double> b(n);
  std::iota(b.begin(), b.end(), 1.0);
  return {bo::dense_columns(std::move(a)), std::move(b)};
}

/// Everything that it is told.
struct listener {
  static constexpr auto feedback = bo::feedback_kind::every_block;
  std::vector<std::size_t>* started;
  std::vector<double>* told;
  std::vector<std::size_t>* moves;
  std::vector<double>* seen;  ///< derivative of coordinate 0 by the oracle, at each choice

  void start(std::size_t blocks, bo::selection_oracle& oracle) {
    started->assign({blocks, oracle.coordinates()});
    for (std::size_t b = 0; b < blocks; ++b) CHECK(oracle.lipschitz(b) > 0);
  }
  std::size_t next(bo::random_stream&, const bo::selection_statistics& s) {
    REQUIRE(s.oracle != nullptr);
    seen->push_back(s.oracle->gradient()[0]);
    static_cast<void>(s.oracle->gradient());  // the same visit: charged once
    return static_cast<std::size_t>((s.visit * 2) % s.blocks);
  }
  void observe(std::size_t block, const bo::visit_feedback& f) {
    CHECK(f.steps == 1);
    told->push_back(static_cast<double>(block));
    told->push_back(f.mean_squared_gradient);
  }
  void moved(std::size_t block, bo::selection_oracle& oracle) {
    moves->push_back(block);
    CHECK(std::fabs(oracle.gradient()[block]) < 1e-12);  // already the new point: the step was exact
  }
};

/// Two coordinates that nobody has in one block.
struct ends {
  void choose(bo::random_stream&, const bo::selection_statistics& s, std::vector<std::size_t>& list) const {
    list.assign({0, s.blocks - 1});
  }
};

}  // namespace

TEST_CASE("the loop counts updates and coordinates and derivatives and flops") {
  auto p = problem_of(5);
  bo::descent d(p, bo::coordinate_blocks::contiguous(5, 2), bo::ascending{}, bo::gradient_step{});
  d.advance(0);
  CHECK(d.counts().updates == 0);
  d.advance(4);  // blocks of 2, 2, 1, 2 coordinates
  CHECK(d.counts().updates == 4);
  CHECK(d.counts().coordinates == 7);
  CHECK(d.counts().derivatives == 7);
  CHECK(d.counts().flops == 7 * p.flops(0));
  CHECK(std::vector<std::uint64_t>(d.visits().begin(), d.visits().end()) == std::vector<std::uint64_t>{2, 1, 1});
  REQUIRE(d.last_chosen().size() == 1);
  CHECK(d.last_chosen()[0] == 0);
}

TEST_CASE("steps in one call are those of many calls") {
  const auto run = [](std::uint64_t piece, auto blocks, auto policy) {
    auto p = problem_of(7);
    bo::descent d(p, blocks, policy, bo::gradient_step{});
    for (std::uint64_t k = 0; k < 60; k += piece) d.advance(piece);
    std::vector<double> x(p.point().begin(), p.point().end());
    x.push_back(d.counts().flops);
    x.push_back(static_cast<double>(d.counts().coordinates));
    for (const std::uint64_t v : d.visits()) x.push_back(static_cast<double>(v));
    return x;
  };
  for (const std::uint64_t piece : {1, 4, 5, 20}) {
    CHECK(run(piece, bo::each_coordinate{7}, bo::ascending{}) == run(60, bo::each_coordinate{7}, bo::ascending{}));
    CHECK(run(piece, bo::each_coordinate{7}, bo::random_reshuffle{.seed = 3}) ==
          run(60, bo::each_coordinate{7}, bo::random_reshuffle{.seed = 3}));
    const auto blocks = bo::coordinate_blocks::contiguous(7, 3);
    CHECK(run(piece, blocks, bo::ascending{}) == run(60, blocks, bo::ascending{}));
    CHECK(run(piece, blocks, bo::gauss_southwell{}) == run(60, blocks, bo::gauss_southwell{}));
    CHECK(run(piece, blocks, bo::uniform_subset{.size = 2}) == run(60, blocks, bo::uniform_subset{.size = 2}));
  }
}

TEST_CASE("a policy is started with the oracle and told of every visit and asked questions are charged once") {
  auto p = problem_of(6);
  std::vector<std::size_t> started, moves;
  std::vector<double> told, seen;
  bo::descent d(p, bo::each_coordinate{6}, listener{&started, &told, &moves, &seen}, bo::gradient_step{});
  CHECK(started == std::vector<std::size_t>{6, 6});
  const double first = p.derivative(0);
  d.advance(3);
  CHECK(moves == std::vector<std::size_t>{0, 2, 4});
  REQUIRE(told.size() == 6);
  CHECK(told[0] == 0);
  CHECK(told[1] == first * first);
  CHECK(told[2] == 2);
  CHECK(seen[0] == first);
  CHECK(seen[1] != first);  // not the answer of the visit before
  // per visit: one derivative of the step, and a full gradient before and after the move, the latter being that of the
  // next choice too
  CHECK(d.counts().derivatives == 3 + 6 + 3 * 6);
  CHECK(d.counts().coordinates == 3);
}

TEST_CASE("several blocks at once are one step on all their coordinates") {
  auto p = problem_of(6);
  bo::descent d(p, bo::coordinate_blocks::contiguous(6, 2), bo::uniform_subset{.size = 2, .seed = 5},
                bo::gradient_step{});
  d.advance(10);
  CHECK(d.counts().updates == 10);
  CHECK(d.counts().coordinates == 40);
  CHECK(d.last_chosen().size() == 2);
  CHECK(std::accumulate(d.visits().begin(), d.visits().end(), std::uint64_t{0}) == 20);
  const auto message = blockopt_tests::message_of<bo::invalid_option>(
      [&] { bo::descent(p, bo::each_coordinate{6}, bo::uniform_subset{.size = 7}, bo::gradient_step{}); });
  CHECK(message.find("7 blocks at once") != std::string::npos);
}

TEST_CASE("a policy may name coordinates instead of blocks") {
  auto p = problem_of(6);
  bo::descent d(p, bo::each_coordinate{6}, ends{}, bo::gradient_step{});
  d.advance(2);
  CHECK(d.counts().coordinates == 4);
  CHECK(p.at(0) != 0);
  CHECK(p.at(5) != 0);
  CHECK(p.at(2) == 0);
  CHECK(d.last_chosen().size() == 2);
}

TEST_CASE("a run without blocks is refused") {
  auto p = problem_of(3);
  CHECK(blockopt_tests::message_of<bo::invalid_partition>([&] {
          bo::descent(p, bo::each_coordinate{0}, bo::ascending{}, bo::gradient_step{});
        }).find("no block") != std::string::npos);
}

TEST_CASE("every step of 1 over L_i falls by the square of the derivative over 2 L_i on a quadratic") {
  auto p = problem_of(8);
  bo::descent d(p, bo::each_coordinate{8}, bo::uniform_random{.seed = 2}, bo::gradient_step{});
  for (int k = 0; k < 50; ++k) {
    std::vector<double> g(8);
    p.gradient(g);
    const double before = p.suboptimality();
    d.advance(1);
    const std::size_t i = d.last_chosen()[0];
    CHECK(before - p.suboptimality() == doctest::Approx(g[i] * g[i] / (2 * p.lipschitz(i))).epsilon(1e-9));
  }
}
