// SPDX-License-Identifier: MIT
// Part of blockopt: the lasso, solved.
#pragma once

#include <algorithm>
#include <cmath>
#include <cstddef>
#include <cstdint>
#include <span>
#include <vector>

#include <blockopt/error.hpp>
#include <blockopt/problem/columns.hpp>
#include <blockopt/problem/detail/sparse_kernels.hpp>
#include <blockopt/run/detail/lasso_gap.hpp>
#include <blockopt/run/detail/lasso_set.hpp>
#include <blockopt/run/detail/lasso_support_step.hpp>
#include <blockopt/run/watch.hpp>

namespace blockopt {

struct lasso_options {
  double tolerance = 1e-6;  ///< of gap / (||target||^2 / 2); not negative
  std::uint64_t most_sweeps = 10'000;
  std::size_t first_set = 100;  ///< columns of the first working set, at least 1
};

struct lasso_solution {
  std::vector<double> weights{};                   ///< x, one number for each column
  double primal = 0;                               ///< ||target - A x||^2 / 2 + l1 ||x||_1
  double gap = 0;                                  ///< primal - its minimum is not above it
  std::uint64_t sweeps = 0;                        ///< over a working set
  descent_status reason = descent_status::budget;  ///< or converged: the gap is within the tolerance
};

/// min over x of ||target - A x||^2 / 2 + l1 ||x||_1, A of m rows and n columns. Working sets as in Massias, Gramfort & Salmon
/// (Celer, ICML 2018), here by the largest |A_j'r|, twice as large as the support: cyclic exact steps on a copy of those
/// columns, after every fifth sweep a Newton step on the support, until the gap of the problem with these columns is three
/// tenths of the whole one, which is then computed anew, of a residual that is computed anew. Raises invalid_option for an l1
/// that is not positive and finite, a target of another size, numbers that are not finite, and options out of range.
[[nodiscard]] inline lasso_solution solve_lasso(const sparse_columns& design, std::span<const double> target, double l1,
                                                const lasso_options& options = {}) {
  constexpr std::uint64_t sweeps_per_step = 5;
  if (!(l1 > 0 && std::isfinite(l1)))
    raise<invalid_option>({"solve_lasso: l1 = ", l1, "; it must be positive and finite"});
  if (!(options.tolerance >= 0))
    raise<invalid_option>({"solve_lasso: tolerance = ", options.tolerance, "; it is 0 or more"});
  if (options.first_set == 0) raise<invalid_option>("solve_lasso: first_set = 0; at least 1");
  if (target.size() != design.rows())
    raise<invalid_option>({"solve_lasso: a target of ", target.size(), " numbers; the design has ", design.rows()});
  for (std::size_t i = 0; i < target.size(); ++i) {
    if (!std::isfinite(target[i])) raise<invalid_option>({"solve_lasso: number ", i, " of the target is ", target[i]});
  }
  const std::size_t n = design.columns();
  const double allowed = options.tolerance * 0.5 * detail::dense_dot(target, target);
  if (!std::isfinite(allowed)) raise<invalid_option>("solve_lasso: the target's squares are not finite");
  std::vector<double> squares(n), correlation(n);
  for (std::size_t j = 0; j < n; ++j) {
    const auto values = design.values_of(j);
    squares[j] = detail::dense_dot(values, values);
    if (!std::isfinite(squares[j]))
      raise<invalid_option>({"solve_lasso: column ", j, " is not finite, or its squares are not"});
  }

  lasso_solution result;
  result.weights.assign(n, 0.0);
  std::vector<double>& x = result.weights;
  std::vector<std::size_t> chosen;
  detail::lasso_set set;
  detail::lasso_support_step step;
  for (std::size_t size = options.first_set;;) {
    set.residual.assign(target.begin(), target.end());
    std::size_t support = 0;
    double norm = 0, most = 0;
    for (std::size_t j = 0; j < n; ++j) {
      if (x[j] == 0) continue;
      detail::sparse_add(design.rows_of(j), design.values_of(j), -x[j], set.residual.data());
      norm += std::fabs(x[j]);
      ++support;
    }
    for (std::size_t j = 0; j < n; ++j) {
      correlation[j] = detail::sparse_dot(design.rows_of(j), design.values_of(j), set.residual.data());
      most = std::max(most, std::fabs(correlation[j]));
    }
    const auto whole = detail::lasso_gap_at(target, set.residual, norm, most, l1);
    result.primal = whole.primal;
    result.gap = whole.gap;
    if (whole.gap <= allowed) result.reason = descent_status::converged;
    if (whole.gap <= allowed || result.sweeps >= options.most_sweeps) return result;

    size = std::max(size, 2 * support);
    detail::choose_lasso_set(x, correlation, squares, size, chosen);
    set.copy(design, chosen, x, squares);
    const double enough = std::max(0.3 * whole.gap, 0.5 * allowed);
    for (std::uint64_t inner = 1; result.sweeps < options.most_sweeps; ++inner) {
      set.sweep(l1);
      ++result.sweeps;
      if (inner % sweeps_per_step != 0) continue;
      step.take(set, l1);
      if (detail::lasso_gap_at(target, set.residual, set.norm(), set.largest_correlation(), l1).gap <= enough) break;
    }
    for (std::size_t q = 0; q < set.size(); ++q) x[chosen[q]] = set.coefficient[q];
  }
}

}  // namespace blockopt
