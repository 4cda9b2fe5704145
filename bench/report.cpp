// SPDX-License-Identifier: MIT
// Part of blockopt's benchmarks: results as counters of Google Benchmark, and as tables for people.
#include "report.hpp"

#include <algorithm>
#include <cstdio>
#include <cstring>
#include <stdexcept>
#include <string_view>
#include <utility>

#include <unistd.h>

#if defined(_OPENMP)
#include <omp.h>
#endif

namespace bench {
namespace {

double counter(const benchmark::BenchmarkReporter::Run& run, const char* name) {
  const auto found = run.counters.find(name);
  return found == run.counters.end() ? 0 : static_cast<double>(found->second);
}

/// A failed run, by its names in Google Benchmark before and since 1.8.
template <class Run>
bool failed(const Run& run) {
  if constexpr (requires { run.error_occurred; }) return run.error_occurred;
  else return static_cast<bool>(run.skipped);
}
template <class Run>
const std::string& message(const Run& run) {
  if constexpr (requires { run.error_message; }) return run.error_message;
  else return run.skip_message;
}

std::vector<std::string> words_of(const std::string& label) {
  std::vector<std::string> words(1);
  for (const char c : label) {
    if (c == '|') words.emplace_back();
    else words.back() += c;
  }
  return words;
}

class table_reporter final : public benchmark::BenchmarkReporter {
 public:
  explicit table_reporter(bool header) : update_header_(header), figure_header_(header) {}

  bool ReportContext(const Context&) override { return true; }

  void ReportRuns(const std::vector<Run>& runs) override {
    for (const Run& run : runs) {
      if (run.run_type == Run::RT_Aggregate) continue;
      const std::vector<std::string> words = words_of(run.report_label);
      if (failed(run)) std::printf("%s: %s\n", run.benchmark_name().c_str(), message(run).c_str());
      else if (words.size() == 5 && words[0] == "update") update(run, words);
      else if (words.size() == 3 && words[0] == "figure") figure_line(run, words);
    }
    std::fflush(stdout);
  }

 private:
  void update(const Run& run, const std::vector<std::string>& words) {
    if (std::exchange(update_header_, false)) {
      std::printf("%-15s %-19s %9s %7s %8s %9s %7s %10s  %-12s  %s\n", "values", "rule", "elements", "threads",
                  "bytes/el", "ns/el", "GB/s", "limit/time", "limit by", "time / peer's: median (8 of 10 rounds)");
    }
    std::printf("%-15s %-19s %9.0f %7.0f %8.0f %9.4f %7.1f %10.2f  %-12s", words[1].c_str(), words[2].c_str(),
                counter(run, "elements"), counter(run, "threads"), counter(run, "bytes_per_element"),
                counter(run, "ns_per_element"), counter(run, "GB_per_s"), counter(run, "limit_over_time"),
                words[3].c_str());
    const char* between = "  ";
    for (const auto& [name, value] : run.counters) {
      constexpr std::string_view prefix = "time_over ";
      if (name.rfind(prefix, 0) != 0) continue;
      const std::string peer = name.substr(prefix.size());
      std::printf("%s%s %.2f (%.2f..%.2f)", std::exchange(between, "; "), peer.c_str(), static_cast<double>(value),
                  counter(run, ("low_over " + peer).c_str()), counter(run, ("high_over " + peer).c_str()));
    }
    std::printf("%s\n", words[4].c_str());
  }

  void figure_line(const Run& run, const std::vector<std::string>& words) {
    if (std::exchange(figure_header_, false)) {
      std::printf("%-78s %8s  %-22s %s\n", "figure", "target", "measured (min..max)", "");
    }
    const double target = counter(run, "target"), measured = counter(run, "measured");
    char wanted[32] = "-";
    const char* verdict = "";
    if (words[2] != "none") {
      const bool least = words[2] == "least";
      std::snprintf(wanted, sizeof wanted, "%s %.2f", least ? ">=" : "<=", target);
      verdict = (least ? measured >= target : measured <= target) ? "met" : "MISSED";
    }
    char range[64];
    std::snprintf(range, sizeof range, "%.3f (%.3f..%.3f)", measured, counter(run, "lowest"), counter(run, "highest"));
    std::printf("%-78s %8s  %-22s %s\n", words[1].c_str(), wanted, range, verdict);
  }

