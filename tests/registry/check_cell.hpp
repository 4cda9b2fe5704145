// SPDX-License-Identifier: MIT
// Part of blockopt: what holds in every cell of the registry.
#pragma once

#include <algorithm>
#include <cstddef>
#include <iostream>
#include <memory>
#include <stdexcept>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include <doctest/doctest.h>

#include <blockopt/block/by_matrix.hpp>
#include <blockopt/run/block_optimizer.hpp>
#include <blockopt/run/plan.hpp>

#include "registry/registry.hpp"
#include "support/border_backend.hpp"
#include "support/device_array.hpp"
#include "support/guarded.hpp"

namespace blockopt_tests {

/// What one run of a cell gives.
struct cell_run {
  std::vector<double> objective;  ///< at the end of each visit
  std::vector<unsigned char> bytes;
  std::size_t touched = 0;       ///< steps after which bytes of an inactive block had changed
  std::size_t wrong_visits = 0;  ///< visits of other than K steps
  bool planned = false;          ///< plan == allocated == measured, after every visit
  double first = 0, last = 0, optimum = 0;

  bool operator==(const cell_run&) const = default;
};

/// A problem in host memory whose parameters are mirrored in a backend's memory.
template <class T>
class mirror {
 public:
  using S = blockopt::compute_type_t<T>;
  using device_parameter = blockopt::parameter<T, T, blockopt::device_space>;

  mirror(any_problem<T>& problem, border_backend backend)
      : problem_(problem), backend_(backend), host_(problem.parameters()) {
    for (const auto& p : host_) {
      if (!blockopt::is_dense(p.values)) throw std::logic_error("a mirrored parameter has gaps: " + p.name);
      values_.emplace_back(backend, p.values.size());
      gradients_.emplace_back(p.values.size());
      there_.push_back({p.name, {values_.back().data(), p.values.extents(), p.values.strides()}, {}});
      values_.back().set({p.values.data(), p.values.data() + p.values.size()});
    }
  }

  [[nodiscard]] const std::vector<device_parameter>& parameters() const { return there_; }

  /// The problem's gradient of the active block, to where the optimizer wants it.
  void gradient(const blockopt::active_block<T, blockopt::device_space>& active) {
    std::vector<blockopt::tensor_view<S>> views(host_.size());
    for (const std::size_t p : active.parameters) {
      std::fill(gradients_[p].begin(), gradients_[p].end(), S(0));
      views[p] = {gradients_[p].data(), host_[p].values.extents(), active.gradient(p).strides()};
    }
    problem_.gradient({active.index, active.name, active.parameters, views, active.active, active.blocks});
    for (const std::size_t p : active.parameters)
      backend_.copy(active.gradient(p).data(), gradients_[p].data(), gradients_[p].size() * sizeof(S));
    backend_.wait();
  }

  /// The values of a parameter, which the problem then has too.
  [[nodiscard]] std::vector<T> pull(std::size_t p) {
    std::vector<T> now = values_[p].get();
    std::copy(now.begin(), now.end(), host_[p].values.data());
    return now;
  }

