// SPDX-License-Identifier: MIT
// Part of blockopt: the flags that every subcommand has.
#pragma once

#include <cstddef>
#include <cstdint>
#include <filesystem>

namespace CLI {
class App;
}

namespace blockopt::program {

struct common_options {
  std::filesystem::path out;
  bool force = false;
  bool json = false;
  std::uint64_t seed = 1;
  std::size_t threads = 0;  ///< 0: as many as OpenMP would use

  /// Puts the flags on the subcommand. `out`: the default of --out.
  void add(CLI::App& app, std::filesystem::path out_default);
  /// Sets OpenMP's number of threads. Raises usage_error for threads that this build cannot have.
  void use_threads();
};

}  // namespace blockopt::program
