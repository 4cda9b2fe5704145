// SPDX-License-Identifier: MIT
// Part of blockopt: devices that plans are made for.
#pragma once

#include <limits>
#include <string>

#include "train/planned_run.hpp"

namespace blockopt::program {

/// What a plan must know of a device; a JSON file has the same keys, `memory` also as text like "24GB".
struct device {
  std::string name;
  double peak_flops = 0;        ///< per second, of products of 16-bit matrices with sums in float, dense
  double memory = 0;            ///< bytes
  double memory_bandwidth = 0;  ///< bytes per second
  double bus_bandwidth = 0;     ///< bytes per second in one direction, between device and host
  double price_per_hour = std::numeric_limits<double>::quiet_NaN();  ///< NaN: not known
};

/// One of the table (see device.cpp for its sources), or a file. Raises usage_error or run_failure.
[[nodiscard]] device find_device(const std::string& name);
[[nodiscard]] std::string device_names();

/// A lower bound of the time of one step: the passes take as long as their flops at the peak or their values at the
/// memory's bandwidth (each value is read once for each product with it), whichever is longer; the update as long as its
/// bytes; then the bytes that cross the bus.
[[nodiscard]] double step_seconds(const planned_run& p, const device& d, double bus_bytes);

}  // namespace blockopt::program
