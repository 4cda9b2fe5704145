// SPDX-License-Identifier: MIT
// Part of blockopt: the flags of plan.

#include "plan/options.hpp"

#include <algorithm>
#include <sstream>

#include <CLI/CLI.hpp>

#include <blockopt/error.hpp>

#include "common/bytes.hpp"
#include "common/failure.hpp"
#include "common/options.hpp"
#include "train/named_shapes.hpp"

namespace blockopt::program {

void plan_options::add(CLI::App& app) {
  const auto size = [&](const char* flag, std::size_t& value, const char* help) {
    return app.add_option(flag, value, help)->capture_default_str()->check(CLI::PositiveNumber);
  };
  app.add_option("--shape", shape_name, shape_names() + ", or a JSON file with the keys of a Llama's config.json")
      ->capture_default_str()
      ->group("Model");
  size("--context", context, "Tokens per sequence")->group("Model");
  app.add_option("--dtype", dtype, "Scalar of the values")
      ->capture_default_str()
      ->check(CLI::IsMember({"f32", "bf16"}))
      ->group("Model");
  app.add_option("--methods,--method", method_list, "Methods to compare, of " + planned_method_names())
      ->capture_default_str()
      ->group("Method");
  size("--batch", batch, "Sequences per batch")->group("Method");
  size("--accumulate", accumulate, "Batches per step")->group("Method");
  app.add_option("--partition", partition, "Blocks of the block methods, as in train")
      ->capture_default_str()
      ->group("Blocks");
  size("--switch-every", switch_every, "Steps per visit K")->group("Blocks");
  app.add_option("--memory", memory,
                 "State of a block after its visit: keep, drop, decay, warm, offload, keep-bf16, keep-8bit, keep-fp8")
      ->capture_default_str()
      ->group("Blocks");
  size("--reuse", reuse, "Uses of each sample in a visit, whose frozen layers' outputs are kept: shown beside")
      ->group("Blocks");
  app.add_option("--device", device_name,
                 device_names() +
                     ", or a JSON file with peak_flops, memory, memory_bandwidth, bus_bandwidth and, if it "
                     "is known, price_per_hour")
      ->group("Device");
  app.add_option("--device-memory", device_memory,
                 "Chooses the fewest blocks of whole layers that fit, like 24GB (10^9) or 24GiB (2^30)")
      ->group("Device");
  app.add_flag("--json", json, "Print JSON")->group("Run");
  app.add_option("--threads", threads, "Threads that the passes will have, each with its own scratch")
      ->default_str("all cores")
      ->check(CLI::PositiveNumber)
      ->group("Run");
}

void plan_options::resolve() {
  std::istringstream list(method_list);
  // ',' within brackets would part no method: ranks are given as [r=8]
  for (std::string name; std::getline(list, name, ',');) {
    if (std::ranges::find(methods, name, &planned_method::name) != methods.end())
      throw usage_error("--methods: '" + name + "' is named twice");
    methods.push_back(parse_planned_method(name));
  }
  if (methods.empty()) throw usage_error("--methods is empty; it takes " + planned_method_names());
  (void)parse_blocks(partition);
  shape = read_shape("--shape", shape_name);
  shape.context = context;
  try {
    shape.check();
  } catch (const error& e) {
    throw usage_error(e.what());
  }
  if (!device_name.empty()) device = find_device(device_name);
  if (!device_memory.empty()) memory_limit = read_bytes("--device-memory", device_memory);
  common_options used;
  used.threads = threads;
  used.use_threads();
  threads = used.threads;
}

trainer_settings plan_options::settings() const {
  trainer_settings s;
  s.shape = shape;
  s.batch = batch;
  s.accumulate = accumulate;
  s.blocks = parse_blocks(partition);
  s.memory = parse_memory(memory);
  s.switch_every = switch_every;
  return s;
}

}  // namespace blockopt::program
