// SPDX-License-Identifier: MIT
// Part of blockopt: runs the program as a user does.

#include "run_program.hpp"

#include <algorithm>
#include <csignal>
#include <cstdlib>
#include <fstream>
#include <iterator>
#include <sstream>
#include <stdexcept>

#include <fcntl.h>
#include <sys/wait.h>
#include <unistd.h>

namespace program_test {

outcome run_program(const arguments& args, const std::string& path, const std::function<bool()>& ready, int signal) {
  const temporary_folder folder;
  const std::string out = folder / "out";
  const std::string err = folder / "err";
  std::vector<std::string> words{BLOCKOPT_PROGRAM};
  words.insert(words.end(), args.begin(), args.end());
  std::vector<char*> argv;
  for (std::string& word : words) argv.push_back(word.data());
  argv.push_back(nullptr);
  std::vector<std::string> variables{"PATH=" + path};
  if (const char* options = std::getenv("ASAN_OPTIONS")) variables.push_back(std::string("ASAN_OPTIONS=") + options);
  std::vector<char*> environment;
  for (std::string& variable : variables) environment.push_back(variable.data());
  environment.push_back(nullptr);

  const pid_t child = fork();
  if (child < 0) throw std::runtime_error("cannot fork");
  if (child == 0) {
    const int out_file = open(out.c_str(), O_CREAT | O_WRONLY, 0600);
    const int err_file = open(err.c_str(), O_CREAT | O_WRONLY, 0600);
    dup2(out_file, STDOUT_FILENO);
    dup2(err_file, STDERR_FILENO);
    std::signal(SIGINT, SIG_DFL);
    execve(argv[0], argv.data(), environment.data());
    _exit(127);
  }
  int status = 0;
  bool interrupted = !ready;
  while (!interrupted && waitpid(child, &status, WNOHANG) == 0) {
    if (ready()) {
      kill(child, signal);
      interrupted = true;
    } else {
      usleep(500);
    }
  }
  if (interrupted) waitpid(child, &status, 0);
  outcome result;
  result.status = WIFEXITED(status) ? WEXITSTATUS(status) : 1000 + WTERMSIG(status);
  result.out = read_file(out);
  result.err = read_file(err);
  return result;
}

std::string sample_text(std::size_t bytes) {
  std::string text;
  for (unsigned i = 0; text.size() < bytes; ++i) {
    text += "the number " + std::to_string(i * 7919U % 1000U) + " comes after ";
    if (i % 5 == 0) text += "a line\n";
  }
  text.resize(bytes);
  return text;
}

arguments tiny_train(const std::string& text, const std::string& out, const arguments& more) {
  arguments all{"train", "--text",  text, "--layers",      "2",  "--width",   "16", "--heads", "2", "--context",
                "16",    "--batch", "2",  "--eval-tokens", "64", "--threads", "1",  "--out",   out};
  all.insert(all.end(), more.begin(), more.end());
  return all;
}

std::vector<std::vector<std::string>> read_csv(const std::filesystem::path& file) {
  std::vector<std::vector<std::string>> rows;
  std::istringstream in(read_file(file));
  for (std::string line; std::getline(in, line);) {
    std::vector<std::string> cells;
    std::size_t begin = 0;
    for (std::size_t comma = 0; comma != std::string::npos; begin = comma + 1) {
      comma = line.find(',', begin);
      cells.push_back(line.substr(begin, comma - begin));
    }
    rows.push_back(std::move(cells));
  }
  return rows;
}

std::vector<std::string> column(const std::vector<std::vector<std::string>>& csv, const std::string& name) {
  std::vector<std::string> cells;
  const auto& header = csv.at(0);
  const auto at = static_cast<std::size_t>(std::ranges::find(header, name) - header.begin());
  for (std::size_t r = 1; r < csv.size(); ++r) cells.push_back(csv[r].at(at));
  return cells;
}

nlohmann::json read_summary_of(const std::string& folder) {
  return nlohmann::json::parse(read_file(std::filesystem::path(folder) / "summary.json"));
}

}  // namespace program_test
