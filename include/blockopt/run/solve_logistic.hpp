// SPDX-License-Identifier: MIT
// Part of blockopt: l2-regularized logistic regression, solved.
#pragma once

#include <algorithm>
#include <cmath>
#include <cstdint>
#include <limits>
#include <numbers>
#include <utility>
#include <vector>

#include <blockopt/block/coordinate_blocks.hpp>
#include <blockopt/error.hpp>
#include <blockopt/problem/dual_logistic_regression.hpp>
#include <blockopt/run/descent.hpp>
#include <blockopt/run/detail/logistic_newton.hpp>
#include <blockopt/run/watch.hpp>
#include <blockopt/select/random_reshuffle.hpp>
#include <blockopt/update/block/exact_step.hpp>

namespace blockopt {

struct logistic_options {
  double tolerance = 1e-6;  ///< of gap / P(w); not negative
  std::uint64_t most_epochs = 1000;
  std::uint64_t seed = 1;  ///< of the orders
};

struct logistic_solution {
  std::vector<double> weights{};                   ///< w, as many numbers as a sample has
  double primal = 0;                               ///< P(w)
  double gap = 0;                                  ///< P(w) - P* is not above it
  std::uint64_t epochs = 0;                        ///< visits of each sample, with Newton's passes
  descent_status reason = descent_status::budget;  ///< or converged: gap <= tolerance * primal
};

/// min over w of P(w) = ||w||^2 / 2 + C sum of ln(1 + exp(-y_i x_i'w)), by exact steps on its dual in random orders
/// (dual_logistic_regression). The gap costs as much as an epoch: it is computed when what the steps found missing says that
/// it is small enough. Where that falls so slowly that forty more epochs would not do, as with many samples, few features
/// and a large C, Newton steps on w go on from there. `samples`: d x n, a sample is a column. Raises invalid_option as the
/// problem does, and for no sample or a tolerance that is negative or not a number.
[[nodiscard]] inline logistic_solution solve_logistic(const sparse_columns& samples, std::vector<double> labels,
                                                      double weight, const logistic_options& options = {}) {
  constexpr std::uint64_t first_doubt = 10;  // epochs: the first ones may gain nothing, whatever comes then
  constexpr double patience = 40;            // epochs
  if (!(options.tolerance >= 0))
    raise<invalid_option>({"solve_logistic: tolerance = ", options.tolerance, "; it is 0 or more"});
  if (samples.columns() == 0) raise<invalid_option>("solve_logistic: there is no sample");
  dual_logistic_regression problem(samples, std::move(labels), weight);
  const std::size_t n = problem.size();
  descent run(problem, each_coordinate{n}, random_reshuffle{.seed = options.seed}, exact_step{});
  logistic_solution result;
  const auto certified = [&](double primal, double gap) {
    result.primal = primal;
    result.gap = gap;
    if (gap <= options.tolerance * primal) result.reason = descent_status::converged;
    return result.reason == descent_status::converged;
  };
  const auto certified_dual = [&] {
    const auto [primal, gap] = problem.certify();
    return certified(primal, gap);
  };
  double primal = weight * static_cast<double>(n) * std::numbers::ln2, last = 0;  // P(0) at first
  bool slow = false;
  while (result.epochs < options.most_epochs && !slow) {
    run.advance(n);
    ++result.epochs;
    const double sum = problem.take_divergence();
    if (result.epochs == 1) continue;  // no sample had a margin to compare with
    // The sum lies between the gaps at both ends of the epoch; by the rate from sum to sum, the one at its end.
    const double rate = last > 0 ? std::min(1.0, sum / last) : 1.0, predicted = sum * rate;
    last = sum;
    if (const double wanted = options.tolerance * primal; predicted > wanted) {
      slow = result.epochs >= first_doubt && !(std::log(wanted / predicted) > patience * std::log(rate));
      continue;
    }
    primal = problem.predicted_primal();
    if (predicted > options.tolerance * primal) continue;
    if (certified_dual()) break;
  }
  result.weights.assign(problem.weights().begin(), problem.weights().end());
  if (!slow || result.epochs == options.most_epochs) {
    if (result.reason != descent_status::converged) certified_dual();
    return result;
  }
  detail::logistic_newton newton(samples, problem.labels(), weight, std::move(result.weights));
  for (;;) {
    newton.evaluate();
    ++result.epochs;
    constexpr std::uint64_t least = 3;  // passes: a product, the margins, and to evaluate what comes out
    if (certified(newton.primal(), newton.gap()) || options.most_epochs - result.epochs < least) break;
    result.epochs += newton.step(options.tolerance * newton.primal(), options.most_epochs - result.epochs - 2);
  }
  result.weights = newton.weights();
  return result;
}

}  // namespace blockopt
