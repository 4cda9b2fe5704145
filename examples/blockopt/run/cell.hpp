// SPDX-License-Identifier: MIT
// Part of blockopt: one run of `run`, in a folder of its own.
#pragma once

#include <filesystem>
#include <functional>
#include <optional>
#include <string>

#include <nlohmann/json.hpp>

#include "lab/lab_run.hpp"
#include "run/options.hpp"

namespace blockopt::program {

/// The header of trace.csv.
[[nodiscard]] std::string run_trace_header();

/// A run's folder holds rows.csv, which grows; result.json when it is finished; a checkpoint while it is not.
class cell_runner {
 public:
  cell_runner(const run_options& options, run_cell cell);

  [[nodiscard]] const run_cell& cell() const noexcept { return cell_; }
  [[nodiscard]] std::filesystem::path folder() const;
  /// result.json of an earlier run; null when there is none.
  [[nodiscard]] nlohmann::ordered_json finished() const;
  [[nodiscard]] lab_setup setup() const;
  /// Raises usage_error, or what the library raises, for a policy or an update that cannot be, before anything runs: some
  /// refuse at their first step.
  void check(const lab_problem& problem) const { problem.start(setup())->advance(1); }
  /// Runs, from the checkpoint if there is one, until the end or until `interrupted` says true, and then keeps a
  /// checkpoint. Gives the result, whose status is "interrupted" in that case.
  /// `theory`: the problem's constants, where they are known.
  nlohmann::ordered_json operator()(const lab_problem& problem, const std::optional<problem_constants>& theory,
                                    const std::function<bool()>& interrupted) const;
  /// The rows so far.
  [[nodiscard]] std::string rows() const;

 private:
  [[nodiscard]] std::string row(const descent_record& r) const;

  const run_options& options_;
  run_cell cell_;
  std::string hash_, prefix_;
};

}  // namespace blockopt::program
