// SPDX-License-Identifier: MIT
// Part of blockopt: tests of forest_blocks, forest_step and of partitions of a lattice.
#include <algorithm>
#include <cmath>
#include <cstddef>
#include <cstdint>
#include <memory>
#include <random>
#include <span>
#include <utility>
#include <vector>

#include <Eigen/SparseCore>
#include <doctest/doctest.h>

#include <blockopt/block/coordinate_blocks.hpp>
#include <blockopt/block/lattice_blocks.hpp>
#include <blockopt/run/descent.hpp>
#include <blockopt/select/ascending.hpp>
#include <blockopt/select/forest_blocks.hpp>
#include <blockopt/update/block/exact_step.hpp>
#include <blockopt/update/block/forest_step.hpp>

#include "block_support.hpp"
#include "support/message_of.hpp"

namespace bo = blockopt;
using namespace blockopt_tests;

namespace {

using edges = std::vector<std::pair<std::size_t, std::size_t>>;

/// A graph Laplacian with random weights plus a little of the identity.
sparse_quadratic on_graph(std::size_t n, const edges& graph, std::uint64_t seed) {
  bo::random_stream rng{seed};
  std::vector<Eigen::Triplet<double>> entries;
  for (std::size_t i = 0; i < n; ++i) entries.emplace_back(static_cast<int>(i), static_cast<int>(i), 0.1);
  for (const auto& [i, j] : graph) {
    const double w = 0.1 + rng.uniform();
    const int a = static_cast<int>(i), b = static_cast<int>(j);
    entries.emplace_back(a, a, w);
    entries.emplace_back(b, b, w);
    entries.emplace_back(a, b, -w);
    entries.emplace_back(b, a, -w);
  }
  Eigen::SparseMatrix<double> a(static_cast<int>(n), static_cast<int>(n));
  a.setFromTriplets(entries.begin(), entries.end());
  return {bo::sparse_columns(a), normals(n, seed + 1)};
}

edges random_graph(std::size_t n, std::size_t count, std::uint64_t seed) {
  bo::random_stream rng{seed};
  edges graph;
  while (graph.size() < count) {
    const auto i = static_cast<std::size_t>(rng.below(n)), j = static_cast<std::size_t>(rng.below(n));
    if (i == j || std::ranges::find(graph, std::pair{i, j}) != graph.end()) continue;
    if (std::ranges::find(graph, std::pair{j, i}) == graph.end()) graph.emplace_back(i, j);
  }
  return graph;
}

edges lattice_graph(std::size_t rows, std::size_t columns) {
  edges graph;
  for (std::size_t r = 0; r < rows; ++r) {
    for (std::size_t c = 0; c < columns; ++c) {
      if (c + 1 < columns) graph.emplace_back(r * columns + c, r * columns + c + 1);
      if (r + 1 < rows) graph.emplace_back(r * columns + c, (r + 1) * columns + c);
    }
  }
  return graph;
}

/// Edges within the list; a forest has as many as nodes less trees.
bool is_forest(const edges& graph, std::span<const std::size_t> list, std::size_t n) {
  std::vector<std::size_t> root(n);
  std::vector<char> in(n);
  for (const std::size_t i : list) in[i] = 1;
  for (std::size_t i = 0; i < n; ++i) root[i] = i;
  const auto find = [&](std::size_t i) {
    while (root[i] != i) i = root[i];
    return i;
  };
  for (const auto& [i, j] : graph) {
    if (!in[i] || !in[j]) continue;
    if (find(i) == find(j)) return false;
    root[find(i)] = find(j);
  }
  return true;
}

/// numpy's legacy generator, as far as the published problem needs it.
struct legacy_random {
  std::mt19937 bits;
  double kept = 0;
  bool has_kept = false;

