// SPDX-License-Identifier: MIT
// Part of blockopt: what plan says, as tables and as JSON.

#include "plan/report.hpp"

#include <algorithm>
#include <cmath>
#include <limits>
#include <optional>
#include <vector>

#include <nlohmann/json.hpp>

#include <blockopt/version.hpp>

#include "common/format.hpp"
#include "common/json_number.hpp"
#include "common/table.hpp"
#include "plan/published.hpp"
#include "plan/strategies.hpp"
#include "train/summary.hpp"

namespace blockopt::program {

namespace {

using json = nlohmann::ordered_json;
constexpr double unknown = std::numeric_limits<double>::quiet_NaN();

double tokens_per_step(const plan_options& o) { return static_cast<double>(o.context * o.batch * o.accumulate); }

/// Bytes that cross the bus in a step.
double bus_bytes(const planned_run& p) {
  return p.switch_every == 0 ? 0.0 : p.visit_bytes / static_cast<double>(p.switch_every);
}

double memory_of(const plan_options& o) {
  return o.memory_limit ? *o.memory_limit : o.device ? o.device->memory : unknown;
}

bool fits(const plan_options& o, const planned_run& p) { return static_cast<double>(p.bytes.total()) <= memory_of(o); }

struct price {
  double seconds_per_token = unknown, per_million_tokens = unknown;
};
price price_of(const plan_options& o, const planned_run& p) {
  if (!o.device) return {};
  const double seconds = step_seconds(p, *o.device, bus_bytes(p)) / tokens_per_step(o);
  return {seconds, 1e6 * seconds * o.device->price_per_hour / 3600};
}

/// Flops in units of one forward pass, and what the model of D equal blocks without ends and attention says.
struct ratio {
  std::string name;
  double forward, backward, model;
  std::string formula;
};

std::vector<ratio> ratios_of(const plan_options& o, std::span<const plan_row> rows) {
  const auto one = plan_method({"adam", find_method("adam")}, o.dtype, o.settings());
  const double unit = one.forward_flops;
  std::vector<ratio> all;
  for (const plan_row& r : rows) {
    const planned_run& p = r.plan;
    const auto d = static_cast<double>(p.blocks);
    if (!r.method.by_block()) {
      const bool lora = r.method.formula == formula_kind::lora;
      all.push_back(
          {r.method.name, p.forward_flops / unit, p.backward_flops / unit, lora ? 2.0 : 3.0, lora ? "2" : "3"});
      continue;
    }
    all.push_back({r.method.name, p.forward_flops / unit, p.backward_flops / unit, 1.5 + 0.5 / d, "1.5 + 1/(2D)"});
    all.push_back({r.method.name + ", prefix kept", (p.forward_flops - p.prefix_flops) / unit, p.backward_flops / unit,
                   1 + 1 / d, "1 + 1/D"});
    if (o.reuse > 1) {
      const double fill = p.prefix_flops / static_cast<double>(o.reuse);
      const double share = (d - 1) / (2 * d * static_cast<double>(o.reuse));
      all.push_back({r.method.name + ", filled once for " + std::to_string(o.reuse) + " uses",
                     (p.forward_flops - p.prefix_flops + fill) / unit, p.backward_flops / unit, 1 + 1 / d + share,
                     "1 + 1/D + (D-1)/(2DR)"});
    }
  }
  return all;
}

/// The published table of the shape with this program's own numbers, in GB: of the methods as their papers have them,
/// in 16 bits and one block for each layer, whatever the flags say.
struct comparison {
  published_row published;
  double values, gradients, optimizer;
};
std::vector<comparison> compare(const plan_options& o, const published_table& t) {
  std::vector<comparison> all;
  plan_options as_published = o;
  as_published.partition = "layers";
  as_published.memory = "drop";
  for (const published_row& r : t.rows) {
    const kinds_of_bytes b =
        plan_method(parse_planned_method(std::string(r.method)), "bf16", as_published.settings()).bytes;
    all.push_back({r, static_cast<double>(b.values) / 1e9, static_cast<double>(b.gradients) / 1e9,
                   static_cast<double>(b.master + b.state) / 1e9});
  }
  return all;
}

/// AdamW in the blocks of the first block method, or of --partition.
std::vector<planned_strategy> strategies_of(const plan_options& o, std::span<const plan_row> rows) {
  trainer_settings s = o.settings();
  s.by_block = true;
  for (const plan_row& r : rows) {
    if (r.partition.empty()) continue;
    s.blocks = parse_blocks(r.partition);
    break;
  }
  return plan_strategies(o.dtype, s);
}

double per_parameter(const memory_plan& p, std::size_t bytes) {
  return static_cast<double>(bytes) / static_cast<double>(p.elements);
}

}  // namespace

json plan_json(const plan_options& o, std::span<const plan_row> rows) {
  json j;
  j["program"] = "blockopt " BLOCKOPT_VERSION_STRING;
  j["subcommand"] = "plan";
  json& c = j["configuration"];
  c["shape"] = o.shape_name;
  c["layers"] = o.shape.layers;
  c["width"] = o.shape.width;
  c["vocabulary"] = o.shape.vocabulary;
  c["context"] = o.context;
  c["batch"] = o.batch;
  c["accumulate"] = o.accumulate;
  c["dtype"] = o.dtype;
  c["partition"] = o.partition;
  c["memory"] = o.memory;
  c["switch_every"] = o.switch_every;
  c["reuse"] = o.reuse;
  c["threads"] = o.threads;
  c["device"] = o.device ? json(o.device->name) : json(nullptr);
  c["device_memory"] = or_null(memory_of(o));
  for (const plan_row& r : rows) {
    const planned_run& p = r.plan;
    json& m = j["methods"][r.method.name];
    if (r.method.trains == nullptr) m["formula"] = true;
    m["parameters"] = p.parameters;
    m["trained_parameters"] = p.trained_parameters;
    if (r.method.by_block()) {
      m["partition"] = r.partition;
      m["blocks"] = p.blocks;
    }
    m["planned_bytes"] = bytes_json(p.bytes, p.bytes.total());
    const double backward = p.backward_flops;
    m["flops"] = {{"forward", p.forward_flops}, {"backward", backward}, {"update", p.update_flops}};
    if (r.method.by_block()) m["flops"]["forward_below_block"] = p.prefix_flops;
    m["update_bytes"] = p.update_bytes;
    m["visit_bytes"] = p.visit_bytes;
    m["bus_bytes"] = bus_bytes(p);
    const price cost = price_of(o, p);
    m["seconds_per_token"] = or_null(cost.seconds_per_token);
    m["cost_per_million_tokens"] = or_null(cost.per_million_tokens);
    m["fits"] = std::isnan(memory_of(o)) ? json(nullptr) : json(fits(o, p));
  }
  for (const planned_strategy& s : strategies_of(o, rows)) {
    const memory_plan& p = s.plan;
    j["memory"][std::string(s.name)] = {{"gradients", p.gradients},
                                        {"master", p.master},
                                        {"state", p.state},
                                        {"offloaded", p.offloaded},
                                        {"bytes_per_parameter", per_parameter(p, p.allocated() + p.offloaded)},
                                        {"visit_bytes", p.moved}};
  }
  for (const ratio& r : ratios_of(o, rows)) {
    j["forward_passes"][r.name] = {
        {"forward", r.forward}, {"backward", r.backward}, {"model", r.model}, {"model_formula", r.formula}};
  }
  if (const published_table* const t = find_published(o.shape_name)) {
    j["published"]["source"] = t->title;
    for (const comparison& c : compare(o, *t)) {
      json& m = j["published"]["methods"][std::string(c.published.method)];
      m["values_gb"] = {{"published", or_null(c.published.values)}, {"planned", c.values}};
      m["gradients_gb"] = {{"published", or_null(c.published.gradients)}, {"planned", c.gradients}};
      m["optimizer_gb"] = {{"published", or_null(c.published.optimizer)}, {"planned", c.optimizer}};
      m["total_measured_gb"] = or_null(c.published.total);
      if (!c.published.remark.empty()) m["remark"] = c.published.remark;
    }
  }
  return j;
}

void print_plan_report(std::ostream& out, const plan_options& o, std::span<const plan_row> rows) {
  double largest = 0;
  bool formula = false, workspace = false;
  for (const plan_row& r : rows) {
    largest = std::max(largest, static_cast<double>(r.plan.bytes.total()));
    formula = formula || r.method.trains == nullptr;
    workspace = workspace || r.plan.bytes.workspace != 0;
  }
  const std::string unit(unit_for(largest));
  const auto name_of = [](const plan_row& r) { return r.method.name + (r.method.trains == nullptr ? " *" : ""); };
  out << "model: " << with_commas(rows.front().plan.parameters) << " parameters in " << o.dtype << "; "
      << o.shape.layers << " layers, width " << o.shape.width << ", batch " << o.batch << ", context " << o.context
      << "\n\nbytes, in " << unit << ":\n";
  table bytes;
  std::vector<std::string> header{"method", "blocks", "values", "gradients", "master", "state", "activations", "total"};
  const bool limited = !std::isnan(memory_of(o));
  if (limited) header.emplace_back("fits");
  bytes.add(std::move(header));
  for (const plan_row& r : rows) {
    const kinds_of_bytes& b = r.plan.bytes;
    std::vector<std::string> cells{name_of(r), r.method.by_block() ? std::to_string(r.plan.blocks) : "-"};
    for (const std::size_t n : {b.values, b.gradients, b.master, b.state, b.activations + b.workspace, b.total()})
      cells.push_back(in_unit(static_cast<double>(n), unit));
    if (limited) cells.emplace_back(fits(o, r.plan) ? "yes" : "no");
    bytes.add(std::move(cells));
  }
  bytes.print(out);
  for (const plan_row& r : rows) {
    if (o.memory_limit && r.method.by_block()) {
      out << "  " << r.method.name << ": "
          << (fits(o, r.plan) ? "the fewest blocks that fit into " : "not even this fits into ") << o.device_memory
          << ": --partition " << r.partition << '\n';
    }
  }

  out << "\nwork of a step, mean over the blocks:\n";
  table work;
  work.add({"method", "forward\nTFLOP", "backward\nTFLOP", "update\nTFLOP", "update\nGB", "bus\nGB", "us per\ntoken",
            "cost per\nM tokens"});
  for (const plan_row& r : rows) {
    const price cost = price_of(o, r.plan);
    work.add({name_of(r), fixed(r.plan.forward_flops / 1e12, 4), fixed(r.plan.backward_flops / 1e12, 4),
              fixed(r.plan.update_flops / 1e12, 4), fixed(r.plan.update_bytes / 1e9, 3),
              fixed(bus_bytes(r.plan) / 1e9, 3), fixed(1e6 * cost.seconds_per_token, 2),
              fixed(cost.per_million_tokens, 4)});
  }
  work.print(out);
  if (o.device) {
    out << "  " << o.device->name << ": times are a lower bound, at the device's peak; no device was measured\n";
  }

  out << "\nmemory strategies, for AdamW in blocks, in " << unit << ":\n";
  table memory;
  memory.add({"strategy", "gradients", "master", "state", "elsewhere", "bytes per\nparameter", "moved\nper visit"});
  for (const planned_strategy& s : strategies_of(o, rows)) {
    const memory_plan& p = s.plan;
    std::vector<std::string> cells{std::string(s.name)};
    for (const std::size_t n : {p.gradients, p.master, p.state, p.offloaded})
      cells.push_back(in_unit(static_cast<double>(n), unit));
    cells.push_back(fixed(per_parameter(p, p.allocated() + p.offloaded), 2));
    cells.push_back(in_unit(static_cast<double>(p.moved), unit));
    memory.add(std::move(cells));
  }
  memory.print(out);
  out << "  bytes per parameter of the blocks, beside the value: gradient, master copy and state, also elsewhere\n";

  out << "\nin forward passes of the whole model, and for D equal blocks without ends and attention:\n";
  table passes;
  passes.add({"method", "forward", "backward", "total", "model", "of D blocks"});
  for (const ratio& r : ratios_of(o, rows)) {
    passes.add({r.name, fixed(r.forward, 3), fixed(r.backward, 3), fixed(r.forward + r.backward, 3), fixed(r.model, 3),
                r.formula});
  }
  passes.print(out);
  out << "  BREAD (landscape correction by SGD): 2 with the layers above the block, 3 with all\n";

  if (const published_table* const t = find_published(o.shape_name)) {
    out << '\n' << t->title << ", in GB, and this plan:\n";
    table published;
    published.add({"method", "values", "plan", "gradients", "plan", "optimizer", "plan", "total measured\nthere"});
    std::vector<std::string> remarks;
    for (const comparison& c : compare(o, *t)) {
      const auto there = [](double gb) { return std::isnan(gb) ? std::string("-") : fixed(gb, 1); };
      published.add({std::string(c.published.method), there(c.published.values), fixed(c.values, 2),
                     there(c.published.gradients), fixed(c.gradients, 2), there(c.published.optimizer),
                     fixed(c.optimizer, 2), there(c.published.total)});
      if (!c.published.remark.empty())
        remarks.push_back(std::string(c.published.method) + ": " + std::string(c.published.remark));
    }
    published.print(out);
    out << "  optimizer: master copy and state, 12 bytes a parameter: of all "
        << with_commas(rows.front().plan.parameters) << " parameters "
        << fixed(12e-9 * static_cast<double>(rows.front().plan.parameters), 1) << '\n';
    for (const std::string& remark : remarks) out << "  " << remark << '\n';
  }
  if (formula) out << "\n* by a published formula, not by code of this library\n";
  out << std::flush;
}

}  // namespace blockopt::program
