// SPDX-License-Identifier: MIT
// Part of blockopt: the flags that every subcommand has.

#include "common/options.hpp"

#include <string>
#include <utility>

#if defined(_OPENMP)
#include <omp.h>
#endif

#include <CLI/CLI.hpp>

#include "common/failure.hpp"

namespace blockopt::program {

void common_options::add(CLI::App& app, std::filesystem::path out_default) {
  out = std::move(out_default);
  app.add_option("--out", out, "Folder of the files; created")->capture_default_str()->group("Run");
  app.add_flag("--force", force, "Overwrite results of another configuration in --out")->group("Run");
  app.add_flag("--json", json, "Print summary.json on stdout, and the rest on stderr")->group("Run");
  app.add_option("--seed", seed, "Seeds data, start and policies as separate streams")
      ->capture_default_str()
      ->group("Run");
  app.add_option("--threads", threads, "Threads")->default_str("all cores")->check(CLI::PositiveNumber)->group("Run");
}

void common_options::use_threads() {
#if defined(_OPENMP)
  if (threads == 0) threads = static_cast<std::size_t>(omp_get_max_threads());
  if (threads > 1024) throw usage_error("--threads " + std::to_string(threads) + " is more than 1024");
  omp_set_num_threads(static_cast<int>(threads));
#else
  if (threads > 1) {
    throw usage_error("--threads " + std::to_string(threads) + ": this program was built without OpenMP");
  }
  threads = 1;
#endif
}

}  // namespace blockopt::program
