// SPDX-License-Identifier: MIT
// Part of blockopt: runs the program as a user does.
#pragma once

#include <filesystem>
#include <functional>
#include <string>
#include <vector>

#include <nlohmann/json.hpp>

namespace program_test {

/// A new empty folder, removed at the end.
class temporary_folder {
 public:
  temporary_folder();
  ~temporary_folder();
  temporary_folder(const temporary_folder&) = delete;
  temporary_folder& operator=(const temporary_folder&) = delete;
  [[nodiscard]] const std::filesystem::path& path() const { return path_; }
  [[nodiscard]] std::string operator/(const std::string& name) const { return (path_ / name).string(); }

 private:
  std::filesystem::path path_;
};

struct outcome {
  int status = -1;  ///< of exit; 1000 + number for a signal
  std::string out, err;
};

using arguments = std::vector<std::string>;

/// Runs `blockopt ARGUMENTS`. `path`: the variable PATH; by default one without gnuplot, which saves time.
/// `ready`: asked again and again while it runs; when it says true the program gets Ctrl-C, once.
outcome run_program(const arguments& args, const std::string& path = "/nonexistent",
                    const std::function<bool()>& ready = {});

[[nodiscard]] std::string read_file(const std::filesystem::path& file);
void write_text(const std::filesystem::path& file, const std::string& content);

/// A text of `bytes` bytes that a model can learn something from; the same everywhere.
[[nodiscard]] std::string sample_text(std::size_t bytes);

/// `train` on a tiny model and the text at `text`, on one thread, with more arguments.
[[nodiscard]] arguments tiny_train(const std::string& text, const std::string& out, const arguments& more = {});

/// The cells of a CSV file, the header first.
[[nodiscard]] std::vector<std::vector<std::string>> read_csv(const std::filesystem::path& file);
/// One column below its header.
[[nodiscard]] std::vector<std::string> column(const std::vector<std::vector<std::string>>& csv,
                                              const std::string& name);
[[nodiscard]] nlohmann::json read_summary_of(const std::string& folder);

}  // namespace program_test
