// SPDX-License-Identifier: MIT
// Part of blockopt's benchmarks: results as counters of Google Benchmark, and as tables for people.
#pragma once

#include <cstddef>
#include <functional>
#include <string>
#include <vector>

#include <benchmark/benchmark.h>

#include "measure.hpp"

namespace bench {

/// A figure of the project: a ratio that should be at least, or at most, its target.
struct figure {
  enum class goal { at_least, at_most, none };

  std::string name;  ///< of the benchmark, after "figure/"
  std::string what;  ///< a phrase for the table
  goal wanted = goal::none;
  double target = 0;
  /// Measures once. The table shows the median and the range over the repetitions.
  std::function<double()> measure;
  std::size_t repetitions = 5;
};

/// Registers a figure; it is measured only when the filter takes it.
void add_figure(figure f);

/// One peer in a row of the table of update rules.
struct peer_column {
  std::string name;
  double nanoseconds = 0;      ///< median per element
  ratio_range time_over_peer;  ///< of the rule's time over the peer's
};

/// One row of the table of update rules.
struct update_row {
  std::string storage, rule;
  std::size_t elements = 0;
  int threads = 1;
  double bytes_per_element = 0;  ///< read and written
  double nanoseconds = 0;        ///< median per element
  double best_nanoseconds = 0;
  double deviation = 0;          ///< of the rounds, see relative_deviation()
  double limit_nanoseconds = 0;  ///< median of the best streaming kernel
  std::string limit_form;
  std::vector<peer_column> peers;
  std::string refused;  ///< sentences about peers that do not compute the same
};

/// Registers a row; `measure` runs only when the filter takes it.
void add_update_row(const std::string& name, std::function<update_row()> measure);

/// Whether so many bytes are free.
[[nodiscard]] bool fits_in_memory(std::size_t bytes);

/// Runs what is registered: Google Benchmark's options, and --no-header for tables that continue another. With
/// --benchmark_format the output is Google Benchmark's own.
int run(int argc, char** argv, const char* title);

}  // namespace bench
