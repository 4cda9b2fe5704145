// SPDX-License-Identifier: MIT
// Part of blockopt's benchmarks: what the files of figures share.
#pragma once

#include <cstddef>
#include <functional>
#include <stdexcept>
#include <utility>
#include <vector>

#include <blockopt/update/adam.hpp>

#include "measure.hpp"
#include "report.hpp"
#include "subject.hpp"

namespace bench {

struct timing_pair {
  timing first, second;
};

/// Two pieces of work, measured in turn.
[[nodiscard]] inline timing_pair in_turn(const std::function<void()>& first, const std::function<void()>& second,
                                         const effort& how = {}) {
  std::vector<timing> all = measure_in_turn({first, second}, how);
  return {std::move(all[0]), std::move(all[1])};
}

/// The streaming limit of an Adam step on 2^power elements over its time, one repetition.
template <class T, bool Master>
[[nodiscard]] double limit_over_time(std::size_t power) {
  using subject_type = subject<blockopt::adam, T, Master>;
  const std::size_t n = std::size_t{1} << power;
  if (!fits_in_memory(subject_type::footprint(n))) throw std::runtime_error("left out: not enough free memory");
  subject_type subject(blockopt::adam{}, n);
  return compare_with_stream(subject, effort{.seconds = 0.2, .least_rounds = 5, .shortest_sample = 5e-5}).ratio();
}

void add_update_figures();
void add_format_figures();
void add_backend_figures();
void add_block_figures();
void add_training_figures();
void add_wide_figures();
void add_lab_figures();

}  // namespace bench
