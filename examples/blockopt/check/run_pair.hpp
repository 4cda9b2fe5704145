// SPDX-License-Identifier: MIT
// Part of blockopt: runs a policy on a problem and holds what it measures against theorems.
#pragma once

#include <algorithm>
#include <cmath>
#include <cstddef>
#include <cstdint>
#include <span>
#include <string>
#include <utility>
#include <vector>

#include <blockopt/run/descent.hpp>
#include <blockopt/select/random_stream.hpp>
#include <blockopt/update/block/gradient_step.hpp>

#include "check/checked_problem.hpp"
#include "check/pair.hpp"

namespace blockopt::program {

/// What was measured at one k: mean and standard error over the runs.
struct measured_point {
  std::uint64_t k = 0;
  double mean[4] = {}, error[4] = {};  ///< by bounded_quantity
};

/// The check of one theorem over all points: the first that fails, else the one where the bound is tightest.
[[nodiscard]] bound_check check_points(const theorem& t, const problem_constants& c,
                                       std::span<const measured_point> points, double rounding, double scale);

/// At which k runs are looked at: every one for policies that draw nothing, else some forty.
[[nodiscard]] std::vector<std::uint64_t> looks(std::uint64_t steps, bool draws, std::size_t cycle);

/// The line without a theorem.
[[nodiscard]] pair_result unknown_result(const problem_constants& c, std::span<const measured_point> points);

/// The method of a pair: `steps` of `update` on the blocks that `policy` names; `draws`: runs are repeated.
template <class Blocks, class Policy, class Update>
struct checked_method {
  Blocks blocks;
  Policy policy;
  Update update;
  std::uint64_t steps = 0;
  bool draws = false;
};
template <class Blocks, class Policy, class Update>
[[nodiscard]] checked_method<Blocks, Policy, Update> make_method(Blocks blocks, Policy policy, Update update,
                                                                 std::uint64_t steps, bool draws) {
  return {std::move(blocks), std::move(policy), std::move(update), steps, draws};
}

template <class Problem, class Blocks, class Policy, class Update>
std::vector<measured_point> measure(const checked_problem<Problem>& lab,
                                    const checked_method<Blocks, Policy, Update>& m, const check_options& o,
                                    bool promises) {
  const auto at = looks(m.steps, m.draws, m.blocks.size());
  std::vector<measured_point> points(at.size());
  const std::size_t runs = m.draws ? std::max<std::size_t>(2, o.repeats) : 1;
  const double start = lab.suboptimality(lab.problem);
  std::vector<double> g(lab.problem.size());
  for (std::size_t r = 0; r < runs; ++r) {
    Problem problem = lab.problem;
    Policy policy = m.policy;
    if constexpr (requires { policy.seed; }) policy.seed = random_stream::derive(o.seed, r);
    descent run(problem, m.blocks, policy, m.update);
    double before = start;
    for (std::size_t p = 0; p < at.size(); ++p) {
      if (promises) problem.gradient(g);
      run.advance(at[p] - (p == 0 ? 0 : at[p - 1]));
      run.synchronize();
      double values[4] = {lab.suboptimality(problem), 0, 0, 0};
      for (std::size_t i = 0; i < problem.size(); ++i)
        values[1] += (problem.at(i) - lab.minimizer[i]) * (problem.at(i) - lab.minimizer[i]);
      if constexpr (with_duality_gap<Problem>) values[2] = problem.duality_gap();
      if (promises) {
        const std::size_t b = run.last_chosen()[0];
        double square = 0;
        for (const std::size_t i : m.blocks[b]) square += g[i] * g[i];
        const double gain = before - values[0];  // of less than this the difference is mostly rounding
        values[3] = gain > 1e-8 * before + 1e7 * lab.rounding
                        ? square / (2 * block_lipschitz(problem, m.blocks[b])) / gain
                        : problem_constants::unknown;
      }
      before = values[0];
      points[p].k = at[p];
      for (std::size_t q = 0; q < 4; ++q) {
        points[p].mean[q] += values[q];
        points[p].error[q] += values[q] * values[q];
      }
      // beyond this f - f* is mostly rounding, of problems that keep their gradient too
      if (runs == 1 && !(values[0] > 1e-14 * start + 1e4 * lab.rounding)) {
        points.resize(p + 1);
        break;
      }
    }
  }
  const double n = static_cast<double>(runs);
  for (measured_point& p : points) {
    for (std::size_t q = 0; q < 4; ++q) {
      p.mean[q] /= n;
      p.error[q] = runs == 1 ? 0 : std::sqrt(std::max(0.0, p.error[q] / n - p.mean[q] * p.mean[q]) / (n - 1));
    }
  }
  return points;
}

/// All theorems about one method on one problem.
template <class Problem, class Blocks, class Policy, class Update>
std::vector<pair_result> run_pair(const checked_problem<Problem>& lab, const problem_constants& c,
                                  const checked_method<Blocks, Policy, Update>& m, const std::vector<theorem>& theorems,
                                  const check_options& o) {
  const bool promises =
      std::ranges::any_of(theorems, [](const theorem& t) { return t.of == bounded_quantity::promise; });
  const auto points = measure(lab, m, o, promises);
  std::vector<pair_result> results;
  const problem_constants used = o.constant_scale == 1 ? c : with_fault(c, o.constant_scale);
  for (const theorem& t : theorems) {
    results.push_back({.theorem = t.name, .source = t.source, .constants = constants_text(used)});
    results.back().check = check_points(t, used, points, lab.rounding, o.constant_scale);
  }
  if (theorems.empty()) results.push_back(unknown_result(c, points));
  return results;
}

/// Puts a pair on the list. `problem()`, `method(constants, options)` and `theorems(problem, constants, options)` make
/// theirs when the pair is run; `blocks` are those of the constants.
template <class MakeProblem, class MakeMethod, class MakeTheorems>
void add_pair(std::vector<theory_pair>& pairs, const std::string& policy, const std::string& update,
              const MakeProblem& problem, std::size_t block_size, const MakeMethod& method,
              const MakeTheorems& theorems) {
  const std::string name = problem().name;
  pairs.push_back({policy, update, name, [=](const check_options& o) {
                     const auto lab = problem();
                     const auto blocks = coordinate_blocks::contiguous(lab.problem.size(), block_size);
                     const problem_constants c = constants(lab, blocks);
                     std::vector<pair_result> results = run_pair(lab, c, method(c, o), theorems(lab, c, o), o);
                     for (pair_result& r : results) {
                       r.policy = policy;
                       r.update = update;
                       r.problem = name;
                     }
                     return results;
                   }});
}

/// The step of 1/L_b times a relaxation.
[[nodiscard]] inline gradient_step relaxed(double relaxation) { return {.relaxation = relaxation}; }

}  // namespace blockopt::program
