// SPDX-License-Identifier: MIT
// Part of blockopt's benchmarks: the command line of the contests of solvers.
#pragma once

#include <algorithm>
#include <cstddef>
#include <cstdio>
#include <cstdlib>
#include <string>
#include <string_view>

#include "documents.hpp"

namespace bench {

struct lab_options {
  std::size_t rows = 20'000, columns = 100'000, repetitions = 7;
  std::string peers{};  ///< the folder that peers in another process share
};

/// False for what it does not know.
[[nodiscard]] inline bool read_options(int argc, char** argv, lab_options& o) {
  for (int i = 1; i < argc; i += 2) {
    const std::string_view name = argv[i];
    if (i + 1 == argc) return false;
    if (name == "--peers") {
      o.peers = argv[i + 1];
      continue;
    }
    const auto number = static_cast<std::size_t>(std::strtoull(argv[i + 1], nullptr, 10));
    if (number == 0) return false;
    if (name == "--rows") o.rows = number;
    else if (name == "--columns") o.columns = number;
    else if (name == "--repetitions") o.repetitions = number;
    else return false;
  }
  return true;
}

/// 100 terms a document, fewer of a small vocabulary.
[[nodiscard]] inline documents sized_documents(std::size_t rows, std::size_t columns) {
  return make_documents({.rows = rows, .columns = columns, .terms = std::min<std::size_t>(100, columns / 4)});
}

}  // namespace bench
