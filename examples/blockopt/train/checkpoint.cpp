// SPDX-License-Identifier: MIT
// Part of blockopt: how far a run of train is, in files from which it can go on.

#include "train/checkpoint.hpp"

#include <cmath>
#include <fstream>
#include <sstream>
#include <system_error>
#include <utility>

#include <fcntl.h>
#include <unistd.h>

#include <blockopt/file/detail/replacing_file.hpp>

#include "common/failure.hpp"
#include "common/json_number.hpp"
#include "common/output_folder.hpp"
#include "train/summary.hpp"

namespace blockopt::program {

namespace {

using json = nlohmann::ordered_json;

double number(const json& j) { return j.is_null() ? std::nan("") : j.get<double>(); }

json row_json(std::size_t record, const trace_row& r) {
  return {record,
          r.step,
          r.visit,
          r.block,
          r.tokens,
          r.seconds,
          r.train_loss,
          or_null(r.eval_loss),
          r.learning_rate,
          r.forward_s,
          r.backward_s,
          r.update_s,
          r.state_bytes,
          r.forward_flops,
          r.input_gradient_flops,
          r.weight_gradient_flops};
}

trace_row row_of(const json& j) {
  trace_row r;
  r.step = j.at(1);
  r.visit = j.at(2);
  r.block = j.at(3);
  r.tokens = j.at(4);
  r.seconds = j.at(5);
  r.train_loss = j.at(6);
  r.eval_loss = number(j.at(7));
  r.learning_rate = j.at(8);
  r.forward_s = j.at(9);
  r.backward_s = j.at(10);
  r.update_s = j.at(11);
  r.state_bytes = j.at(12);
  r.forward_flops = j.at(13);
  r.input_gradient_flops = j.at(14);
  r.weight_gradient_flops = j.at(15);
  return r;
}

kinds_of_bytes bytes_of(const json& j) {
  return {j.at("values"),
          j.at("gradients"),
          j.at("master"),
          j.at("state"),
          j.at("workspace"),
          j.at("activations"),
          j.value("offloaded", std::size_t{0})};
}

json checksums_json(const value_checksums& c) { return {c.names, c.blocks, c.rest, c.has_rest}; }
value_checksums checksums_of(const json& j) { return {j.at(0), j.at(1), j.at(2), j.at(3)}; }

json record_json(const method_record& r) {
  json j;
  j["method"] = r.method;
  j["repeat"] = r.repeat;
  j["learning_rate"] = r.learning_rate;
  j["parameters"] = r.parameters;
  j["trained_parameters"] = r.trained_parameters;
  j["blocks"] = r.blocks;
  j["switch_every"] = r.switch_every;
  j["planned"] = bytes_json(r.planned, r.planned.total());
  j["measured"] = bytes_json(r.measured, r.measured_total);
  j["peak_resident"] = r.peak_resident;
  j["start_loss"] = or_null(r.start_loss);
  j["rows"] = r.rows.size();
  j["checksums_before"] = checksums_json(r.before);
  j["checksums_after"] = checksums_json(r.after);
  return j;
}

method_record record_of(const json& j) {
  method_record r;
  r.method = j.at("method");
  r.repeat = j.at("repeat");
  r.learning_rate = j.at("learning_rate");
  r.parameters = j.at("parameters");
  r.trained_parameters = j.at("trained_parameters");
  r.blocks = j.at("blocks");
  r.switch_every = j.at("switch_every");
  r.planned = bytes_of(j.at("planned"));
  r.measured = bytes_of(j.at("measured"));
  r.measured_total = j.at("measured").at("total");
  r.peak_resident = j.at("peak_resident");
  r.start_loss = number(j.at("start_loss"));
  r.before = checksums_of(j.at("checksums_before"));
  r.after = checksums_of(j.at("checksums_after"));
  return r;
}

/// To the disk, where the system can.
void sync(const std::filesystem::path& file) {
  const int descriptor = open(file.c_str(), O_RDONLY);
  if (descriptor < 0) return;
  static_cast<void>(fsync(descriptor));
  static_cast<void>(close(descriptor));
}

}  // namespace

bool run_checkpoint::read(const json& configuration) {
  std::ifstream in(folder_ / "progress.json", std::ios::binary);
  if (!in) return false;
  const json progress = json::parse(in, nullptr, false);
  try {
    json now = configuration, then = progress.at("configuration");
    now.erase("threads");
    then.erase("threads");
    if (const std::string key = first_difference(now, then); !key.empty()) {
      throw usage_error("'" + folder_.string() + "' is a checkpoint of a run with another " + key +
                        "; use another --out, or --force to start again");
    }
    for (const json& r : progress.at("records")) records_.push_back(record_of(r));
    rows_bytes_ = progress.at("rows_bytes").get<std::uintmax_t>();
    std::string text(rows_bytes_, '\0');
    std::ifstream rows(folder_ / "rows.jsonl", std::ios::binary);
    if (!text.empty() && !rows.read(text.data(), static_cast<std::streamsize>(text.size())))
      throw run_failure("rows.jsonl is shorter than that");
    std::istringstream lines(text);
    for (std::string line; std::getline(lines, line);) {
      const json row = json::parse(line);
      records_.at(row.at(0).get<std::size_t>()).rows.push_back(row_of(row));
    }
    for (std::size_t i = 0; i < records_.size(); ++i) {
      rows_written_.push_back(records_[i].rows.size());
      if (rows_written_[i] != progress.at("records").at(i).at("rows")) throw run_failure("rows.jsonl lacks rows");
    }
    if (const json& name = progress.at("optimizer"); !name.is_null()) optimizer_ = folder_ / name.get<std::string>();
  } catch (const usage_error&) {
    throw;
  } catch (const std::exception& e) {
    throw run_failure("'" + (folder_ / "progress.json").string() + "' is no checkpoint that can be read (" + e.what() +
                      "); --force starts again");
  }
  return true;
}

void run_checkpoint::append_rows(const std::vector<method_record>& records) {
  const std::filesystem::path file = folder_ / "rows.jsonl";
  std::error_code ignored;
  if (std::filesystem::exists(file, ignored)) std::filesystem::resize_file(file, rows_bytes_, ignored);
  std::string lines;
  rows_written_.resize(records.size());
  for (std::size_t i = 0; i < records.size(); ++i) {
    for (std::size_t k = rows_written_[i]; k < records[i].rows.size(); ++k)
      lines += row_json(i, records[i].rows[k]).dump() + "\n";
  }
  std::ofstream out(file, std::ios::binary | std::ios::app);
  out << lines << std::flush;
  if (!out) throw run_failure("cannot write '" + file.string() + "'");
  out.close();
  sync(file);
  rows_bytes_ += lines.size();
  for (std::size_t i = 0; i < records.size(); ++i) rows_written_[i] = records[i].rows.size();
}

void run_checkpoint::write(const json& configuration, const std::vector<method_record>& records, trainer* current) {
  make_folder(folder_);
  json progress;
  progress["program"] = "blockopt";
  progress["configuration"] = configuration;
  progress["records"] = json::array();
  for (const method_record& r : records) progress["records"].push_back(record_json(r));
  std::filesystem::path optimizer;
  if (current != nullptr) {
    const method_record& r = records.back();
    optimizer =
        folder_ / (r.method + "-" + std::to_string(r.repeat) + "-" + std::to_string(r.rows.size()) + ".safetensors");
    current->save_checkpoint(optimizer);
  }
  append_rows(records);
  progress["rows_bytes"] = rows_bytes_;
  progress["optimizer"] = current != nullptr ? json(optimizer.filename().string()) : json(nullptr);
  const std::string text = progress.dump(1) + "\n";
  detail::replacing_file out(folder_ / "progress.json");
  out.write(text.data(), text.size());
  out.commit();
  optimizer_ = optimizer;
  std::error_code ignored;  // of the former one, and what a kill left behind
  for (const auto& file : std::filesystem::directory_iterator(folder_, ignored)) {
    if (file.path().extension() == ".safetensors" && file.path() != optimizer_)
      std::filesystem::remove(file.path(), ignored);
  }
}

void run_checkpoint::remove() {
  std::error_code ignored;
  std::filesystem::remove_all(folder_, ignored);
  *this = run_checkpoint(folder_.parent_path());
}

}  // namespace blockopt::program
