// SPDX-License-Identifier: MIT
// Part of blockopt: what a run of train has measured.
#pragma once

#include <cstddef>
#include <cstdint>
#include <limits>
#include <span>
#include <string>
#include <vector>

#include "train/trainer.hpp"

namespace blockopt::program {

/// One row of trace.csv.
struct trace_row {
  std::uint64_t step = 0;  ///< from 1
  std::uint64_t visit = 0;
  std::string block;         ///< its number; those of several, joined by +
  std::uint64_t tokens = 0;  ///< so far
  double seconds = 0;        ///< of training so far, evaluations apart
  double train_loss = 0;
  double eval_loss = std::numeric_limits<double>::quiet_NaN();  ///< NaN: not evaluated after this step
  double learning_rate = 0;
  double forward_s = 0, backward_s = 0, update_s = 0;
  std::size_t state_bytes = 0;
  double forward_flops = 0, input_gradient_flops = 0, weight_gradient_flops = 0;
};

/// One method in one repeat.
struct method_record {
  std::string method;
  std::size_t repeat = 0;
  double learning_rate = 0;
  std::size_t parameters = 0, trained_parameters = 0, blocks = 0;
  std::uint64_t switch_every = 0;
  kinds_of_bytes planned, measured;
  std::size_t measured_total = 0, peak_resident = 0;
  double start_loss = std::numeric_limits<double>::quiet_NaN();  ///< held-out, before the first step; NaN: not known
  std::vector<trace_row> rows;
  value_checksums before, after;  ///< empty unless asked for
};

/// The sums over all rows that visited a block (or several, joined by +).
struct block_work {
  std::string block;
  std::uint64_t steps = 0;
  double forward_s = 0, backward_s = 0, update_s = 0, forward_flops = 0, input_gradient_flops = 0,
         weight_gradient_flops = 0;
};
/// Of all repeats of a method, in the order of the first visits.
[[nodiscard]] std::vector<block_work> work_by_block(std::span<const method_record> records, const std::string& method);

struct losses {
  double train = std::numeric_limits<double>::quiet_NaN();
  double held_out = std::numeric_limits<double>::quiet_NaN();
};

/// At the end of the first `rows` rows: the last held-out loss, and the mean training loss over a twentieth of the run
/// (a single batch says little). NaN where there is nothing.
[[nodiscard]] losses losses_after(const method_record& record, std::size_t rows);
/// After the last row that ends within so many tokens or seconds.
[[nodiscard]] losses losses_at_tokens(const method_record& record, std::uint64_t tokens);
[[nodiscard]] losses losses_at_seconds(const method_record& record, double seconds);

/// What all methods of a repeat have reached: the fewest tokens, and the seconds of the fastest.
struct common_end {
  std::uint64_t tokens = 0;
  double seconds = 0;
};
[[nodiscard]] common_end common_end_of(std::span<const method_record> records, std::size_t repeat);

/// The line of a row in trace.csv, and that file's header.
[[nodiscard]] std::string trace_line(const method_record& record, const trace_row& row);
[[nodiscard]] std::string trace_header();

}  // namespace blockopt::program
