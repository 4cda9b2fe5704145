// SPDX-License-Identifier: MIT
// Part of blockopt: the flags of plan.
#pragma once

#include <cstddef>
#include <optional>
#include <string>
#include <vector>

#include <blockopt/problem/transformer/shape.hpp>

#include "plan/device.hpp"
#include "plan/method_plan.hpp"

namespace CLI {
class App;
}

namespace blockopt::program {

struct plan_options {
  std::string shape_name = "small";
  std::string method_list = "adam,badam";
  std::string partition = "layers";
  std::string memory = "drop";
  std::string dtype = "bf16";
  std::size_t batch = 1, context = 64, accumulate = 1, switch_every = 100, reuse = 1, threads = 0;
  std::string device_name, device_memory;
  bool json = false;

  // made by resolve
  transformer_shape shape;
  std::vector<planned_method> methods;
  std::optional<program::device> device;
  std::optional<double> memory_limit;  ///< bytes of --device-memory

  void add(CLI::App& app);
  /// Raises usage_error that names the culprit.
  void resolve();
  /// For plan_method.
  [[nodiscard]] trainer_settings settings() const;
};

}  // namespace blockopt::program
