// SPDX-License-Identifier: MIT
// Part of blockopt: the flags of run.
#pragma once

#include <cstddef>
#include <cstdint>
#include <filesystem>
#include <optional>
#include <string>
#include <vector>

#include <nlohmann/json.hpp>

#include <blockopt/run/watch.hpp>

#include "common/options.hpp"
#include "lab/choice.hpp"
#include "lab/selections.hpp"

namespace CLI {
class App;
}

namespace blockopt::program {

/// One run of the product of lists.
struct run_cell {
  choice problem, selection, update;
  std::string memory;
  std::size_t repeat = 0;
};

struct run_options {
  common_options common;
  std::string problem_list, selection_list, update_list = "gradient", memory_list = "keep";
  std::filesystem::path data;
  std::optional<double> l1, l2;
  std::string block_size_text = "1", record_text = "log", numbers_text = "counter", updates_text = "1000000";
  double tolerance = 1e-8;
  std::size_t repeat = 1, jobs = 1;

  // made by resolve
  std::vector<choice> problems, selections, updates;
  std::vector<std::string> memories;
  std::size_t block_size = 1;  ///< 0: natural
  random_numbers numbers = random_numbers::counter;
  descent_stop stop;
  std::string data_checksum;

  void add(CLI::App& app);
  /// Raises usage_error that names the culprit, and run_failure for data that cannot be read.
  void resolve();
  /// From what `configuration` gave, and `out`, before resolve. Raises run_failure for what is not such a thing.
  void restore(const nlohmann::ordered_json& configuration, std::filesystem::path out);
  [[nodiscard]] std::vector<run_cell> cells() const;
  /// Everything that the results depend on.
  [[nodiscard]] nlohmann::ordered_json configuration() const;
  [[nodiscard]] nlohmann::ordered_json configuration(const run_cell& cell) const;
};

}  // namespace blockopt::program
