// SPDX-License-Identifier: MIT
// Part of blockopt: steps of an update rule (Adam, SGD, ...) on a block of coordinates.
#pragma once

#include <array>
#include <cstddef>
#include <cstdint>
#include <span>
#include <string>
#include <utility>
#include <vector>

#include <blockopt/error.hpp>
#include <blockopt/problem/coordinate_problem.hpp>
#include <blockopt/update/block_update.hpp>
#include <blockopt/update/update_rule.hpp>

namespace blockopt {

/// `steps` steps of an update rule of the library on the block's coordinates, in double: BAdam (Luo, Yu & Li, NeurIPS 2024)
/// on problems whose constants are known. The state of the rule and its step count begin at zero in each visit, as BAdam's
/// do, or are kept for each block. With one step from zero, Adam is x_i <- x_i - rate g_i / (|g_i| + epsilon), sign descent
/// but for epsilon; on one block of all coordinates with kept state it is Adam. No rate is known for the objective; a rate
/// of learning that is too large diverges.
///
/// Where the block is all coordinates, the point is set as the rule computes it; else coordinates move by the difference,
/// which may round the last bit. Rules that train at another point than that they are judged at (Schedule-Free) move there
/// at the end of each visit.
template <update_rule Rule>
struct rule_steps {
  Rule rule{};
  std::uint32_t steps = 1;  ///< K, at least 1
  bool keep_state = false;  ///< for each block, from visit to visit

  static constexpr std::size_t slot_count = blockopt::slot_count<Rule>;

  /// Problems that it can step on.
  template <class P>
  static constexpr bool fits = !separable_composite<P> && !block_composite<P>;

  /// Raises invalid_option for a setting out of range, the rule's too.
  template <coordinate_problem P, class Blocks>
  void start(const P&, const Blocks& blocks) {
    static_assert(fits<P>,
                  "blockopt: update rules step by a gradient, which says nothing of a part without derivative");
    static_assert(elementwise_rule<Rule, double>,
                  "blockopt: the rule has no noexcept update(constants, x, g, slots...) with one argument per slot");
    if (steps == 0) raise<invalid_option>("rule_steps: steps = 0; a visit takes one step at least");
    if constexpr (requires { rule.check(); }) rule.check();
    if (!keep_state) return;
    counts.assign(blocks.size(), 0);
    running.assign(blocks.size(), {});
    first_.assign(1, 0);
    for (std::size_t b = 0; b < blocks.size(); ++b) first_.push_back(first_.back() + blocks[b].size());
    for (auto& s : slots) s.assign(first_.back(), 0.0);
  }

  /// Raises invalid_option where state is kept and the block is not among those of start.
  template <coordinate_problem P>
  block_step step(P& problem, std::span<const std::size_t> block, std::size_t b) {
    const std::size_t n = block.size();
    std::size_t at = 0;
    std::uint64_t own_count = 0;
    rule_running<Rule> own_running{};
    if (keep_state) {
      if (b >= counts.size())
        raise<invalid_option>("rule_steps: the block is not one of the run's, so that no state is kept for it");
      at = first_[b];
    } else {
      for (auto& s : slots) s.assign(n, 0.0);
    }
    std::uint64_t& count = keep_state ? counts[b] : own_count;
    rule_running<Rule>& sums = keep_state ? running[b] : own_running;
    value_.resize(n);
    gradient_.resize(n);
    for (std::size_t k = 0; k < n; ++k) value_[k] = problem.at(block[k]);
    block_step done{.squared_gradient = 0, .passes = steps};
    if constexpr (two_point_rule<Rule>) {
      if (count > 0) {
        apply(rule.at_enter(), rule.at_enter().template at<double>(step_count{count}), at, n);
        show(problem, block);
      }
    }
    for (std::uint32_t pass = 0; pass < steps; ++pass) {
      for (std::size_t k = 0; k < n; ++k) gradient_[k] = problem.derivative(block[k]);
      if (pass == 0) {
        for (const double g : gradient_) done.squared_gradient += g * g;
      }
      apply(rule, constants_at<double>(rule, step_count{++count}, sums), at, n);
      show(problem, block);
    }
    if constexpr (two_point_rule<Rule>) {
      apply(rule.at_leave(), rule.at_leave().template at<double>(step_count{count}), at, n);
      show(problem, block);
    }
    return done;
  }

  /// Of the active block, or of all where state is kept.
  [[nodiscard]] std::size_t state_bytes() const noexcept {
    std::size_t sum = counts.size() * sizeof(std::uint64_t);
    for (const auto& s : slots) sum += s.size() * sizeof(double);
    return sum;
  }
  template <class A>
  void archive(A& a) {
    a("rule", rule);
    a.same("steps", steps);
    a.same("keep_state", keep_state);
    if (!keep_state) return;
    a("counts", counts);
    for (std::size_t s = 0; s < slot_count; ++s) a(std::string(Rule::slots[s].name), slots[s]);
    if constexpr (accumulating_rule<Rule>) {
      for (std::size_t b = 0; b < running.size(); ++b) a("running" + std::to_string(b), running[b]);
    }
  }

  // state, not settings: of all blocks one after the other where it is kept, else of the visit
  std::array<std::vector<double>, slot_count> slots{};
  std::vector<std::uint64_t> counts{};
  std::vector<rule_running<Rule>> running{};
  std::vector<std::size_t> first_{};
  std::vector<double> value_{}, gradient_{}, whole_{};

 private:
  template <class Applied, class Constants>
  void apply(const Applied&, const Constants& constants, std::size_t at, std::size_t n) noexcept {
    [&]<std::size_t... Slot>(std::index_sequence<Slot...>) {
      for (std::size_t k = 0; k < n; ++k) Applied::update(constants, value_[k], gradient_[k], slots[Slot][at + k]...);
    }
    (std::make_index_sequence<slot_count>());
  }
  template <class P>
  void show(P& problem, std::span<const std::size_t> block) {
    if (block.size() == problem.size() && block.size() > 1) {
      whole_.resize(block.size());
      for (std::size_t k = 0; k < block.size(); ++k) whole_[block[k]] = value_[k];
      problem.set(whole_);
      return;
    }
    for (std::size_t k = 0; k < block.size(); ++k) {
      const double d = value_[k] - problem.at(block[k]);
      if (d != 0) problem.move(block[k], d);
    }
  }
};

}  // namespace blockopt
