// SPDX-License-Identifier: MIT
// Part of blockopt: the folder of a run's results.
#pragma once

#include <filesystem>
#include <fstream>
#include <string>

#include <nlohmann/json_fwd.hpp>

namespace blockopt::program {

/// Creates the folder. Raises run_failure that names it.
void make_folder(const std::filesystem::path& folder);

/// Writes a whole file; under its own name only when all of it is on the disk. Raises file_error that names it.
void write_file(const std::filesystem::path& file, const std::string& content);

/// A file that grows. Raises run_failure that names it when it cannot be opened or written.
class growing_file {
 public:
  explicit growing_file(std::filesystem::path file);
  void append(const std::string& text);
  /// Hands everything to the system.
  void flush();

 private:
  std::filesystem::path file_;
  std::ofstream out_;
};

/// What summary.json in the folder says of an earlier run; null when there is none that can be read.
[[nodiscard]] nlohmann::ordered_json read_summary(const std::filesystem::path& folder);

/// The first key in which two configurations differ; empty when they are the same.
[[nodiscard]] std::string first_difference(const nlohmann::ordered_json& a, const nlohmann::ordered_json& b);

}  // namespace blockopt::program
