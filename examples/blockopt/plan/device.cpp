// SPDX-License-Identifier: MIT
// Part of blockopt: devices that plans are made for.

#include "plan/device.hpp"

#include <algorithm>
#include <array>
#include <cmath>
#include <filesystem>
#include <fstream>
#include <string_view>
#include <utility>

#include <nlohmann/json.hpp>

#include "common/bytes.hpp"
#include "common/failure.hpp"

namespace blockopt::program {

namespace {

struct known_device {
  std::string_view name;
  double peak_tflops, memory_gb, memory_gb_s, bus_gb_s, price;
};

// Peak: tensor cores, bfloat16 with float accumulation, dense; memory and its bandwidth: NVIDIA's Ampere GA102, Ada and
// H100 architecture white papers and the A100 80GB data sheet (SXM parts). GeForce cards and A100 have 16 lanes of PCI
// Express 4.0, H100 of 5.0: 31.5 and 63 GB/s each way. Prices: the lowest hourly rates of one provider (RunPod) in March
// 2026, in US dollars; they change, and other providers' are up to three times as high.
constexpr known_device known[] = {
    {"rtx3090", 71, 24, 936, 31.5, 0.22},
    {"rtx4090", 165.2, 24, 1008, 31.5, 0.34},
    {"a100", 312, 80, 2039, 31.5, 1.39},
    {"h100", 989.4, 80, 3350, 63, 2.69},
};

device read_device(const std::string& file) {
  std::ifstream in(file, std::ios::binary);
  const auto j = nlohmann::ordered_json::parse(in, nullptr, false);
  const std::string where = "--device: '" + file + "'";
  if (!j.is_object()) throw run_failure(where + " is not a JSON object");
  device d{.name = file};
  const auto positive = [&](const std::string& key, const auto& value) {
    if (value.is_string() && key == "memory") return read_bytes(where + ": memory", value.template get<std::string>());
    const double number = value.is_number() ? value.template get<double>() : 0.0;
    if (!(number > 0) || !std::isfinite(number)) throw run_failure(where + ": " + key + " is not a number above 0");
    return number;
  };
  const std::array<std::pair<const char*, double device::*>, 5> keys{{{"peak_flops", &device::peak_flops},
                                                                      {"memory", &device::memory},
                                                                      {"memory_bandwidth", &device::memory_bandwidth},
                                                                      {"bus_bandwidth", &device::bus_bandwidth},
                                                                      {"price_per_hour", &device::price_per_hour}}};
  for (const auto& [key, value] : j.items()) {
    if (key == "name" && value.is_string()) {
      d.name = value.get<std::string>();
      continue;
    }
    const auto found = std::ranges::find_if(keys, [&](const auto& k) { return key == k.first; });
    if (found == keys.end()) throw run_failure(where + ": the key '" + key + "' is not known");
    d.*found->second = positive(key, value);
  }
  for (const auto& [key, member] : keys) {
    if (d.*member == 0) throw run_failure(where + ": " + key + " is missing");
  }
  return d;
}

}  // namespace

std::string device_names() {
  std::string names;
  for (const known_device& k : known) names.append(names.empty() ? "" : ", ").append(k.name);
  return names;
}

device find_device(const std::string& name) {
  for (const known_device& k : known) {
    if (k.name == name) {
      return {name, 1e12 * k.peak_tflops, 1e9 * k.memory_gb, 1e9 * k.memory_gb_s, 1e9 * k.bus_gb_s, k.price};
    }
  }
  std::error_code unknown;
  if (std::filesystem::exists(name, unknown)) return read_device(name);
  throw usage_error("--device: '" + name + "' is neither a file nor one of " + device_names());
}

double step_seconds(const planned_run& p, const device& d, double bus_bytes) {
  const auto values = static_cast<double>(p.bytes.values);
  const double flops = p.forward_flops + p.backward_flops;
  const double read = values * flops / p.forward_flops;
  return std::max(flops / d.peak_flops, read / d.memory_bandwidth) + p.update_bytes / d.memory_bandwidth +
         bus_bytes / d.bus_bandwidth;
}

}  // namespace blockopt::program
