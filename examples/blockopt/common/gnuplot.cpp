// SPDX-License-Identifier: MIT
// Part of blockopt: plots, drawn by gnuplot where it is found.

#include "common/gnuplot.hpp"

#include <cerrno>
#include <cstdlib>
#include <cstring>
#include <sstream>

#include <sys/wait.h>
#include <unistd.h>

namespace blockopt::program {

std::optional<std::filesystem::path> find_gnuplot() {
  const char* const path = std::getenv("PATH");
  if (path == nullptr) return std::nullopt;
  std::istringstream folders(path);
  for (std::string folder; std::getline(folders, folder, ':');) {
    std::filesystem::path candidate = std::filesystem::path(folder.empty() ? "." : folder) / "gnuplot";
    std::error_code ignored;
    if (std::filesystem::is_regular_file(candidate, ignored) && access(candidate.c_str(), X_OK) == 0) {
      return std::filesystem::absolute(candidate, ignored);
    }
  }
  return std::nullopt;
}

bool run_gnuplot(const std::filesystem::path& gnuplot, const std::filesystem::path& script, std::string& message) {
  int pipe_ends[2];
  if (pipe(pipe_ends) != 0) {
    message = std::strerror(errno);
    return false;
  }
  const std::string folder = script.parent_path().empty() ? "." : script.parent_path().string();
  const std::string file = script.filename().string();
  const pid_t child = fork();
  if (child == 0) {  // Only calls that are safe after a fork.
    dup2(pipe_ends[1], STDOUT_FILENO);
    dup2(pipe_ends[1], STDERR_FILENO);
    close(pipe_ends[0]);
    if (chdir(folder.c_str()) == 0) execl(gnuplot.c_str(), "gnuplot", file.c_str(), static_cast<char*>(nullptr));
    _exit(127);
  }
  close(pipe_ends[1]);
  message.clear();
  char buffer[512];
  for (ssize_t n = 0; child > 0 && (n = read(pipe_ends[0], buffer, sizeof buffer)) != 0;) {
    if (n > 0) message.append(buffer, static_cast<std::size_t>(n));
    else if (errno != EINTR) break;
  }
  close(pipe_ends[0]);
  if (child < 0) {
    message = "cannot start another process";
    return false;
  }
  int status = 0;
  while (waitpid(child, &status, 0) < 0 && errno == EINTR) {
  }
  return WIFEXITED(status) && WEXITSTATUS(status) == 0;
}

}  // namespace blockopt::program
