// SPDX-License-Identifier: MIT
// Part of blockopt's benchmarks: the lasso to a duality gap of 1e-6 ||y||^2 / 2, against what lasso_peers.py finds.
#include <algorithm>
#include <cmath>
#include <cstddef>
#include <cstdio>
#include <exception>
#include <optional>
#include <stdexcept>
#include <string>
#include <vector>

#include <blockopt/problem/transposed.hpp>
#include <blockopt/run/solve_lasso.hpp>

#include "contest.hpp"
#include "documents.hpp"
#include "options.hpp"
#include "peer_process.hpp"

namespace {

namespace bo = blockopt;

constexpr double wanted = 1e-6;

struct instance {
  bo::sparse_columns design{};  ///< a term is a column
  std::vector<double> y{};
  double scale = 0;       ///< ||y||^2 / 2
  double lambda_max = 0;  ///< from which on x = 0
};

instance make_instance(const bench::lab_options& o) {
  bench::documents data = bench::sized_documents(o.rows, o.columns);
  instance made{.design = bo::transposed(data.samples), .y = std::move(data.targets)};
  for (const double v : made.y) made.scale += 0.5 * v * v;
  for (std::size_t j = 0; j < made.design.columns(); ++j)
    made.lambda_max =
        std::max(made.lambda_max, std::fabs(made.design.dot(j, [&](std::size_t i) { return made.y[i]; })));
  return made;
}

struct judgement {
  double primal = 0, gap = 0;
};

/// What all solvers are judged by. The dual point is the residual, scaled to be feasible and as good as that makes it.
judgement judge(const instance& t, double l1, const std::vector<double>& x) {
  std::vector<double> r(t.y);
  double norm = 0, rr = 0, yr = 0, most = 0;
  for (std::size_t j = 0; j < x.size(); ++j) {
    if (x[j] == 0) continue;
    t.design.add(j, -x[j], r);
    norm += std::fabs(x[j]);
  }
  for (std::size_t i = 0; i < r.size(); ++i) {
    rr += r[i] * r[i];
    yr += t.y[i] * r[i];
  }
  for (std::size_t j = 0; j < x.size(); ++j)
    most = std::max(most, std::fabs(t.design.dot(j, [&](std::size_t i) { return r[i]; })));
  const double primal = 0.5 * rr + l1 * norm;
  const double s = rr > 0 ? std::clamp(yr / rr, -l1 / most, l1 / most) : 0.0;
  return {primal, primal - s * yr + 0.5 * s * s * rr};
}

void measure(const instance& t, double fraction, std::size_t repetitions, bench::peer_process* others) {
  const double l1 = fraction * t.lambda_max;
  double least = 0, lowest = HUGE_VAL;  // no value is below the one, nor above the other by more than its gap
  const auto distance_of = [&](const judgement& found) {
    least = std::max(least, found.primal - found.gap);
    lowest = std::min(lowest, found.primal);
    if (!(least <= lowest + 1e-12 * t.scale))
      throw std::runtime_error("solutions contradict each other: a value below another one's bound");
    return found.gap / t.scale;
  };
  std::size_t support = 0;
  std::vector<bench::contestant> all;
  all.push_back({.name = "solve_lasso", .setting = "1e-6", .solve = [&](std::size_t) {
                   std::optional<bo::lasso_solution> found;
                   bench::outcome o =
                       bench::timed([&] { found = bo::solve_lasso(t.design, t.y, l1, {.tolerance = wanted}); });
                   const judgement judged = judge(t, l1, found->weights);
                   bench::check_equal("the lasso's value", found->primal, judged.primal);
                   support = found->weights.size() -
                             static_cast<std::size_t>(std::count(found->weights.begin(), found->weights.end(), 0.0));
                   o.distance = distance_of(judged);
                   return o;
                 }});
  if (others != nullptr) {
    for (const auto& peer : others->peers()) {
      const auto solve = [&, others, name = peer.name](double tolerance) {
        std::vector<double> x;
        bench::outcome o = others->solve(name, l1, tolerance, x);
        o.distance = distance_of(judge(t, l1, x));
        return o;
      };
      const auto tolerance = bench::loosest_tolerance(peer.name, wanted, solve);
      if (!tolerance) continue;
      char setting[32];
      std::snprintf(setting, sizeof setting, "tol %.3g", *tolerance);
      all.push_back({.name = peer.name,
                     .setting = setting,
                     .solve = [solve, tolerance](std::size_t) { return solve(*tolerance); },
                     .counted = peer.counted});
    }
  }
  bench::alternate(all, repetitions, wanted);
  char title[160];
  std::snprintf(title, sizeof title, "Lasso, %zu x %zu, lambda = %g lambda_max, value %.12g, %zu nonzeros",
                t.design.rows(), t.design.columns(), fraction, lowest, support);
  bench::print_contest(title, all);
}

}  // namespace

int main(int argc, char** argv) {
  bench::lab_options o;
  if (!bench::read_options(argc, argv, o)) {
    std::fputs("usage: bench_lasso [--rows N] [--columns N] [--repetitions N] [--peers FOLDER]\n", stderr);
    return 2;
  }
  try {
    const instance t = make_instance(o);
    std::optional<bench::peer_process> others;
    if (!o.peers.empty()) others.emplace(o.peers, t.design, t.y);
    for (const double fraction : {0.1, 0.01, 0.001}) measure(t, fraction, o.repetitions, others ? &*others : nullptr);
    return 0;
  } catch (const std::exception& e) {
    std::fprintf(stderr, "bench_lasso: %s\n", e.what());
    return 1;
  }
}
