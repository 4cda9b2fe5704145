// SPDX-License-Identifier: MIT
// Part of blockopt: published results: two steps for nonnegative factors.

#include <cstddef>
#include <cstdint>
#include <string>

#include <blockopt/problem/nonnegative_matrix_factorization.hpp>
#include <blockopt/run/descent.hpp>
#include <blockopt/select/ascending.hpp>
#include <blockopt/update/block/exact_step.hpp>
#include <blockopt/update/block/multiplicative_step.hpp>

#include "reproduce/results.hpp"

namespace blockopt::program {

namespace {

struct sweeps {
  double objective = 0;
  std::size_t rises = 0;  ///< sweeps after which it was higher than before, by more than rounding
};

template <class Blocks, class Update>
sweeps after_sweeps(nonnegative_matrix_factorization problem, const Blocks& blocks, const Update& update) {
  descent run(problem, blocks, ascending{}, update);
  sweeps result{.objective = problem.value()};
  for (int k = 0; k < 100; ++k) {
    run.advance(blocks.size());
    const double objective = problem.value();
    if (objective > result.objective * (1 + 1e-12)) ++result.rises;
    result.objective = objective;
  }
  return result;
}

void run(const reproduce_settings&, reproduction& r) {
  constexpr std::uint64_t seeds = 20;
  std::size_t lower = 0, rises_exact = 0, rises_multiplicative = 0;
  for (std::uint64_t seed = 1; seed <= seeds; ++seed) {
    const nonnegative_matrix_factorization problem(planted_nonnegative_matrix(40, 40, 3, seed), 3, seed);
    const sweeps exact = after_sweeps(problem, problem.component_blocks(), exact_step{});
    const sweeps multiplicative = after_sweeps(problem, problem.factor_blocks(), multiplicative_step{});
    if (exact.objective < multiplicative.objective) ++lower;
    rises_exact += exact.rises;
    rises_multiplicative += multiplicative.rises;
    if (seed > 4) continue;
    const std::string name = "seed " + std::to_string(seed) + ": ";
    r.report(name + "HALS", exact.objective);
    r.report(name + "multiplicative", multiplicative.objective);
  }
  r.absolute("seeds of 20 where HALS is lower after 100 sweeps", seeds, static_cast<double>(lower), 0);
  r.absolute("HALS: sweeps that raised f", 0, static_cast<double>(rises_exact), 0);
  r.absolute("multiplicative: sweeps that raised f", 0, static_cast<double>(rises_multiplicative), 0);
}

}  // namespace

published_result f16() {
  return {
      .number = "f16",
      .name = "nmf-hals",
      .title = "Exact steps on columns beat multiplicative steps on factors",
      .source = "benchopt, benchmark_nmf: 40 x 40 of rank 3, uniform factors, one start for all; Cichocki et al. 2007",
      .setup = "||Y - W H||^2/2 over nonnegative W and H, 20 seeds, 100 sweeps",
      .run = run};
}

}  // namespace blockopt::program
