// SPDX-License-Identifier: MIT
// Part of blockopt: one run of `run`, in a folder of its own.

#include "run/cell.hpp"

#include <chrono>
#include <cmath>
#include <fstream>
#include <optional>
#include <sstream>
#include <system_error>
#include <utility>

#include <blockopt/error.hpp>
#include <blockopt/file/checksum.hpp>
#include <blockopt/select/random_stream.hpp>

#include "common/failure.hpp"
#include "common/format.hpp"
#include "common/json_number.hpp"
#include "common/output_folder.hpp"
#include "lab/theory_rate.hpp"

namespace blockopt::program {

namespace {

using json = nlohmann::ordered_json;

std::string hash_of(const std::string& text) {
  checksum sum;
  sum.add(text.data(), text.size());
  return hex_digits(sum.value());
}

/// Why a run ended, for people.
std::string reason_of(const descent_result& r, const descent_stop& stop) {
  const std::string measure(name_of(r.measure));
  switch (r.status) {
    case descent_status::converged:
      return measure + " = " + exact(r.reached) + " <= " + exact(stop.tolerance);
    case descent_status::budget:
      return "the budget of " + std::to_string(stop.updates) + " updates is spent; " + measure + " = " +
             exact(r.reached);
    case descent_status::diverged:
      return "the objective is " + (std::isfinite(r.last.objective) ? exact(r.last.objective) : "not finite") +
             " after update " + std::to_string(r.last.k);
    case descent_status::stalled:
      return "the objective has not changed for 50 looks; " + measure + " = " + exact(r.reached);
    case descent_status::interrupted:
      return "interrupted after update " + std::to_string(r.last.k);
  }
  return {};
}

}  // namespace

std::string run_trace_header() {
  return "problem,selection,update,memory,repeat,seed,k,epoch,coordinate_updates,gradient_evaluations,flops,time_s,"
         "objective,suboptimality,gradient_norm,duality_gap,block,state_bytes\n";
}

cell_runner::cell_runner(const run_options& options, run_cell cell)
    : options_(options), cell_(std::move(cell)), hash_(hash_of(options.configuration(cell_).dump())) {
  prefix_ = cell_.problem.text() + "," + cell_.selection.text() + "," + cell_.update.text() + "," + cell_.memory + "," +
            std::to_string(cell_.repeat) + "," + std::to_string(options.common.seed) + ",";
}

std::filesystem::path cell_runner::folder() const { return options_.common.out / "runs" / hash_; }

json cell_runner::finished() const {
  std::ifstream in(folder() / "result.json", std::ios::binary);
  if (!in) return nullptr;
  json result = json::parse(in, nullptr, false);
  return result.is_object() ? result : json(nullptr);
}

std::string cell_runner::rows() const {
  std::ifstream in(folder() / "rows.csv", std::ios::binary);
  std::ostringstream text;
  text << in.rdbuf();
  return text.str();
}

std::string cell_runner::row(const descent_record& r) const {
  std::string line = prefix_ + std::to_string(r.k);
  const auto add = [&](const std::string& cell) { line += "," + cell; };
  add(exact(r.epoch));
  add(std::to_string(r.counts.coordinates));
  add(std::to_string(r.counts.derivatives));
  add(exact(r.counts.flops));
  add(exact(r.seconds));
  add(exact(r.objective));
  add(exact(r.suboptimality));
  add(exact(r.gradient_norm));
  add(exact(r.duality_gap));
  std::string blocks;
  for (const std::size_t b : r.blocks) blocks += (blocks.empty() ? "" : "+") + std::to_string(b);
  add(blocks);
  add(std::to_string(r.state_bytes));
  return line + "\n";
}

lab_setup cell_runner::setup() const {
  const bool own = options_.numbers == random_numbers::counter;
  return {.selection = make_selection(cell_.selection, options_.numbers,
                                      own ? random_stream::derive(options_.common.seed, 1 + cell_.repeat)
                                          : options_.common.seed + cell_.repeat),
          .update = cell_.update,
          .keep_state = cell_.memory == "keep",
          .block_size = options_.block_size};
}

json cell_runner::operator()(const lab_problem& problem, const std::optional<problem_constants>& theory,
                             const std::function<bool()>& interrupted) const {
  using clock = std::chrono::steady_clock;
  constexpr auto between = std::chrono::seconds(10);  // checkpoints
  const auto run = problem.start(setup());
  make_folder(folder());
  const std::filesystem::path rows_file = folder() / "rows.csv", marks = folder() / "progress.json";
  std::filesystem::path state;  // of the last checkpoint
  descent_progress progress;
  std::uintmax_t rows_bytes = 0;
  if (std::ifstream in(marks, std::ios::binary); in) {
    const json known = json::parse(in, nullptr, false);
    std::error_code error;
    try {
      state = folder() / known.at("state").get<std::string>();
      run->load(state, progress);
      rows_bytes = known.at("rows_bytes").get<std::uintmax_t>();
      if (known.at("updates") != run->counts().updates || std::filesystem::file_size(rows_file, error) < rows_bytes ||
          error)
        throw run_failure("its files do not belong together");
    } catch (const std::exception& e) {
      throw run_failure("'" + folder().string() + "' cannot be resumed (" + e.what() +
                        "); remove it to run that again");
    }
    std::filesystem::resize_file(rows_file, rows_bytes, error);
    if (error) throw run_failure("cannot write '" + rows_file.string() + "': " + error.message());
  }
  std::ofstream rows(rows_file, progress.started ? std::ios::binary | std::ios::app : std::ios::binary);
  const auto keep = [&] {
    rows.flush();
    if (!rows) throw run_failure("cannot write '" + rows_file.string() + "'");
    const std::filesystem::path before = state;
    const std::uint64_t updates = run->counts().updates;
    state = folder() / ("state-" + std::to_string(updates) + ".safetensors");
    run->save(state, progress);
    write_file(
        marks,
        json{{"state", state.filename().string()}, {"updates", updates}, {"rows_bytes", rows_bytes}}.dump() + "\n");
    std::error_code ignored;  // the old one goes when the marks name the new one
    if (!before.empty() && before != state) std::filesystem::remove(before, ignored);
  };
  auto last_kept = clock::now();
  const descent_result r = watch(*run, options_.stop, progress, [&](const descent_record& record) {
    if (record.scheduled) {
      const std::string line = row(record);
      rows << line;
      if (!rows) throw run_failure("cannot write '" + rows_file.string() + "'");
      rows_bytes += line.size();
    }
    if (interrupted()) return false;
    if (clock::now() - last_kept > between) {
      keep();
      last_kept = clock::now();
    }
    return true;
  });
  json j;
  j["problem"] = cell_.problem.text();
  j["selection"] = cell_.selection.text();
  j["update"] = cell_.update.text();
  j["memory"] = cell_.memory;
  j["repeat"] = cell_.repeat;
  j["seed"] = options_.common.seed;
  j["hash"] = hash_;
  j["status"] = name_of(r.status);
  j["reason"] = reason_of(r, options_.stop);
  j["measure"] = name_of(r.measure);
  j["reached"] = or_null(r.reached);
  j["start_objective"] = or_null(r.start_objective);
  j["objective"] = or_null(r.last.objective);
  j["best_objective"] = or_null(r.best_objective);
  j["suboptimality"] = or_null(r.last.suboptimality);
  j["duality_gap"] = or_null(r.last.duality_gap);
  j["gradient_norm"] = or_null(r.last.gradient_norm);
  j["updates"] = r.last.k;
  j["epochs"] = r.last.epoch;
  j["coordinate_updates"] = r.last.counts.coordinates;
  j["gradient_evaluations"] = r.last.counts.derivatives;
  j["objective_evaluations"] = r.last.counts.values;
  j["flops"] = r.last.counts.flops;
  j["seconds"] = r.last.seconds;
  j["rate"] = or_null(r.rate.rate);
  j["rate_interval"] = {or_null(r.rate.low), or_null(r.rate.high)};
  const auto known = theory ? known_rate(cell_.selection, cell_.update, *theory) : std::nullopt;
  j["theory_rate"] = known ? or_null(rate_of(*known, *theory)) : json(nullptr);
  j["theorem"] = known ? json(known->name + ": " + known->source) : json(nullptr);
  j["rises"] = r.rises;
  j["first_rise"] = r.rises > 0 ? json(r.first_rise) : json(nullptr);
  j["constants"] = json::object();
  for (const lab_constant& c : problem.constants()) j["constants"][c.name] = or_null(c.value);
  if (r.status == descent_status::interrupted) {
    keep();
    return j;
  }
  rows.close();
  if (!rows) throw run_failure("cannot write '" + rows_file.string() + "'");
  write_file(folder() / "result.json", j.dump(1) + "\n");
  std::error_code ignored;
  std::filesystem::remove(marks, ignored);
  if (!state.empty()) std::filesystem::remove(state, ignored);
  return j;
}

}  // namespace blockopt::program