 private:
  any_problem<T>& problem_;
  border_backend backend_;
  std::vector<blockopt::parameter<T>> host_;
  std::vector<device_array<T>> values_;
  std::vector<std::vector<S>> gradients_;
  std::vector<device_parameter> there_;
};

template <class T, class Rule, class Memory>
cell_run run_cell(side which, std::size_t visits, const named_problem<T>& problem, const Rule& rule,
                  const any_selection& selection, const Memory& memory) {
  constexpr std::size_t visit_length = 6;
  cell_run result;
  const auto p = problem.make();
  result.first = p->value();
  result.optimum = p->optimum();
  const border_backend backend{which};
  mirror<T> mirrored(*p, backend);
  const auto own_bytes = [&, before = backend.bytes()] { return backend.bytes() - before; };
  const auto parts = blockopt::by_matrix(mirrored.parameters());
  const blockopt::optimizer_options options{.switch_every = visit_length};
  const auto plan = blockopt::plan<border_backend>(parts, rule, memory, options, false, selection.blocks_per_visit());
  blockopt::block_optimizer optimizer{parts, rule, selection, memory, backend, options};
  result.planned = optimizer.plan() == plan && own_bytes() == 0;
  std::vector<std::vector<T>> before;
  for (std::size_t i = 0; i < parts.parameters().size(); ++i) before.push_back(mirrored.pull(i));
  for (std::size_t v = 0; v < visits; ++v) {
    const std::size_t block = optimizer.active().index;
    for (std::size_t k = 0; k < visit_length; ++k) {
      const auto active = optimizer.active();
      if (active.index != block) ++result.wrong_visits;
      mirrored.gradient(active);
      std::vector<bool> mine(before.size());
      for (const std::size_t i : active.parameters) mine[i] = true;
      const bool ended = optimizer.step().visit_ended;
      if (ended != (k + 1 == visit_length)) ++result.wrong_visits;
      bool touched = false;
      for (std::size_t i = 0; i < before.size(); ++i) {
        auto now = mirrored.pull(i);
        touched = touched || (!mine[i] && !same_bits(now, before[i]));
        before[i] = std::move(now);
      }
      result.touched += touched;
    }
    result.planned = result.planned && optimizer.allocated() == plan && own_bytes() == plan.allocated();
    result.objective.push_back(p->value());
  }
  result.last = p->value();
  for (const auto& b : before) {
    const auto* const first = reinterpret_cast<const unsigned char*>(b.data());
    result.bytes.insert(result.bytes.end(), first, first + b.size() * sizeof(T));
  }
  return result;
}

/// All cells of one problem in one scalar, on both sides of the border. Prints their number. On Thrust's systems, where
/// they are slower, each rule and strategy meets a quarter of the policies, other ones each time; where the device is
/// emulated one, for a few visits.
template <class T>
void check_cells(std::string_view problem_name) {
  const bool emulated = border_backend{}.name() == std::string_view("thrust-cuda");
  const bool quarter = std::string_view(border_backend{}.name()).starts_with("thrust");
  const std::size_t visits = emulated ? 2 : 40;
  std::size_t pairs = 0, cells = 0;
  const auto selections = all_selections();
  for (const named_problem<T>& problem : all_problems<T>()) {
    if (problem.name != problem_name) continue;
    for_each_rule([&]<class Rule>(std::string_view rule_name, const Rule& rule) {
      for_each_memory_of<Rule>([&](std::string_view memory_name, const auto& memory) {
        ++pairs;
        for (std::size_t k = 0; k < selections.size(); ++k) {
          if (emulated && k != pairs % selections.size()) continue;
          if (!emulated && quarter && k % 4 != pairs % 4) continue;
          const named_selection& selection = selections[k];
          ++cells;
          const std::string cell = std::string(rule_name) + " x " + std::string(selection.name) + " x " +
                                   std::string(memory_name) + " on " + std::string(problem.name) + " in " +
                                   std::string(blockopt::scalar_traits<T>::name);
          INFO(cell);
          const cell_run run = run_cell<T>(side::oracle, visits, problem, rule, selection.policy, memory);
          const double gap = run.first - run.optimum;
          CHECK(run.last < run.first);
          if (selection.visits_all && !emulated) CHECK(run.last - run.optimum < 0.5 * gap);
          CHECK(run.last >= run.optimum - 1e-9 * gap);
          CHECK(run.planned);
          CHECK(run.touched == 0);
          CHECK(run.wrong_visits == 0);
          CHECK(run == run_cell<T>(side::tested, visits, problem, rule, selection.policy, memory));
        }
      });
    });
  }
  // grows with the registry: a list that lost an entry shows here
  CHECK(pairs == 14 * 6 - 2);  // Schedule-Free does not decay
  if (emulated) CHECK(cells == pairs);
  else if (quarter) CHECK(cells >= pairs * (selections.size() / 4));
  else CHECK(cells == pairs * selections.size());
  std::cout << "registry: " << cells << " cells on " << problem_name << " in " << blockopt::scalar_traits<T>::name
            << ", " << border_backend{side::oracle}.name() << " and " << border_backend{}.name() << '\n';
}

}  // namespace blockopt_tests
