// SPDX-License-Identifier: MIT
// Part of blockopt: the flags of run.

#include "run/options.hpp"

#include <cmath>
#include <fstream>
#include <sstream>
#include <utility>

#include <CLI/CLI.hpp>

#include <blockopt/file/checksum.hpp>

#include "common/failure.hpp"
#include "common/format.hpp"
#include "common/read_number.hpp"

namespace blockopt::program {

namespace {

std::uint64_t read_count(const char* flag, const std::string& text) {
  std::uint64_t value = 0;
  double real = 0;  // 1e6
  if (read_number(text, value)) return value;
  if (read_number(text, real) && real >= 0 && real < 1e18 && real == std::floor(real))
    return static_cast<std::uint64_t>(real);
  throw usage_error(std::string(flag) + " " + text + ": that is no whole number");
}

std::string checksum_of(const std::filesystem::path& file) {
  std::ifstream in(file, std::ios::binary);
  if (!in) throw run_failure("cannot read '" + file.string() + "' (--data)");
  std::vector<char> piece(std::size_t{1} << 20);
  checksum sum;
  while (in.read(piece.data(), static_cast<std::streamsize>(piece.size())), in.gcount() > 0)
    sum.add(piece.data(), static_cast<std::size_t>(in.gcount()));
  if (in.bad() || !in.eof()) throw run_failure("cannot read '" + file.string() + "' to its end (--data)");
  return hex_digits(sum.value());
}

}  // namespace

void run_options::add(CLI::App& app) {
  app.add_option("--problem", problem_list, "NAME[k=v;k=v],... of blockopt list problems")
      ->required()
      ->group("Problem");
  app.add_option("--data", data, "File of the problem's data: libsvm or MatrixMarket")->group("Problem");
  app.add_option("--l1", l1, "Weight of ||x||_1, absolute")->default_str("the problem's")->group("Problem");
  app.add_option("--l2", l2, "Weight of ||x||^2 / 2, absolute")->default_str("the problem's")->group("Problem");
  app.add_option("--select", selection_list, "NAME[k=v],... of blockopt list selections")->required()->group("Method");
  app.add_option("--update", update_list, "NAME[k=v],... of blockopt list updates")
      ->capture_default_str()
      ->group("Method");
  app.add_option("--memory", memory_list, "keep,drop: what becomes of an update's state after a visit")
      ->capture_default_str()
      ->group("Method");
  app.add_option("--block-size", block_size_text, "Coordinates in a block, or natural: the problem's own blocks")
      ->capture_default_str()
      ->group("Method");
  app.add_option("--max-updates", updates_text, "Updates at most")->capture_default_str()->group("Stop");
  app.add_option(
         "--tol", tolerance,
         "Bounds (f - f*)/max(1, |f*|) where f* is known, else the relative duality gap, else ||g||/||g_0||; 0: off")
      ->capture_default_str()
      ->group("Stop");
  app.add_option("--repeat", repeat, "Runs of each; repeat r draws from stream r")
      ->capture_default_str()
      ->check(CLI::PositiveNumber)
      ->group("Run");
  app.add_option("--record", record_text, "Rows of trace.csv: every, log (20 per decade), or each N-th update")
      ->capture_default_str()
      ->group("Run");
  app.add_option("--rng", numbers_text, "counter, or numpy-legacy: numpy's RandomState, for published traces")
      ->capture_default_str()
      ->check(CLI::IsMember({"counter", "numpy-legacy"}))
      ->group("Run");
  app.add_option("--jobs", jobs, "Runs at the same time (times of one disturb the other's)")
      ->capture_default_str()
      ->check(CLI::PositiveNumber)
      ->group("Run");
  common.add(app, "blockopt-out/run");
}

void run_options::resolve() {
  problems = parse_choices("--problem", problem_list);
  selections = parse_choices("--select", selection_list);
  updates = parse_choices("--update", update_list);
  std::istringstream list(memory_list);
  for (std::string one; std::getline(list, one, ',');) {
    if (one != "keep" && one != "drop") throw usage_error("--memory: '" + one + "' is neither keep nor drop");
    if (std::ranges::find(memories, one) != memories.end()) throw usage_error("--memory: '" + one + "' is named twice");
    memories.push_back(one);
  }
  if (memories.empty()) throw usage_error("--memory is empty; it takes keep, drop");
  if (block_size_text == "natural") block_size = 0;
  else if ((block_size = static_cast<std::size_t>(read_count("--block-size", block_size_text))) == 0)
    throw usage_error("--block-size 0: a block has at least one coordinate");
  numbers = numbers_text == "counter" ? random_numbers::counter : random_numbers::numpy_legacy;
  if (!(tolerance >= 0)) throw usage_error("--tol must not be negative");
  for (const auto& [flag, value] : {std::pair{"--l1", l1}, std::pair{"--l2", l2}}) {
    if (value && !(*value >= 0 && std::isfinite(*value)))
      throw usage_error(std::string(flag) + " must be finite and not negative");
  }
  stop.updates = read_count("--max-updates", updates_text);
  stop.tolerance = tolerance;
  if (record_text == "every") stop.records.every = 1;
  else if (record_text != "log" && (stop.records.every = read_count("--record", record_text)) == 0)
    throw usage_error("--record 0: it takes every, log or a number above 0");
  if (!data.empty()) data_checksum = checksum_of(data);
  common.use_threads();
}

void run_options::restore(const nlohmann::ordered_json& j, std::filesystem::path out) {
  const auto joined = [&](const char* key) {
    std::string text;
    for (const auto& one : j.at(key)) text += (text.empty() ? "" : ",") + one.get<std::string>();
    return text;
  };
  try {
    problem_list = joined("problem");
    selection_list = joined("select");
    update_list = joined("update");
    memory_list = joined("memory");
    if (!j.at("data").is_null()) data = j.at("data").get<std::string>();
    if (!j.at("l1").is_null()) l1 = j.at("l1").get<double>();
    if (!j.at("l2").is_null()) l2 = j.at("l2").get<double>();
    block_size_text = j.at("block_size").is_string() ? j.at("block_size").get<std::string>()
                                                     : std::to_string(j.at("block_size").get<std::size_t>());
    updates_text = std::to_string(j.at("max_updates").get<std::uint64_t>());
    tolerance = j.at("tol");
    record_text = j.at("record");
    numbers_text = j.at("rng");
    common.seed = j.at("seed");
    repeat = j.at("repeat");
  } catch (const nlohmann::json::exception& e) {
    throw run_failure("'" + (out / "summary.json").string() + "' has no whole configuration of run: " + e.what());
  }
  common.out = std::move(out);
}

std::vector<run_cell> run_options::cells() const {
  std::vector<run_cell> result;
  for (const choice& p : problems)
    for (const choice& s : selections)
      for (const choice& u : updates)
        for (const std::string& m : memories)
          for (std::size_t r = 0; r < repeat; ++r) result.push_back({p, s, u, m, r});
  return result;
}

nlohmann::ordered_json run_options::configuration() const {
  const auto texts = [](const std::vector<choice>& list) {
    nlohmann::ordered_json names = nlohmann::ordered_json::array();
    for (const choice& c : list) names.push_back(c.text());
    return names;
  };
  const auto optional = [](const std::optional<double>& v) {
    return v ? nlohmann::ordered_json(*v) : nlohmann::ordered_json(nullptr);
  };
  nlohmann::ordered_json j;
  j["problem"] = texts(problems);
  j["select"] = texts(selections);
  j["update"] = texts(updates);
  j["memory"] = memories;
  j["data"] = data.empty() ? nlohmann::ordered_json(nullptr)
                           : nlohmann::ordered_json(std::filesystem::absolute(data).lexically_normal().string());
  j["data_checksum"] = data_checksum.empty() ? nlohmann::ordered_json(nullptr) : nlohmann::ordered_json(data_checksum);
  j["l1"] = optional(l1);
  j["l2"] = optional(l2);
  j["block_size"] = block_size == 0 ? nlohmann::ordered_json("natural") : nlohmann::ordered_json(block_size);
  j["max_updates"] = stop.updates;
  j["tol"] = stop.tolerance;
  j["record"] = record_text;
  j["rng"] = numbers_text;
  j["seed"] = common.seed;
  j["repeat"] = repeat;
  return j;
}

nlohmann::ordered_json run_options::configuration(const run_cell& cell) const {
  nlohmann::ordered_json j = configuration();
  j["problem"] = cell.problem.text();
  j["select"] = cell.selection.text();
  j["update"] = cell.update.text();
  j["memory"] = cell.memory;
  j["repeat"] = cell.repeat;
  j.erase("data");  // its checksum tells
  return j;
}

}  // namespace blockopt::program
