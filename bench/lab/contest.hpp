// SPDX-License-Identifier: MIT
// Part of blockopt's benchmarks: solvers that take turns, and the table of their times.
#pragma once

#include <algorithm>
#include <chrono>
#include <cmath>
#include <cstddef>
#include <cstdio>
#include <ctime>
#include <functional>
#include <optional>
#include <stdexcept>
#include <string>
#include <vector>

#include "../measure.hpp"

namespace bench {

/// Seconds of one solve, of the clock on the wall and of the process's processor, and how far from the optimum it ended.
struct outcome {
  double wall = 0, cpu = 0;
  double distance = 0;
};

/// Processor time tells what the neighbours on a busy machine do not change.
template <class F>
[[nodiscard]] outcome timed(const F& solve) {
  const auto processor = [] {
    std::timespec t{};
    clock_gettime(CLOCK_PROCESS_CPUTIME_ID, &t);
    return static_cast<double>(t.tv_sec) + 1e-9 * static_cast<double>(t.tv_nsec);
  };
  const auto start = std::chrono::steady_clock::now();
  const double begin = processor();
  solve();
  const double cpu = processor() - begin;
  return {.wall = std::chrono::duration<double>(std::chrono::steady_clock::now() - start).count(), .cpu = cpu};
}

struct contestant {
  std::string name;
  std::string setting{};                        ///< as the table shows it
  std::function<outcome(std::size_t)> solve{};  ///< of the number of the repetition
  bool counted = true;                          ///< among those that ours is held against
  timing wall{}, cpu{};
  double distance = 0;  ///< the largest of all solves
};

/// The loosest 10^(-k/4), k = -12, -11, ..., 60, with which `solve` ends within `wanted` of the optimum. Where none does it
/// says so, and there is none.
[[nodiscard]] inline std::optional<double> loosest_tolerance(const std::string& name, double wanted,
                                                             const std::function<outcome(double)>& solve) {
  for (int k = -12; k <= 60; ++k) {
    const double tolerance = std::pow(10.0, -k / 4.0);
    if (solve(tolerance).distance <= wanted) return tolerance;
  }
  std::printf("left out: %s, which reaches %.0e with no tolerance down to 1e-15\n", name.c_str(), wanted);
  return {};
}

/// All solve in turn, `repetitions` times. Raises std::runtime_error for a solve that ends further away than `wanted`.
inline void alternate(std::vector<contestant>& all, std::size_t repetitions, double wanted) {
  for (std::size_t r = 0; r < repetitions; ++r) {
    for (contestant& c : all) {
      const outcome o = c.solve(r);
      if (!(o.distance <= wanted))
        throw std::runtime_error(c.name + " ended at a distance of " + std::to_string(o.distance / wanted) +
                                 " times the one asked for");
      c.wall.rounds.push_back(o.wall);
      c.cpu.rounds.push_back(o.cpu);
      c.distance = std::max(c.distance, o.distance);
    }
  }
}

/// A row for each; then the first one's time over that of the fastest other one that is counted.
inline void print_contest(const std::string& title, const std::vector<contestant>& all) {
  std::printf("\n%s\n%-22s %-14s %9s %11s %9s %11s %9s\n", title.c_str(), "solver", "setting", "distance",
              "wall median", "minimum", "CPU median", "minimum");
  for (const contestant& c : all)
    std::printf("%-22s %-14s %9.1e %11.4f %9.4f %11.4f %9.4f\n", c.name.c_str(), c.setting.c_str(), c.distance,
                c.wall.median(), c.wall.best(), c.cpu.median(), c.cpu.best());
  const contestant* fastest = nullptr;
  for (const contestant& c : all) {
    if (&c == &all.front() || !c.counted) continue;
    if (fastest == nullptr || c.cpu.median() < fastest->cpu.median()) fastest = &c;
  }
  if (fastest != nullptr) {
    const contestant &ours = all.front(), &theirs = *fastest;
    std::printf("%s / %s: %.2f by CPU medians, %.2f by CPU minima, %.2f by wall medians, %.2f by wall minima\n",
                ours.name.c_str(), theirs.name.c_str(), ours.cpu.median() / theirs.cpu.median(),
                ours.cpu.best() / theirs.cpu.best(), ours.wall.median() / theirs.wall.median(),
                ours.wall.best() / theirs.wall.best());
  }
  std::fflush(stdout);
}

/// Two values of the same objective, from the benchmark's own function and from a solver. Raises std::runtime_error
/// unless they are equal but for rounding.
inline void check_equal(const std::string& what, double told, double found) {
  if (!(std::fabs(told - found) <= 1e-9 * std::fabs(found)))
    throw std::runtime_error(what + ": the solver says " + std::to_string(told) + ", it is " + std::to_string(found));
}

}  // namespace bench
