// SPDX-License-Identifier: MIT
// Part of blockopt's benchmarks: the figures of the convergence lab: what policy and records cost around a step.
#include <algorithm>
#include <chrono>
#include <cstddef>
#include <cstdint>
#include <span>
#include <string>
#include <utility>
#include <vector>

#include <benchmark/benchmark.h>

#include <blockopt/problem/label_propagation.hpp>
#include <blockopt/problem/linear_model.hpp>
#include <blockopt/problem/quadratic_model.hpp>
#include <blockopt/run/descent.hpp>
#include <blockopt/run/record_schedule.hpp>
#include <blockopt/select/ascending.hpp>
#include <blockopt/select/gauss_southwell.hpp>
#include <blockopt/select/greedy_heap.hpp>
#include <blockopt/select/random_stream.hpp>
#include <blockopt/select/uniform_random.hpp>
#include <blockopt/update/block/gradient_step.hpp>

#include "figures.hpp"

namespace bench {
namespace {

namespace bo = blockopt;

using lattice = bo::quadratic_model<bo::sparse_columns>;

/// The problem keeps its gradient; this one computes A x - b when it is asked, as most problems have to.
struct computed_gradient : lattice {
  void gradient(std::span<double> g) const {
    for (std::size_t i = 0; i < g.size(); ++i) g[i] = -linear()[i];
    for (std::size_t j = 0; j < size(); ++j) matrix().add(j, at(j), g);
  }
};

/// A step with a full gradient and a search over it, against one by the heap.
template <class Full>
double heap_against_search() {
  lattice sparse = bo::lattice_label_propagation().problem;
  Full full{sparse};
  bo::descent by_gradient(full, bo::each_coordinate{full.size()}, bo::gauss_southwell{}, bo::gradient_step{});
  bo::descent by_heap(sparse, bo::each_coordinate{sparse.size()}, bo::greedy_heap{}, bo::gradient_step{});
  const timing_pair times = in_turn([&] { by_gradient.advance(200); }, [&] { by_heap.advance(200); });
  return times.first.median() / times.second.median();
}

/// Columns of so many nonzeros in random rows.
bo::sparse_columns random_columns(std::size_t rows, std::size_t columns, std::size_t nonzeros) {
  bo::random_stream random{7};
  std::vector<std::size_t> first{0};
  std::vector<std::uint32_t> row;
  std::vector<double> value;
  std::vector<std::uint32_t> order(rows);
  for (std::size_t i = 0; i < rows; ++i) order[i] = static_cast<std::uint32_t>(i);
  for (std::size_t j = 0; j < columns; ++j) {
    for (std::size_t k = 0; k < nonzeros; ++k)
      std::swap(order[k], order[k + static_cast<std::size_t>(random.below(rows - k))]);
    std::sort(order.begin(), order.begin() + static_cast<std::ptrdiff_t>(nonzeros));
    row.insert(row.end(), order.begin(), order.begin() + static_cast<std::ptrdiff_t>(nonzeros));
    for (std::size_t k = 0; k < nonzeros; ++k) value.push_back(random.uniform() - 0.5);
    first.push_back(row.size());
  }
  return {rows, std::move(first), std::move(row), std::move(value)};
}

/// Least squares by hand: residual, columns, constants, and nothing else.
struct by_hand {
  const bo::sparse_columns& a;
  std::vector<double> x, residual, lipschitz;

  explicit by_hand(const bo::sparse_columns& columns) : a(columns), x(a.columns()), residual(a.rows(), -1.0) {
    for (std::size_t j = 0; j < a.columns(); ++j) {
      double sum = 0;
      for (const double v : a.values_of(j)) sum += v * v;
      lipschitz.push_back(sum);
    }
  }
  void restart() {
    std::fill(x.begin(), x.end(), 0.0);
    std::fill(residual.begin(), residual.end(), -1.0);
  }
  void step(std::size_t j) {
    const auto rows = a.rows_of(j);
    const auto values = a.values_of(j);
    double g = 0;
    for (std::size_t k = 0; k < rows.size(); ++k) g += values[k] * residual[rows[k]];
    const double d = -g / lipschitz[j];
    x[j] += d;
    for (std::size_t k = 0; k < rows.size(); ++k) residual[rows[k]] += d * values[k];
  }
  void epoch(bo::ascending&) {
    for (std::size_t j = 0; j < x.size(); ++j) step(j);
  }
  void epoch(bo::random_stream& random) {
    for (std::size_t k = 0; k < x.size(); ++k) step(static_cast<std::size_t>(random.below(x.size())));
  }
};

/// Epochs of gradient steps from 0 in the policy's order, stopped and clocked at each record of the logarithmic schedule,
/// over the same by hand, which takes its order from `hands`. Few epochs: at the optimum steps are 0 or not by rounding,
/// and what is measured then is how branches are guessed.
template <class Policy, class Order>
double overhead(std::size_t nonzeros, Policy policy, Order hands) {
  constexpr std::size_t epochs = 10;
  const std::size_t columns = nonzeros < 100 ? 20'000 : 2'000, rows = 2 * columns;
  const bo::sparse_columns a = random_columns(rows, columns, nonzeros);
  bo::linear_model problem(a, bo::squared_loss{std::vector<double>(rows, 1.0)});
  bo::descent run(problem, bo::each_coordinate{columns}, std::move(policy), bo::gradient_step{});
  by_hand hand(a);
  double seconds = 0;
  const std::vector<double> zero(columns);
  const timing_pair times = in_turn(
      [&] {
        problem.set(zero);
        const bo::record_schedule log;
        for (std::uint64_t k = 0; k < epochs * columns;) {
          const std::uint64_t next = std::min<std::uint64_t>(log.after(k), epochs * columns);
          const auto start = std::chrono::steady_clock::now();
          run.advance(next - k);
          seconds += std::chrono::duration<double>(std::chrono::steady_clock::now() - start).count();
          k = next;
        }
        benchmark::DoNotOptimize(seconds);
      },
      [&] {
        hand.restart();
        for (std::size_t e = 0; e < epochs; ++e) hand.epoch(hands);
        benchmark::ClobberMemory();
      });
  return times.first.median() / times.second.median();
}

}  // namespace

void add_lab_figures() {
  add_figure({.name = "lab/heap",
              .what = "Gauss-Southwell on the 50 x 50 lattice: a step with a full gradient / a step by the heap",
              .wanted = figure::goal::at_least,
              .target = 20,
              .measure = heap_against_search<computed_gradient>});
  add_figure({.name = "lab/heap/kept",
              .what = "the same where the gradient is kept: a step with a search over it / a step by the heap",
              .measure = heap_against_search<lattice>});
  for (const std::size_t nonzeros : {5U, 1000U}) {
    add_figure({.name = "lab/overhead/" + std::to_string(nonzeros),
                .what = "cyclic coordinate steps, records at powers of 10^(1/20), " + std::to_string(nonzeros) +
                        " nonzeros a column: time / hand-written loop",
                .wanted = figure::goal::at_most,
                .target = 1.15,
                .measure = [nonzeros] { return overhead(nonzeros, bo::ascending{}, bo::ascending{}); }});
  }
  add_figure({.name = "lab/overhead/uniform/5",
              .what = "the same for coordinates drawn uniformly, 5 nonzeros a column: time / hand-written loop",
              .wanted = figure::goal::at_most,
              .target = 1.15,
              .measure = [] { return overhead(5, bo::uniform_random{}, bo::random_stream{1}); }});
}

}  // namespace bench
