// SPDX-License-Identifier: MIT
// Part of blockopt: what holds in every cell of the registry.
#pragma once

#include <cstddef>
#include <cstring>
#include <iostream>
#include <memory>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include <doctest/doctest.h>

#include <blockopt/backend/eigen/eigen_backend.hpp>
#include <blockopt/block/by_matrix.hpp>
#include <blockopt/memory/counting_resource.hpp>
#include <blockopt/run/block_optimizer.hpp>
#include <blockopt/run/plan.hpp>

#include "registry/registry.hpp"

namespace blockopt_tests {

/// What one run of a cell gives.
struct cell_run {
  std::vector<double> objective;  ///< at the end of each visit
  std::vector<unsigned char> bytes;
  std::size_t touched = 0;       ///< steps after which bytes of an inactive block had changed
  std::size_t wrong_visits = 0;  ///< visits of other than K steps
  bool planned = false;          ///< plan == allocated == measured, during and after every visit
  double first = 0, last = 0, optimum = 0;

  bool operator==(const cell_run&) const = default;
};

template <class T>
std::vector<unsigned char> bytes_of(const blockopt::parameter<T>& p) {
  std::vector<unsigned char> bytes(p.values.size() * sizeof(T));
  std::memcpy(bytes.data(), p.values.data(), bytes.size());
  return bytes;
}

template <class T, class Rule, class Memory>
cell_run run_cell(const named_problem<T>& problem, const Rule& rule, const any_selection& selection,
                  const Memory& memory) {
  constexpr std::size_t visit_length = 6, visits = 40;
  cell_run result;
  const auto p = problem.make();
  result.first = p->value();
  result.optimum = p->optimum();
  blockopt::counting_resource counter;
  blockopt::eigen_backend backend;
  backend.resource = &counter;
  const auto parts = blockopt::by_matrix(p->parameters());
  const blockopt::optimizer_options options{.switch_every = visit_length};
  const auto plan = blockopt::plan(parts, rule, memory, options, false, selection.blocks_per_visit());
  blockopt::block_optimizer optimizer{parts, rule, selection, memory, backend, options};
  result.planned = optimizer.plan() == plan && counter.bytes() == 0;
  std::vector<std::vector<unsigned char>> before;
  for (const auto& parameter : parts.parameters()) before.push_back(bytes_of(parameter));
  for (std::size_t v = 0; v < visits; ++v) {
    const std::size_t block = optimizer.active().index;
    for (std::size_t k = 0; k < visit_length; ++k) {
      const auto active = optimizer.active();
      if (active.index != block) ++result.wrong_visits;
      p->gradient(active);
      std::vector<bool> mine(before.size());
      for (const std::size_t i : active.parameters) mine[i] = true;
      const bool ended = optimizer.step().visit_ended;
      if (ended != (k + 1 == visit_length)) ++result.wrong_visits;
      bool touched = false;
      for (std::size_t i = 0; i < before.size(); ++i) {
        auto now = bytes_of(parts.parameters()[i]);
        touched = touched || (!mine[i] && now != before[i]);
        before[i] = std::move(now);
      }
      result.touched += touched;
    }
    result.planned = result.planned && optimizer.allocated() == plan && counter.bytes() == plan.allocated();
    result.objective.push_back(p->value());
  }
  result.planned = result.planned && counter.peak_bytes() == plan.allocated();
  result.last = p->value();
  for (const auto& b : before) result.bytes.insert(result.bytes.end(), b.begin(), b.end());
  return result;
}

/// All cells of one problem in one scalar. Prints their number.
template <class T>
void check_cells(std::string_view problem_name) {
  std::size_t cells = 0;
  const auto selections = all_selections();
  for (const named_problem<T>& problem : all_problems<T>()) {
    if (problem.name != problem_name) continue;
    for_each_rule([&](std::string_view rule_name, const auto& rule) {
      for_each_memory([&](std::string_view memory_name, const auto& memory) {
        for (const named_selection& selection : selections) {
          ++cells;
          const std::string cell = std::string(rule_name) + " x " + std::string(selection.name) + " x " +
                                   std::string(memory_name) + " on " + std::string(problem.name) + " in " +
                                   std::string(blockopt::scalar_traits<T>::name);
          INFO(cell);
          const cell_run run = run_cell<T>(problem, rule, selection.policy, memory);
          const double gap = run.first - run.optimum;
          CHECK(run.last < run.first);
          if (selection.visits_all) CHECK(run.last - run.optimum < 0.5 * gap);
          CHECK(run.last >= run.optimum - 1e-9 * gap);
          CHECK(run.planned);
          CHECK(run.touched == 0);
          CHECK(run.wrong_visits == 0);
          CHECK(run == run_cell<T>(problem, rule, selection.policy, memory));
        }
      });
    });
  }
  CHECK(cells == 14 * 8 * 2);  // grows with the registry: a list that lost an entry shows here
  std::cout << "registry: " << cells << " cells on " << problem_name << " in " << blockopt::scalar_traits<T>::name
            << '\n';
}

}  // namespace blockopt_tests
