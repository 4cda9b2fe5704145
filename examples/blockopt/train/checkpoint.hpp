// SPDX-License-Identifier: MIT
// Part of blockopt: how far a run of train is, in files from which it can go on.
#pragma once

#include <cstddef>
#include <cstdint>
#include <filesystem>
#include <limits>
#include <string>
#include <vector>

#include <nlohmann/json.hpp>

#include "train/record.hpp"

namespace blockopt::program {

/// The folder OUT/checkpoint: progress.json, rows.jsonl with a line for each row of trace.csv, and the optimizer of the
/// method under way with the model's values (see blockopt::save). progress.json is written last and at once, and says what
/// of the others counts: a run that is killed at any moment finds the state of the last one.
class run_checkpoint {
 public:
  explicit run_checkpoint(const std::filesystem::path& out) : folder_(out / "checkpoint") {}

  /// Reads what there is; false when there is nothing. Raises run_failure for files that are damaged, and usage_error for
  /// another configuration, threads apart, on which no result depends.
  [[nodiscard]] bool read(const nlohmann::ordered_json& configuration);
  /// What was read: the records of all methods that have begun; the last one is under way when `optimizer()` is not empty.
  [[nodiscard]] std::vector<method_record>& records() { return records_; }
  [[nodiscard]] const std::filesystem::path& optimizer() const { return optimizer_; }

  /// Writes the records, of which those that were there before have only grown. `current`: the method under way, or null
  /// when its record is complete. Raises run_failure or file_error, with the former checkpoint as it was.
  void write(const nlohmann::ordered_json& configuration, const std::vector<method_record>& records, trainer* current);
  /// Removes all of it.
  void remove();

 private:
  void append_rows(const std::vector<method_record>& records);

  std::filesystem::path folder_;
  std::vector<method_record> records_;
  std::filesystem::path optimizer_;
  std::uintmax_t rows_bytes_ = 0;          ///< of rows.jsonl that count
  std::vector<std::size_t> rows_written_;  ///< of each record
};

}  // namespace blockopt::program
