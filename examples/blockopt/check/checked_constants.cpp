// SPDX-License-Identifier: MIT
// Part of blockopt: the constants of the problems of the check, and what theorems on expectations say of them.

#include <algorithm>
#include <cmath>
#include <cstdio>
#include <utility>
#include <vector>

#include <blockopt/theory/constants_of.hpp>
#include <blockopt/theory/expected_trajectory.hpp>

#include "check/checked_problem.hpp"

namespace blockopt::program {

problem_constants constants(const checked_problem<checked_quadratic>& p, const coordinate_blocks& blocks) {
  return constants_of(p.problem, blocks);
}
problem_constants constants(const checked_problem<checked_ridge>& p, const coordinate_blocks& blocks) {
  return constants_of(p.problem, blocks, p.minimizer, p.optimum);
}
problem_constants constants(const checked_problem<checked_logistic>& p, const coordinate_blocks& blocks) {
  return constants_of(p.problem, blocks, p.minimizer, p.optimum);
}
problem_constants constants(const checked_problem<checked_lasso>& p, const coordinate_blocks& blocks) {
  return constants_of(p.problem, blocks, p.minimizer, p.optimum);
}
problem_constants constants(const checked_problem<checked_dual>& p, const coordinate_blocks& blocks) {
  return constants_of(p.problem, blocks, p.minimizer, p.optimum);
}

std::string constants_text(const problem_constants& c) {
  std::string text = "N=" + std::to_string(c.lipschitz.size());
  const auto add = [&](const char* name, double value) {
    if (std::isnan(value)) return;
    char digits[32];
    std::snprintf(digits, sizeof digits, "%.4g", value);
    text += std::string(" ") + name + "=" + digits;
  };
  add("L", c.smoothness);
  add("L_max", c.largest_lipschitz());
  add("L_min", c.least_lipschitz());
  add("sum_L", c.lipschitz_sum());
  add("mu", c.mu);
  add("mu_1", c.mu_1);
  add("mu_L", c.mu_l);
  add("sigma_1", c.sigma_1);
  add("c", c.coupling);
  return text;
}

problem_constants with_fault(problem_constants c, double scale) {
  for (double* constant : {&c.mu, &c.mu_1, &c.mu_l, &c.sigma_half, &c.sigma_1, &c.sigma_blocks, &c.l2})
    *constant /= scale;
  for (double* factor : {&c.coupling, &c.sweep}) {
    const double more = 1 - (1 - *factor) / scale;  // may be NaN
    *factor = more < 0 ? 0 : more;
  }
  c.scaled_squared_distance *= scale;  // as distances are, where f - f* is given
  return c;
}

theorem expectation(const checked_problem<checked_quadratic>& p, const coordinate_blocks& blocks, double power,
                    block_step_kind kind, std::uint64_t steps, double scale) {
  const problem_constants c = constants(p, blocks);
  std::vector<double> probability, lipschitz;
  for (const double l : c.lipschitz) {
    probability.push_back(std::pow(l, power) / c.lipschitz_sum(power));
    lipschitz.push_back(l * scale);
  }
  expected_trajectory e(detail::dense(p.problem.matrix()), blocks, probability, lipschitz, kind);
  Eigen::VectorXd error(static_cast<Eigen::Index>(p.problem.size()));
  for (std::size_t i = 0; i < p.problem.size(); ++i)
    error[static_cast<Eigen::Index>(i)] = p.problem.at(i) - p.minimizer[i];
  e.start(error);
  std::vector<double> values{e.suboptimality()};
  for (; values.size() <= steps; values.push_back(e.suboptimality())) e.advance();
  theorem t{.name = "exact expectation", .statement = "E(f_k - f*) by the second moments", .source = "derivation"};
  t.on_mean = t.equality = true;
  t.at = [values = std::move(values)](const problem_constants&, double k) {
    const auto at = static_cast<std::size_t>(k);
    return at < values.size() ? values[at] : problem_constants::unknown;
  };
  return t;
}

}  // namespace blockopt::program
