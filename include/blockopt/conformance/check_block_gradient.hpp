// SPDX-License-Identifier: MIT
// Part of blockopt: the conformance check of block oracles.
#pragma once

#include <cmath>
#include <cstddef>
#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

#include <blockopt/conformance/detail/gradient_probe.hpp>
#include <blockopt/conformance/detail/numbers.hpp>
#include <blockopt/conformance/report.hpp>
#include <blockopt/problem/problem.hpp>

namespace blockopt {

/// How the gradient of a problem is checked. The defaults suit values near 1 and an objective that is smooth there.
struct block_gradient_options {
  std::string_view name{};                         ///< for the report
  std::vector<std::vector<std::size_t>> blocks{};  ///< by numbers of parameters; empty: each parameter alone
  std::size_t elements = 16;                       ///< tried in each parameter, the first and the last among them
  double step = 0;                                 ///< of the differences; 0: 1e-3 in double, 1e-2 in float
  double tolerance = 0;                            ///< relative to 1 + |difference|; 0: 1e-7 in double, 1e-2 in float
};

/// Checks the gradient that a problem gives for each block, at its present values, which are as they were afterwards.
/// Named checks: "objective is finite", "returns the objective", "agrees with differences" (central, five points, error
/// O(step^4); not for 16-bit values, whose steps are too coarse), "adds to what is there", "leaves inactive parameters
/// alone", "blocks are parts of the full gradient" (bit by bit: an oracle that computes them in another order may fail
/// this one alone), "changes no values", "same numbers again", "nothing active is no error".
template <block_differentiable Problem>
[[nodiscard]] conformance_report check_block_gradient(Problem& problem, const block_gradient_options& options = {}) {
  using T = typename Problem::value_type;
  using compute = compute_type_t<T>;
  using probe = detail::gradient_probe<Problem>;
  using detail::say;
  conformance_report report(options.name.empty() ? std::string("block gradient") : std::string(options.name));
  report.guard([&] {
    const auto parameters = problem.parameters();
    std::vector<std::size_t> all(parameters.size());
    for (std::size_t p = 0; p < all.size(); ++p) all[p] = p;
    std::vector<std::vector<std::size_t>> blocks = options.blocks;
    if (blocks.empty()) {
      for (const std::size_t p : all) blocks.push_back({p});
    }
    const auto image = detail::bytes_of_values(problem);
    const double objective = problem.value();
    report.expect("objective is finite", std::isfinite(objective), [&] { return say("value() is ", objective); });

    const probe full(problem, all, compute(0));
    const probe again(problem, all, compute(0));
    const compute there(-3);
    for (std::size_t b = 0; b < blocks.size(); ++b) {
      const probe fresh(problem, blocks[b], compute(0));
      const probe added(problem, blocks[b], there);
      const double close = (sizeof(compute) == 8 ? 1e-12 : 1e-5) * (1 + std::fabs(objective));
      report.expect("returns the objective", std::fabs(fresh.objective() - objective) <= close, [&] {
        return say("gradient() of block ", b, " returns ", fresh.objective(), ", value() ", objective);
      });
      for (const std::size_t p : all) {
        const bool active = fresh.active(p);
        for (std::size_t i = 0; i < full.gradient(p).size(); ++i) {
          const compute g = fresh.gradient(p)[i];
          const auto where = [&] { return say("element ", i, " of '", parameters[p].name, "', block ", b, ": "); };
          if (active) {
            report.expect(
                "blocks are parts of the full gradient", detail::ulps_apart(g, full.gradient(p)[i]) == 0, [&] {
                  return where() +
                         say("its gradient is ", g, " alone, and ", full.gradient(p)[i], " with all parameters active");
                });
            report.expect(
                "same numbers again", detail::ulps_apart(again.gradient(p)[i], full.gradient(p)[i]) == 0, [&] {
                  return where() +
                         say("the full gradient is ", full.gradient(p)[i], " once and ", again.gradient(p)[i], " then");
                });
            const compute sum = added.gradient(p)[i];
            const double slack = (sizeof(compute) == 8 ? 1e-14 : 1e-5) * (3 + std::fabs(static_cast<double>(g)));
            report.expect("adds to what is there", std::fabs(static_cast<double>(sum - (there + g))) <= slack,
                          [&] { return where() + say(g, " added to ", there, " gave ", sum); });
          } else {
            report.expect("leaves inactive parameters alone", g == compute(0) && added.gradient(p)[i] == there, [&] {
              return where() +
                     say("it is not active, and its gradient went from ", there, " to ", added.gradient(p)[i]);
            });
          }
        }
      }
    }
    static_cast<void>(problem.gradient({}));
    report.expect("nothing active is no error", true, [] { return std::string(); });
    report.expect("changes no values", detail::bytes_of_values(problem) == image,
                  [] { return std::string("gradient() or value() changed a value"); });

    if constexpr (!is_reduced_precision<T>) {
      const double h = options.step > 0 ? options.step : sizeof(T) == 8 ? 1e-3 : 1e-2;
      const double tolerance = options.tolerance > 0 ? options.tolerance : sizeof(T) == 8 ? 1e-7 : 1e-2;
      for (std::size_t p = 0; p < parameters.size(); ++p) {
        for (const std::size_t i : detail::chosen_elements(parameters[p].values.size(), options.elements, p)) {
          const double slope = detail::difference(problem, detail::element_of(parameters[p].values, i), h);
          const double g = static_cast<double>(full.gradient(p)[i]);
          report.expect("agrees with differences", std::fabs(g - slope) <= tolerance * (1 + std::fabs(slope)), [&] {
            return say("element ", i, " of '", parameters[p].name, "': its gradient is ", g,
                       ", differences of the objective say ", slope);
          });
        }
      }
      report.expect("changes no values", detail::bytes_of_values(problem) == image,
                    [] { return std::string("gradient() or value() changed a value"); });
    }
  });
  return report;
}

}  // namespace blockopt
