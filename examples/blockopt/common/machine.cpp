// SPDX-License-Identifier: MIT
// Part of blockopt: what the program knows of the machine and of its own process.

#include "common/machine.hpp"

#include <fstream>
#include <string_view>
#include <thread>

#include <sys/resource.h>

namespace blockopt::program {

namespace {

/// The rest of the first line of `file` that begins with `key`, after ':' and blanks.
std::string field(const char* file, std::string_view key) {
  std::ifstream in(file);
  for (std::string line; std::getline(in, line);) {
    if (!line.starts_with(key)) continue;
    const std::size_t colon = line.find(':');
    if (colon == std::string::npos) continue;
    const std::size_t begin = line.find_first_not_of(" \t", colon + 1);
    return begin == std::string::npos ? std::string{} : line.substr(begin);
  }
  return {};
}

}  // namespace

std::string processor_name() {
  std::string name = field("/proc/cpuinfo", "model name");
  return name.empty() ? "unknown" : name;
}

std::size_t core_count() { return std::thread::hardware_concurrency(); }

std::string compiler_name() {
#if defined(__clang__)
  return "clang " __clang_version__;
#elif defined(__GNUC__)
  return "g++ " __VERSION__;
#else
  return "unknown";
#endif
}

std::size_t peak_resident_bytes() {
  const std::string kilobytes = field("/proc/self/status", "VmHWM");
  if (!kilobytes.empty()) return static_cast<std::size_t>(std::stoull(kilobytes)) * 1024;
  rusage usage{};
  if (getrusage(RUSAGE_SELF, &usage) != 0) return 0;
#if defined(__APPLE__)
  return static_cast<std::size_t>(usage.ru_maxrss);
#else
  return static_cast<std::size_t>(usage.ru_maxrss) * 1024;
#endif
}

void reset_peak_resident() {
  std::ofstream refs("/proc/self/clear_refs");
  refs << "5" << std::flush;
}

}  // namespace blockopt::program