  bool update_header_, figure_header_;
};

}  // namespace

void add_figure(figure f) {
  const std::string name = "figure/" + f.name;
  benchmark::RegisterBenchmark(name.c_str(), [f](benchmark::State& state) {
    std::vector<double> results;
    for ([[maybe_unused]] const auto iteration : state) {
      results.clear();
      try {
        for (std::size_t r = 0; r < f.repetitions; ++r) results.push_back(f.measure());
      } catch (const std::exception& error) {
        state.SkipWithError(error.what());
        return;
      }
    }
    std::sort(results.begin(), results.end());
    state.counters["measured"] = results[results.size() / 2];
    state.counters["lowest"] = results.front();
    state.counters["highest"] = results.back();
    if (f.wanted != figure::goal::none) state.counters["target"] = f.target;
    state.SetLabel("figure|" + f.what + "|" +
                   (f.wanted == figure::goal::none       ? "none"
                    : f.wanted == figure::goal::at_least ? "least"
                                                         : "most"));
  })->Iterations(1);
}

void add_update_row(const std::string& name, std::function<update_row()> measure) {
  benchmark::RegisterBenchmark(
      name.c_str(),
      [measure = std::move(measure)](benchmark::State& state) {
        update_row row;
        for ([[maybe_unused]] const auto iteration : state) {
          try {
            row = measure();
          } catch (const std::exception& error) {
            state.SkipWithError(error.what());
            return;
          }
          state.SetIterationTime(row.nanoseconds * 1e-9 * static_cast<double>(row.elements));
        }
        auto& counters = state.counters;
        counters["elements"] = static_cast<double>(row.elements);
        counters["threads"] = row.threads;
        counters["bytes_per_element"] = row.bytes_per_element;
        counters["ns_per_element"] = row.nanoseconds;
        counters["best_ns_per_element"] = row.best_nanoseconds;
        counters["relative_deviation"] = row.deviation;
        counters["GB_per_s"] = row.bytes_per_element / row.nanoseconds;
        counters["limit_GB_per_s"] = row.bytes_per_element / row.limit_nanoseconds;
        counters["limit_over_time"] = row.limit_nanoseconds / row.nanoseconds;
        for (const peer_column& p : row.peers) {
          counters["ns_per_element of " + p.name] = p.nanoseconds;
          counters["time_over " + p.name] = p.time_over_peer.middle;
          counters["low_over " + p.name] = p.time_over_peer.low;
          counters["high_over " + p.name] = p.time_over_peer.high;
        }
        state.SetLabel("update|" + row.storage + "|" + row.rule + "|" + row.limit_form + "|" + row.refused);
      })
      ->Iterations(1)
      ->UseManualTime();
}

bool fits_in_memory(std::size_t bytes) {
  const long pages = sysconf(_SC_AVPHYS_PAGES), page = sysconf(_SC_PAGESIZE);
  return pages < 0 || page < 0 || bytes < static_cast<std::size_t>(pages) * static_cast<std::size_t>(page) / 10 * 8;
}

int run(int argc, char** argv, const char* title) {
#if defined(_OPENMP)
  omp_set_num_threads(1);  // one core; the row about threads sets its own number
#endif
  bool header = true, table = true;
  std::vector<char*> arguments;
  for (int i = 0; i < argc; ++i) {
    if (std::strcmp(argv[i], "--no-header") == 0) {
      header = false;
      continue;
    }
    if (std::strncmp(argv[i], "--benchmark_format", 18) == 0 || std::strncmp(argv[i], "--benchmark_list", 16) == 0)
      table = false;
    arguments.push_back(argv[i]);
  }
  arguments.push_back(nullptr);
  int count = static_cast<int>(arguments.size()) - 1;
  benchmark::Initialize(&count, arguments.data());
  if (benchmark::ReportUnrecognizedArguments(count, arguments.data())) return 1;
  if (table) {
    if (header) std::printf("%s\n", title);
    table_reporter reporter(header);
    benchmark::RunSpecifiedBenchmarks(&reporter);
  } else {
    benchmark::RunSpecifiedBenchmarks();
  }
  benchmark::Shutdown();
  return 0;
}

}  // namespace bench
