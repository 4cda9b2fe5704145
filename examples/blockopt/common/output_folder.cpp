// SPDX-License-Identifier: MIT
// Part of blockopt: the folder of a run's results.

#include "common/output_folder.hpp"

#include <cerrno>
#include <cstring>
#include <system_error>
#include <utility>

#include <nlohmann/json.hpp>

#include <blockopt/file/detail/replacing_file.hpp>

#include "common/failure.hpp"

namespace blockopt::program {

namespace {

[[noreturn]] void cannot_write(const std::filesystem::path& file) {
  const std::string reason = errno != 0 ? std::strerror(errno) : "the system does not say why";
  throw run_failure("cannot write '" + file.string() + "': " + reason);
}

}  // namespace

void make_folder(const std::filesystem::path& folder) {
  std::error_code error;
  std::filesystem::create_directories(folder, error);
  if (!error && std::filesystem::is_directory(folder)) return;
  throw run_failure("cannot create the folder '" + folder.string() +
                    "': " + (error ? error.message() : "a file has that name"));
}

void write_file(const std::filesystem::path& file, const std::string& content) {
  detail::replacing_file out(file);
  out.write(content.data(), content.size());
  out.commit();
}

growing_file::growing_file(std::filesystem::path file) : file_(std::move(file)) {
  errno = 0;
  out_.open(file_, std::ios::binary);
  if (!out_) cannot_write(file_);
}

void growing_file::append(const std::string& text) {
  errno = 0;
  out_ << text;
  if (!out_) cannot_write(file_);
}

void growing_file::flush() {
  errno = 0;
  out_.flush();
  if (!out_) cannot_write(file_);
}

nlohmann::ordered_json read_summary(const std::filesystem::path& folder) {
  std::ifstream in(folder / "summary.json", std::ios::binary);
  if (!in) return nullptr;
  nlohmann::ordered_json summary = nlohmann::ordered_json::parse(in, nullptr, false);
  if (summary.is_object() && summary.contains("configuration") && summary.contains("status")) return summary;
  throw run_failure("'" + (folder / "summary.json").string() + "' is no summary of this program; use another --out");
}

std::string first_difference(const nlohmann::ordered_json& a, const nlohmann::ordered_json& b) {
  for (const auto& [key, value] : a.items()) {
    if (!b.contains(key) || b.at(key) != value) return key;
  }
  for (const auto& [key, value] : b.items()) {
    if (!a.contains(key)) return key;
  }
  return {};
}

}  // namespace blockopt::program
