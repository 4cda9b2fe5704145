// SPDX-License-Identifier: MIT
// Part of blockopt: runs the program as a user does.
#pragma once

#include <csignal>
#include <filesystem>
#include <functional>
#include <string>
#include <vector>

#include <nlohmann/json.hpp>

#include "support/files.hpp"

namespace program_test {

using blockopt_tests::read_file;
using blockopt_tests::temporary_folder;
using blockopt_tests::write_file;

struct outcome {
  int status = -1;  ///< of exit; 1000 + number for a signal
  std::string out, err;
};

using arguments = std::vector<std::string>;

/// Runs `blockopt ARGUMENTS`. `path`: the variable PATH; by default one without gnuplot, which saves time.
/// `ready`: asked again and again while it runs; when it says true the program gets Ctrl-C, or another signal, once.
outcome run_program(const arguments& args, const std::string& path = "/nonexistent",
                    const std::function<bool()>& ready = {}, int signal = SIGINT);

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