  std::uint32_t below(std::uint32_t n) {  // n > 1
    std::uint32_t mask = n - 1;
    for (int shift = 1; shift < 32; shift *= 2) mask |= mask >> shift;
    for (;;) {
      const auto v = static_cast<std::uint32_t>(bits()) & mask;
      if (v < n) return v;
    }
  }
  double uniform() {
    const auto a = bits() >> 5, b = bits() >> 6;
    return (static_cast<double>(a) * 67108864.0 + static_cast<double>(b)) / 9007199254740992.0;
  }
  double normal() {
    if (std::exchange(has_kept, false)) return kept;
    for (;;) {
      const double x = 2 * uniform() - 1, y = 2 * uniform() - 1, r = x * x + y * y;
      if (r >= 1 || r == 0) continue;
      const double f = std::sqrt(-2 * std::log(r) / r);
      kept = f * x;
      has_kept = true;
      return f * y;
    }
  }
};

struct label_propagation {
  sparse_quadratic problem;
  bo::lattice nodes;
};

/// "Dataset D" of Nutini, Laradji & Schmidt: a lattice of 50 x 50 of which 100 nodes are known.
label_propagation dataset_d() {
  legacy_random rng{std::mt19937(1)};
  std::vector<std::size_t> order(2500);
  for (std::size_t i = 0; i < 2500; ++i) order[i] = i;
  for (std::size_t i = 2499; i > 0; --i) std::swap(order[i], order[rng.below(static_cast<std::uint32_t>(i + 1))]);
  std::vector<double> y(2500);
  bo::lattice nodes{50, 50, std::vector<std::size_t>(2500)};
  for (std::size_t k = 0; k < 100; ++k) {
    y[order[k]] = 10 * rng.normal();
    nodes.number[order[k]] = bo::lattice::hole;
  }
  std::size_t n = 0;
  for (std::size_t& number : nodes.number) {
    if (number != bo::lattice::hole) number = n++;
  }
  std::vector<Eigen::Triplet<double>> entries;
  std::vector<double> b(n);
  constexpr double w = 1e5;
  for (const auto& [i, j] : lattice_graph(50, 50)) {
    for (const auto& [from, to] : {std::pair{i, j}, std::pair{j, i}}) {
      const std::size_t f = nodes.number[from], t = nodes.number[to];
      if (f == bo::lattice::hole) continue;
      entries.emplace_back(static_cast<int>(f), static_cast<int>(f), w);
      if (t == bo::lattice::hole) b[f] += w * y[to];
      else entries.emplace_back(static_cast<int>(f), static_cast<int>(t), -w);
    }
  }
  Eigen::SparseMatrix<double> a(static_cast<int>(n), static_cast<int>(n));
  a.setFromTriplets(entries.begin(), entries.end());
  return {sparse_quadratic(bo::sparse_columns(a), b), std::move(nodes)};
}

}  // namespace

TEST_CASE("message passing solves as a dense solve does on random graphs") {
  for (std::uint64_t seed = 1; seed <= 20; ++seed) {
    const std::size_t n = 1 + seed * 3;
    const edges graph = random_graph(n, std::min(n * (n - 1) / 2, 2 * n), seed);
    for (const auto order : {bo::forest_order::greedy, bo::forest_order::random}) {
      auto p = on_graph(n, graph, seed), q = on_graph(n, graph, seed);
      bo::descent run(p, bo::each_coordinate{n}, bo::forest_blocks{.order = order}, bo::forest_step{});
      bo::exact_step dense;
      for (int k = 0; k < 5; ++k) {
        run.advance(1);
        const auto block = run.last_chosen();
        CHECK(is_forest(graph, block, n));
        dense.step(q, block, 0);
        CHECK(distance(point_of(p), point_of(q)) < 1e-11);
        for (const std::size_t i : block) CHECK(std::fabs(p.derivative(i)) < 1e-12);
        // No coordinate could be added.
        for (std::size_t i = 0; i < n; ++i) {
          std::vector<std::size_t> more(block.begin(), block.end());
          if (std::ranges::find(more, i) != more.end()) continue;
          more.push_back(i);
          CHECK_FALSE(is_forest(graph, more, n));
        }
      }
      CHECK(run.counts().flops > 0);
    }
  }
}

TEST_CASE("the greedy forest takes the largest derivatives first and a limit cuts it") {
  const edges graph = lattice_graph(6, 6);
  auto p = on_graph(36, graph, 2);
  for (const std::size_t most : {1u, 2u, 10u}) {
    bo::descent run(p, bo::each_coordinate{36}, bo::forest_blocks{.most = most}, bo::forest_step{});
    std::vector<double> g(36);
    p.gradient(g);
    run.advance(1);
    CHECK(run.last_chosen().size() == most);
    std::vector<std::size_t> ranks(36);
    for (std::size_t i = 0; i < 36; ++i) ranks[i] = i;
    std::stable_sort(ranks.begin(), ranks.end(),
                     [&](std::size_t i, std::size_t j) { return std::fabs(g[i]) > std::fabs(g[j]); });
    for (std::size_t k = 0; k < std::min<std::size_t>(most, 3); ++k)  // a lattice has no cycle of three
      CHECK(run.last_chosen()[k] == ranks[k]);
    CHECK(run.counts().derivatives == 36 + most);  // the gradient of the selection, and the block's
  }
  // On an edgeless graph it is everything, and one step is the solution.
  auto r = on_graph(9, {}, 3);
  bo::descent run(r, bo::each_coordinate{9}, bo::forest_blocks{}, bo::forest_step{});
  run.advance(1);
  CHECK(run.last_chosen().size() == 9);
  CHECK(r.suboptimality() < 1e-25);
}

