// SPDX-License-Identifier: MIT
// Part of blockopt's benchmarks: l2-regularized logistic regression to (P - P*) / P* <= 1e-6, against liblinear.
#include <cmath>
#include <cstddef>
#include <cstdio>
#include <exception>
#include <optional>
#include <stdexcept>
#include <string>
#include <vector>

#include <blockopt/run/solve_logistic.hpp>

#include "contest.hpp"
#include "documents.hpp"
#include "options.hpp"
#ifdef BENCH_HAS_LIBLINEAR
#include "liblinear.hpp"
#endif

namespace {

namespace bo = blockopt;

constexpr double wanted = 1e-6;

/// P(w) = ||w||^2 / 2 + C sum of ln(1 + exp(-y_i x_i'w)): what all solvers are judged by.
double objective(const bench::documents& data, double c, const std::vector<double>& w) {
  double squares = 0, losses = 0;
  for (const double v : w) squares += v * v;
  for (std::size_t i = 0; i < data.labels.size(); ++i) {
    const double z = -data.labels[i] * data.samples.dot(i, [&](std::size_t j) { return w[j]; });
    losses += z > 0 ? z + std::log1p(std::exp(-z)) : std::log1p(std::exp(z));
  }
  return 0.5 * squares + c * losses;
}

/// A value that P* is not below, and not above by more than 1e-12 of it.
double least_value(const bench::documents& data, double c) {
  const auto exact = bo::solve_logistic(data.samples, data.labels, c, {.tolerance = 1e-12, .most_epochs = 100'000});
  if (exact.reason != bo::descent_status::converged)
    throw std::runtime_error("no certificate of 1e-12 for C = " + std::to_string(c));
  bench::check_equal("P*", exact.primal, objective(data, c, exact.weights));
  return exact.primal - exact.gap;
}

void measure(const bench::documents& data, double c, std::size_t repetitions, const std::string& name) {
  const double least = least_value(data, c);
  const auto distance_of = [&](const std::vector<double>& w) {
    const double distance = (objective(data, c, w) - least) / least;
    if (!(distance >= -1e-13)) throw std::runtime_error("a value below what was certified to be the least");
    return distance;
  };
  std::vector<bench::contestant> all;
  all.push_back({.name = "solve_logistic", .setting = "1e-6", .solve = [&](std::size_t repetition) {
                   std::optional<bo::logistic_solution> found;
                   bench::outcome o = bench::timed([&] {
                     found = bo::solve_logistic(data.samples, data.labels, c,
                                                {.tolerance = wanted, .seed = repetition + 1});
                   });
                   bench::check_equal("P(w)", found->primal, objective(data, c, found->weights));
                   o.distance = distance_of(found->weights);
                   return o;
                 }});
#ifdef BENCH_HAS_LIBLINEAR
  const bench::liblinear peer(data.samples, data.labels);
  for (const int type : {0, 7}) {
    const std::string called = "liblinear -s " + std::to_string(type);
    const auto solve = [&, type](double e) {
      std::optional<bench::liblinear::solution> found;
      bench::outcome o = bench::timed([&] { found.emplace(peer.solve(type, c, e)); });
      o.distance = distance_of(found->weights());
      return o;
    };
    const auto e = bench::loosest_tolerance(called, wanted, solve);
    if (!e) continue;
    char setting[32];
    std::snprintf(setting, sizeof setting, "-e %.3g", *e);
    all.push_back({.name = called, .setting = setting, .solve = [solve, e](std::size_t) { return solve(*e); }});
  }
#endif
  bench::alternate(all, repetitions, wanted);
  char title[160];
  std::snprintf(title, sizeof title, "Logistic regression, %s%zu x %zu, C = %g, P* = %.12g", name.c_str(),
                data.samples.columns(), data.samples.rows(), c, least);
  bench::print_contest(title, all);
}

}  // namespace

int main(int argc, char** argv) {
  bench::lab_options o;
  if (!bench::read_options(argc, argv, o)) {
    std::fputs("usage: bench_logistic [--rows N] [--columns N] [--repetitions N]\n", stderr);
    return 2;
  }
  try {
#ifdef BENCH_HAS_LIBLINEAR
    std::printf("liblinear %d.%d\n", LIBLINEAR_VERSION / 100, LIBLINEAR_VERSION % 100);
#else
    std::puts("liblinear was not found when this was compiled (liblinear-dev): solve_logistic alone");
#endif
    {
      const bench::documents wide = bench::sized_documents(o.rows, o.columns);
      for (const double c : {1.0, 100.0}) measure(wide, c, o.repetitions, "");
    }
    measure(bench::sized_documents(o.rows, o.columns / 50), 100, o.repetitions, "more samples than features: ");
    return 0;
  } catch (const std::exception& e) {
    std::fprintf(stderr, "bench_logistic: %s\n", e.what());
    return 1;
  }
}
