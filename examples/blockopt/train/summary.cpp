// SPDX-License-Identifier: MIT
// Part of blockopt: summary.json of train.

#include "train/summary.hpp"

#include <cmath>
#include <vector>

#include <nlohmann/json.hpp>

#include <blockopt/version.hpp>

#include "common/format.hpp"
#include "common/json_number.hpp"
#include "common/machine.hpp"

namespace blockopt::program {

namespace {

using json = nlohmann::ordered_json;

json machine() {
  json m;
  m["processor"] = processor_name();
  m["cores"] = core_count();
  m["compiler"] = compiler_name();
#if defined(_OPENMP)
  m["openmp"] = true;
#else
  m["openmp"] = false;
#endif
  return m;
}

json repeat_json(const method_record& r, const common_end& end) {
  json j;
  const double steps = static_cast<double>(r.rows.size());
  double forward = 0;
  double backward = 0;
  double update = 0;
  double flops = 0;
  for (const trace_row& row : r.rows) {
    forward += row.forward_s;
    backward += row.backward_s;
    update += row.update_s;
    flops += row.forward_flops + row.input_gradient_flops + row.weight_gradient_flops;
  }
  const trace_row last = r.rows.empty() ? trace_row{} : r.rows.back();
  const losses final = losses_after(r, r.rows.size());
  const losses by_tokens = losses_at_tokens(r, end.tokens);
  const losses by_seconds = losses_at_seconds(r, end.seconds);
  j["steps"] = last.step;
  j["tokens"] = last.tokens;
  j["seconds"] = last.seconds;
  j["peak_resident_bytes"] = r.peak_resident;
  j["tokens_per_second"] = or_null(static_cast<double>(last.tokens) / last.seconds);
  j["forward_s"] = or_null(forward / steps);
  j["backward_s"] = or_null(backward / steps);
  j["update_s"] = or_null(update / steps);
  j["flops"] = or_null(flops / steps);
  j["eval_loss_at_start"] = or_null(r.start_loss);
  j["train_loss"] = or_null(final.train);
  j["eval_loss"] = or_null(final.held_out);
  j["equal_tokens"] = end.tokens;
  j["train_loss_at_equal_tokens"] = or_null(by_tokens.train);
  j["eval_loss_at_equal_tokens"] = or_null(by_tokens.held_out);
  j["equal_seconds"] = end.seconds;
  j["train_loss_at_equal_seconds"] = or_null(by_seconds.train);
  j["eval_loss_at_equal_seconds"] = or_null(by_seconds.held_out);
  return j;
}

json checksums_json(const method_record& r) {
  json j;
  j["blocks"] = json::array();
  for (std::size_t b = 0; b < r.before.blocks.size(); ++b) {
    j["blocks"].push_back({{"block", b},
                           {"name", r.before.names[b]},
                           {"before", hex_digits(r.before.blocks[b])},
                           {"after", hex_digits(r.after.blocks[b])},
                           {"changed", r.before.blocks[b] != r.after.blocks[b]}});
  }
  if (!r.before.has_rest) return j;
  j["in_no_block"] = {{"before", hex_digits(r.before.rest)},
                      {"after", hex_digits(r.after.rest)},
                      {"changed", r.before.rest != r.after.rest}};
  return j;
}

/// Means per step.
json work_json(const std::vector<block_work>& all) {
  json j = json::array();
  for (const block_work& w : all) {
    const auto steps = static_cast<double>(w.steps);
    j.push_back({{"block", w.block},
                 {"steps", w.steps},
                 {"forward_s", w.forward_s / steps},
                 {"backward_s", w.backward_s / steps},
                 {"update_s", w.update_s / steps},
                 {"forward_flops", w.forward_flops / steps},
                 {"input_gradient_flops", w.input_gradient_flops / steps},
                 {"weight_gradient_flops", w.weight_gradient_flops / steps}});
  }
  return j;
}

/// Means of the numbers of all repeats, key by key; null when one has none.
json mean_of(const json& repeats) {
  json mean;
  for (const auto& [key, first] : repeats.front().items()) {
    double sum = 0;
    bool all = true;
    for (const json& r : repeats) {
      all = all && r.at(key).is_number();
      if (all) sum += r.at(key).get<double>();
    }
    const double value = sum / static_cast<double>(repeats.size());
    mean[key] = !all                        ? json(nullptr)
                : first.is_number_integer() ? json(static_cast<std::uint64_t>(std::llround(value)))
                                            : json(value);
  }
  return mean;
}

}  // namespace

json bytes_json(const kinds_of_bytes& bytes, std::size_t total) {
  json j;
  j["values"] = bytes.values;
  j["gradients"] = bytes.gradients;
  j["master"] = bytes.master;
  j["state"] = bytes.state;
  j["workspace"] = bytes.workspace;
  j["activations"] = bytes.activations;
  j["total"] = total;
  if (bytes.offloaded != 0) j["offloaded"] = bytes.offloaded;
  return j;
}

json make_summary(const json& configuration, std::span<const method_record> records, const std::string& status,
                  const std::string& reason) {
  json summary;
  summary["program"] = "blockopt " BLOCKOPT_VERSION_STRING;
  summary["subcommand"] = "train";
  summary["status"] = status;
  if (!reason.empty()) summary["reason"] = reason;
  summary["configuration"] = configuration;
  summary["machine"] = machine();
  json methods = json::object();
  for (const method_record& r : records) {
    if (r.rows.empty()) continue;
    json& m = methods[r.method];
    if (m.is_null()) {
      m["parameters"] = r.parameters;
      m["trained_parameters"] = r.trained_parameters;
      m["learning_rate"] = r.learning_rate;
      m["blocks"] = r.blocks;
      m["switch_every"] = r.switch_every == 0 ? json(nullptr) : json(r.switch_every);
      m["planned_bytes"] = bytes_json(r.planned, r.planned.total());
      m["measured_bytes"] = bytes_json(r.measured, r.measured_total);
      m["work_by_block"] = work_json(work_by_block(records, r.method));
      if (!r.after.blocks.empty()) m["checksums"] = checksums_json(r);
      m["repeats"] = json::array();
    }
    json one;
    one["repeat"] = r.repeat;
    one.update(repeat_json(r, common_end_of(records, r.repeat)));
    m["repeats"].push_back(std::move(one));
  }
  for (auto& [name, m] : methods.items()) {
    json repeats = std::move(m["repeats"]);
    m.erase("repeats");
    json mean = mean_of(repeats);
    mean.erase("repeat");
    m.update(mean);
    m["repeats"] = std::move(repeats);
  }
  summary["methods"] = std::move(methods);
  return summary;
}

}  // namespace blockopt::program