TEST_CASE("a cycle is refused before anything moves") {
  auto p = on_graph(4, {{0, 1}, {1, 2}, {2, 0}, {2, 3}}, 5);
  bo::forest_step update;
  const std::vector<double> before = point_of(p);
  CHECK(message_of<bo::invalid_option>([&] {
          update.step(p, std::vector<std::size_t>{0, 1, 2, 3}, 0);
        }).find("have a cycle") != std::string::npos);
  CHECK(point_of(p) == before);
  update.step(p, std::vector<std::size_t>{3, 2, 1}, 0);  // and the next step is as if nothing had been
  for (const std::size_t i : {1u, 2u, 3u}) CHECK(std::fabs(p.derivative(i)) < 1e-13);
  auto dense = quadratic(4, 0.1, 1);
  CHECK_FALSE(message_of<bo::invalid_option>([&] {
                bo::descent run(dense, bo::each_coordinate{4}, bo::forest_blocks{}, bo::exact_step{});
              }).empty());
}

TEST_CASE("partitions of a lattice are two forests that hold every node") {
  for (const auto& [rows, columns] :
       std::vector<std::pair<std::size_t, std::size_t>>{{1, 1}, {1, 7}, {5, 1}, {2, 2}, {6, 5}, {5, 8}}) {
    const edges graph = lattice_graph(rows, columns);
    const bo::lattice l{rows, columns};
    for (int which = 0; which < 3; ++which) {
      const auto blocks = which == 0 ? bo::red_black(l) : which == 1 ? bo::lattice_rows(l) : bo::lattice_combs(l);
      std::size_t members = 0;
      for (std::size_t b = 0; b < blocks.size(); ++b) {
        members += blocks[b].size();
        CHECK(is_forest(graph, blocks[b], rows * columns));
        if (which == 0) {  // no edge at all
          for (const auto& [i, j] : graph)
            CHECK((std::ranges::find(blocks[b], i) == blocks[b].end() ||
                   std::ranges::find(blocks[b], j) == blocks[b].end()));
        }
      }
      CHECK(members == rows * columns);
    }
  }
  CHECK_THROWS_AS((void)bo::red_black({2, 2, {0, 1, 2}}), bo::invalid_partition);
  CHECK_THROWS_AS((void)bo::red_black({1, 2, {0, 0}}), bo::invalid_partition);
  CHECK_THROWS_AS((void)bo::red_black({1, 1, {bo::lattice::hole}}), bo::invalid_partition);
  const auto black = bo::red_black({2, 2, {bo::lattice::hole, 0, 1, bo::lattice::hole}});
  REQUIRE(black.size() == 1);  // a colour of holes has no block
  CHECK(black[0].size() == 2);
}

TEST_CASE("the lattice of Nutini and others has its published optimum and end values") {
  const label_propagation d = dataset_d();
  CHECK(d.problem.size() == 2400);
  CHECK(d.problem.optimum() == doctest::Approx(-1045999575.2270696).epsilon(1e-14));
  auto p = d.problem;
  bo::descent trees(p, bo::each_coordinate{2400}, bo::forest_blocks{}, bo::forest_step{});
  for (const double wanted : {6.53e4, 1.58e2, 5.9e-1}) {
    trees.advance(100);
    // Many derivatives are equal at first; which of them come first is a matter of rounding, and so of the compiler.
    CHECK(p.suboptimality() < 1.1 * wanted);
    CHECK(p.suboptimality() > 0.6 * wanted);
    CHECK(trees.last_chosen().size() >= 1500);
    CHECK(trees.last_chosen().size() <= 1700);
  }
  auto q = d.problem;
  bo::descent colours(q, bo::red_black(d.nodes), bo::ascending{}, bo::forest_step{});
  for (const double wanted : {2.13e6, 1.03e5, 5.5e3}) {
    colours.advance(100);
    CHECK(q.suboptimality() == doctest::Approx(wanted).epsilon(0.02));
  }
  auto r = d.problem;
  bo::descent combs(r, bo::lattice_combs(d.nodes), bo::ascending{}, bo::forest_step{});
  combs.advance(100);
  CHECK(r.suboptimality() < 2.13e6);
}

TEST_CASE("runs on random forests resume") {
  CHECK(resumes([] { return on_graph(30, lattice_graph(5, 6), 4); },
                [&](auto& p) {
                  using run = bo::descent<sparse_quadratic, bo::each_coordinate, bo::forest_blocks, bo::forest_step>;
                  return std::make_unique<run>(p, bo::each_coordinate{30},
                                               bo::forest_blocks{.order = bo::forest_order::random}, bo::forest_step{});
                },
                3, 4));
}
