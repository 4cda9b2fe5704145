// SPDX-License-Identifier: MIT
// Part of blockopt: the registry of problems: penalties and constraints on groups of coordinates.

#include <algorithm>
#include <cmath>
#include <cstddef>
#include <utility>
#include <vector>

#include <blockopt/problem/grouped_model.hpp>
#include <blockopt/problem/linear_model.hpp>
#include <blockopt/problem/planted_regression.hpp>

#include "lab/lab_run_body.hpp"
#include "lab/linear_data.hpp"
#include "lab/problems.hpp"

namespace blockopt::program {

namespace {

using least_squares = linear_model<sparse_columns, squared_loss>;

std::size_t group_size(choice_reader& p) {
  const auto size = static_cast<std::size_t>(p.count("group", 5));
  if (size == 0) p.refuse("group=0; a group has a coordinate at least");
  return size;
}

template <class Penalty>
std::unique_ptr<lab_problem> grouped(linear_data d, std::size_t group, Penalty penalty,
                                     std::vector<lab_constant> more) {
  coordinate_blocks groups = coordinate_blocks::contiguous(d.design.columns(), group);
  more.push_back({"groups", static_cast<double>(groups.size())});
  grouped_model problem(least_squares(std::move(d.design), squared_loss{std::move(d.target)}), groups, penalty);
  return make_lab_problem(std::move(problem), std::move(more), std::move(groups));
}

/// The least l1 with which 0 is the solution.
double largest_group_correlation(const linear_data& d, std::size_t group) {
  const std::size_t n = d.design.columns();
  double largest = 0;
  for (std::size_t first = 0; first < n; first += group) {
    std::vector<double> c;
    for (std::size_t j = first; j < std::min(n, first + group); ++j)
      c.push_back(d.design.dot(j, [&](std::size_t i) { return d.target[i]; }));
    largest = std::max(largest, group_norm::norm(c) / std::sqrt(static_cast<double>(c.size())));
  }
  return largest;
}

std::unique_ptr<lab_problem> make_group_lasso(choice_reader& p, const problem_input& input) {
  if (input.l2.value_or(0) != 0) p.refuse("it has no --l2");
  const std::size_t group = group_size(p);
  linear_data d = regression_data(p, input, group);
  const double ratio = p.number("ratio", 0.1), largest = largest_group_correlation(d, group);
  if (input.l1 && p.has("ratio")) p.refuse("give --l1 or ratio, not both");
  const double l1 = input.l1.value_or(ratio * largest);
  return grouped(std::move(d), group, group_norm{.l1 = l1}, {{"l1", l1}, {"l1_max", largest}});
}

/// A target that a point of the simplices explains: in each group `density` of the weights are not zero.
void plant(linear_data& d, std::size_t group, double total, double density, double snr, std::uint64_t seed) {
  const std::size_t n = d.design.columns();
  detail::random_source model(seed, 1), noise(seed, 2);
  std::fill(d.target.begin(), d.target.end(), 0.0);
  for (std::size_t first = 0; first < n; first += group) {
    const std::size_t size = std::min(group, n - first);
    const auto wanted = static_cast<std::size_t>(density * static_cast<double>(size));
    const auto chosen = detail::random_subset(size, std::clamp<std::size_t>(wanted, 1, size), model);
    std::vector<double> weight;
    double sum = 0;
    for (std::size_t k = 0; k < chosen.size(); ++k) sum += weight.emplace_back(0.1 + model.uniform());
    for (std::size_t k = 0; k < chosen.size(); ++k) d.design.add(first + chosen[k], total * weight[k] / sum, d.target);
  }
  detail::add_noise(d.target, snr, noise);
}

std::unique_ptr<lab_problem> make_simplices(choice_reader& p, const problem_input& input) {
  if (input.l1.value_or(0) != 0 || input.l2.value_or(0) != 0) p.refuse("it has neither --l1 nor --l2, but total=1");
  const std::size_t group = group_size(p);
  const double total = p.number("total", 1);
  if (!(total > 0)) p.refuse("total must be above 0");
  linear_data d = regression_data(p, input, group);
  if (input.data.empty()) plant(d, group, total, p.number("density", 0.1), p.number("snr", 10), input.seed);
  return grouped(std::move(d), group, simplex_constraint{.total = total}, {});
}

}  // namespace

std::span<const problem_entry> grouped_entries() {
  static const problem_entry all[] = {
      {{.name = "group-lasso",
        .summary = "least squares with a penalty that keeps or drops whole groups of coordinates",
        .formula = "||Ax - y||^2 / 2 + l1 sum over groups of sqrt(size) ||x_g||",
        .cost = "O(nonzeros of the group's columns)",
        .guarantee = "--block-size natural: the groups; other blocks must be made of whole ones. --update gradient or "
                     "anderson",
        .source = "Yuan & Lin, J. R. Stat. Soc. B 68(1), 2006",
        .parameters = "group=5 (columns in a group); ratio=0.1 (l1 / the least l1 whose solution is 0, without --l1); "
                      "without --data as ridge, whole groups of the planted weights being 0"},
       make_group_lasso},
      {{.name = "simplex-least-squares",
        .summary = "least squares of mixtures: the coordinates of each group are shares of a whole",
        .formula = "||Ax - y||^2 / 2 over x_g >= 0, sum of x_g = total",
        .cost = "O(nonzeros of the group's columns + group log group)",
        .guarantee = "--block-size natural: the groups; other blocks must be made of whole ones. --update gradient. "
                     "Duality gap: what the linear model falls by (Jaggi)",
        .source = "projection: Held, Wolfe & Crowder, Math. Program. 6, 1974; gap: Jaggi, ICML 2013",
        .parameters = "group=5 (columns in a group); total=1; without --data as ridge, density being of each group"},
       make_simplices},
  };
  return all;
}

}  // namespace blockopt::program
