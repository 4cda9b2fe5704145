// SPDX-License-Identifier: MIT
// Part of blockopt: what train prints before and after a run.

#include "train/report.hpp"

#include <algorithm>
#include <cmath>

#include <nlohmann/json.hpp>

#include "common/format.hpp"
#include "common/table.hpp"

namespace blockopt::program {

namespace {

double number(const nlohmann::ordered_json& j, const char* key) {
  return j.contains(key) && j[key].is_number() ? j[key].get<double>() : std::nan("");
}

}  // namespace

void print_plan(std::ostream& out, std::span<const method_record> plans, const std::string& dtype, bool drops_state) {
  double largest = 0;
  bool workspace = false;
  for (const method_record& p : plans) {
    largest = std::max(largest, static_cast<double>(p.planned.total()));
    workspace = workspace || p.planned.workspace != 0;
  }
  const std::string unit(unit_for(largest));
  const auto bytes = [&](std::size_t n) { return in_unit(static_cast<double>(n), unit); };
  out << "plan, in " << unit << ":\n";
  table t;
  std::vector<std::string> header{"method", "blocks", "K", "values", "gradients", "master", "state", "activations"};
  if (workspace) header.insert(header.end() - 1, "workspace");
  header.emplace_back("total");
  t.add(std::move(header));
  for (const method_record& p : plans) {
    std::vector<std::string> row{p.method,
                                 std::to_string(p.blocks),
                                 p.switch_every == 0 ? "-" : std::to_string(p.switch_every),
                                 bytes(p.planned.values),
                                 bytes(p.planned.gradients),
                                 bytes(p.planned.master),
                                 bytes(p.planned.state),
                                 bytes(p.planned.activations)};
    if (workspace) row.insert(row.end() - 1, bytes(p.planned.workspace));
    row.push_back(bytes(p.planned.total()));
    t.add(std::move(row));
  }
  t.print(out);
  for (const method_record& p : plans) {
    if (p.method != "badam" || dtype != "bf16" || !drops_state) continue;
    const auto m = static_cast<double>(p.parameters);
    const double published = 2 * m + 16 * m / static_cast<double>(p.blocks);
    out << "  badam without activations: " << bytes(p.planned.total() - p.planned.activations) << ' ' << unit
        << "; the published 2M + 16M/D for D equal blocks: " << in_unit(published, unit) << ' ' << unit << '\n';
  }
  out << std::flush;
}

void print_checksums(std::ostream& out, const method_record& record) {
  std::string changed;
  std::size_t same = 0;
  for (std::size_t b = 0; b < record.before.blocks.size(); ++b) {
    if (record.before.blocks[b] == record.after.blocks[b]) ++same;
    else changed.append(changed.empty() ? "" : ", ").append(std::to_string(b));
  }
  out << "  checksums of " << record.method << ": changed " << (changed.empty() ? "no block" : "blocks " + changed)
      << "; untouched, bit by bit: " << same << " of " << record.before.blocks.size() << " blocks";
  if (record.before.has_rest) {
    out << (record.before.rest == record.after.rest ? " and the values in no block"
                                                    : "; the values in no block have CHANGED");
  }
  out << std::endl;
}

void print_results(std::ostream& out, const nlohmann::ordered_json& summary) {
  const auto& methods = summary.at("methods");
  if (methods.empty()) {
    out << "no method made a step\n";
    return;
  }
  double largest = 0;
  for (const auto& [name, m] : methods.items()) largest = std::max(largest, number(m.at("planned_bytes"), "total"));
  const std::string unit(unit_for(largest));
  const auto& first = methods.front();
  const std::string tokens = with_commas(first.at("equal_tokens").get<std::uint64_t>());
  const std::string seconds = fixed(number(first, "equal_seconds"), 1);
  table t;
  t.add({"method", "planned\n" + unit, "measured\n" + unit, "forward\nms", "backward\nms", "update\nms",
         "tokens\nper s", "train\n(tokens)", "held-out\n(tokens)", "train\n(seconds)", "held-out\n(seconds)"});
  for (const auto& [name, m] : methods.items()) {
    t.add({name, in_unit(number(m.at("planned_bytes"), "total"), unit),
           in_unit(number(m.at("measured_bytes"), "total"), unit), fixed(1e3 * number(m, "forward_s"), 1),
           fixed(1e3 * number(m, "backward_s"), 1), fixed(1e3 * number(m, "update_s"), 1),
           with_commas(static_cast<std::uint64_t>(std::max(0.0, number(m, "tokens_per_second")))),
           fixed(number(m, "train_loss_at_equal_tokens"), 3), fixed(number(m, "eval_loss_at_equal_tokens"), 3),
           fixed(number(m, "train_loss_at_equal_seconds"), 3), fixed(number(m, "eval_loss_at_equal_seconds"), 3)});
  }
  t.print(out);
  const std::size_t repeats = first.at("repeats").size();
  out << "  times are means per step; losses in nats per "
      << (summary.at("configuration").contains("token_bits") ? "token" : "byte") << ", (tokens) after " << tokens
      << " tokens, (seconds) after " << seconds << " s of training";
  if (repeats > 1) out << "; means of " << repeats << " repeats";
  out << '\n';
  if (const double start = number(first, "eval_loss_at_start"); !std::isnan(start)) {
    out << "  held-out loss before the first step: " << fixed(start, 3) << '\n';
  }
  out << std::flush;
}

}  // namespace blockopt::program
