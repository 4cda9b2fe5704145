// SPDX-License-Identifier: MIT
// Part of blockopt's benchmarks: pieces of work timed in turn, so that a slow moment of the machine meets all of them.
#pragma once

#include <algorithm>
#include <chrono>
#include <cmath>
#include <cstddef>
#include <functional>
#include <utility>
#include <vector>

namespace bench {

/// The median of numbers, of which there is at least one.
[[nodiscard]] inline double median_of(std::vector<double> numbers) {
  std::sort(numbers.begin(), numbers.end());
  const std::size_t half = numbers.size() / 2;
  return numbers.size() % 2 == 1 ? numbers[half] : 0.5 * (numbers[half - 1] + numbers[half]);
}

/// The median absolute deviation from the median, in parts of the median: what half of the numbers stay within.
[[nodiscard]] inline double relative_deviation(const std::vector<double>& numbers) {
  const double middle = median_of(numbers);
  std::vector<double> away;
  for (const double v : numbers) away.push_back(std::abs(v - middle));
  return middle == 0 ? 0 : median_of(std::move(away)) / std::abs(middle);
}

/// Seconds of one piece of work, one number per round.
struct timing {
  std::vector<double> rounds;

  [[nodiscard]] double best() const { return *std::min_element(rounds.begin(), rounds.end()); }
  [[nodiscard]] double median() const { return median_of(rounds); }
};

/// The time of one piece over that of another, measured in turn: the ratio of the medians, and the range that the middle
/// eight tenths of the rounds' own ratios span.
struct ratio_range {
  double middle = 0, low = 0, high = 0;
};

[[nodiscard]] inline ratio_range ratio_of(const timing& first, const timing& second) {
  std::vector<double> ratios;
  for (std::size_t r = 0; r < first.rounds.size(); ++r) ratios.push_back(first.rounds[r] / second.rounds[r]);
  std::sort(ratios.begin(), ratios.end());
  const std::size_t tenth = ratios.size() / 10;
  return {first.median() / second.median(), ratios[tenth], ratios[ratios.size() - 1 - tenth]};
}

/// How long to measure: rounds until the time is spent, but no fewer than `least_rounds`. A piece that is shorter than
/// `shortest_sample` is repeated within a round until it is not. Each sample follows as many untimed executions as fit in
/// `settle`, at least one that is not far longer, so that a piece finds the caches as it leaves them itself: the stores of another one may have emptied them.
struct effort {
  double seconds = 0.25;
  std::size_t least_rounds = 7;
  double shortest_sample = 5e-5;
  double settle = 2e-3;
};

/// Runs all pieces once to warm up, then round by round. The result has one timing per piece, per single execution.
[[nodiscard]] inline std::vector<timing> measure_in_turn(const std::vector<std::function<void()>>& pieces,
                                                         const effort& how = {}) {
  using clock = std::chrono::steady_clock;
  const auto seconds_of = [](const std::function<void()>& piece, std::size_t repeats) {
    const clock::time_point start = clock::now();
    for (std::size_t i = 0; i < repeats; ++i) piece();
    return std::chrono::duration<double>(clock::now() - start).count() / static_cast<double>(repeats);
  };
  std::vector<std::size_t> repeats(pieces.size(), 1), settling(pieces.size());
  for (std::size_t p = 0; p < pieces.size(); ++p) {
    double once = seconds_of(pieces[p], 1);
    while (once * static_cast<double>(repeats[p]) < how.shortest_sample) {
      repeats[p] *= 2;
      once = seconds_of(pieces[p], repeats[p]);
    }
    settling[p] = static_cast<std::size_t>(how.settle / once);
    if (settling[p] == 0 && once < 10 * how.settle) settling[p] = 1;
  }
  std::vector<timing> result(pieces.size());
  const clock::time_point start = clock::now();
  for (std::size_t round = 0;
       round < how.least_rounds || std::chrono::duration<double>(clock::now() - start).count() < how.seconds; ++round) {
    for (std::size_t p = 0; p < pieces.size(); ++p) {
      for (std::size_t i = 0; i < settling[p]; ++i) pieces[p]();
      result[p].rounds.push_back(seconds_of(pieces[p], repeats[p]));
    }
  }
  return result;
}

}  // namespace bench
